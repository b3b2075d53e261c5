"""What the chain has told: logs read whole, folded, audited, looked at."""
