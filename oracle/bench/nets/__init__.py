"""Networks and programs made up for measuring."""
