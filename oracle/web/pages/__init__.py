"""The pages in HTML. `registry.py` names each."""
