"""Models: the one loader for bases and encoders, precision, prompts and generation."""
