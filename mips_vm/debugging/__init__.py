"""A machine looked into: why it faulted, and a run that is taken step by step."""
