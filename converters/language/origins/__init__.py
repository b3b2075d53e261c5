"""Where models come from: how each format says what a model is."""
