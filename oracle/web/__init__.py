"""What people see in a browser: requests, disputes, models and workers of a chain.

Only reads: there are no keys here. `application.py` is what `plumb web` serves.
"""
