"""Operators of com.microsoft: what onnxruntime's optimiser and quantiser write.

Importing this folder fills the table. Entries are named with their domain.
"""

from converters.contrib import fused, levels, packed, transformers

__all__ = ["fused", "levels", "packed", "transformers"]
