"""The same kernels for NVIDIA's chips: intrinsics that pin each rounding.

`__fmul_rn` and `__fadd_rn` are never fused, flushed nor reordered by the language's own
definition, so a device that computes otherwise is broken; it is tested all the same.
"""
