"""The challenger: which claims it checks, and in which disputes it takes part."""
