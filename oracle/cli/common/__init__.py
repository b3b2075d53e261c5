"""What all command groups share: options, output, errors."""
