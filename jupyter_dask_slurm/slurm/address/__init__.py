"""Which Slurm commands speak to, and as whom."""
