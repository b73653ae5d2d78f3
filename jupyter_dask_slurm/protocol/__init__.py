"""What the processes tell each other: models, errors, limits of size; standard library only."""
