"""A small diffusion model of digits: trained here, sampled by an image."""
