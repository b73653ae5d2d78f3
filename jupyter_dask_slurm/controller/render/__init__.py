"""What would be sent to Slurm, without sending it."""
