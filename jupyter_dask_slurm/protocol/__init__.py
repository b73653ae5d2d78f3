"""What the processes tell each other: models, errors, sizes; standard library only, travels to kernels."""
