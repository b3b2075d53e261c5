"""Folders of diffusers: a network and a schedule as safetensors and JSON."""
