"""What a node's operator reads: health, earnings, metrics."""
