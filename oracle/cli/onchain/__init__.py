"""What the commands share that meet a chain."""
