"""Guest memory as native code sees it: ranges, tensors, views, float mode."""
