"""What keeps a node running: a systemd unit, and a folder that a worker starts from."""
