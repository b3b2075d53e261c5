"""The worker: answers requests, stands by its answers; and workers that lie."""
