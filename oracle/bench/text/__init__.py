"""Language models: their speed beside peers', how true they are, and disputes."""
