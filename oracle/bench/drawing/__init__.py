"""Pictures of diffusion models, and disputes over them."""
