"""What this Slurm installation offers to this user: partitions and nodes, accounts and QoS."""
