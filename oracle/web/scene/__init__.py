"""What is known of the chain as of one block, for whoever looks."""
