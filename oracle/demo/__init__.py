"""The whole story on an embedded chain, as `plumb demo` tells it."""
