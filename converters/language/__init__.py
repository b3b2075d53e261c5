"""Language models of other projects, as images that take text and give text."""
