"""What a cluster does when things go wrong, on a real Slurm with a real controller process.

Each test is named by the promise that it holds. What breaks Slurm has a Slurm of its own.
"""
