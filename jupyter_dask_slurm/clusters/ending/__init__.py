"""The end of a cluster: nothing of it stays in Slurm or on disk."""
