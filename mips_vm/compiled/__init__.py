"""LLVM IR as code of this processor, and the folder that keeps it."""
