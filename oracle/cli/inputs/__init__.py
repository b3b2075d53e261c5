"""What people give to commands: model files, inputs, samples, pictures."""
