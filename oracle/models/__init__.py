"""Model images: fetched, held on this machine, and served."""
