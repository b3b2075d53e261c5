"""Nets on a chain: rehearsed before anything is paid, published, and checked."""
