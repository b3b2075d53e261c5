"""Operators of com.microsoft: what onnxruntime's optimiser and quantiser write.

Importing this folder fills the table. Entries are named with their domain.
"""

from converters.contrib import attention, fused, levels, packed, transformers

__all__ = ["attention", "fused", "levels", "packed", "transformers"]
