"""What is drawn, tokens and noise: C that the guest and the native executor share.

`python -m tinynn.sampling.build` makes host.ll of it, and the guest is built with it.
docs/float.md says what is computed.
"""
