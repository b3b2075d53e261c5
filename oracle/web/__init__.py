"""What people see in a browser: requests, disputes, models and workers of a chain.

Only reads: there are no keys here. `server/application.py` is what `plumb web` serves;
`pages/registry.py` names the pages.
"""
