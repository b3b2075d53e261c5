"""Tokenizers: text to tokens and back, in the machine and natively.

The C sources are the guest's; `host.ll` is what they are as LLVM IR, so that native
executors run the same code and need no compiler of C (`build.py`). `table.py` lays out
a tokenizer's table, `codec.py` runs it. docs/tokens.md says what it all means.
"""
