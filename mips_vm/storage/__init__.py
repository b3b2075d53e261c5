"""Memory: its pages, files that are mapped into it, and which of it changed."""
