"""What the machine hashes with: Keccak-256, and the tree over memory."""
