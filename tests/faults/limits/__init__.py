"""What Slurm does not take now, and takes later."""
