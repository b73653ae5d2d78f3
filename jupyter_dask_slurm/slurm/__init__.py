"""Everything that speaks to Slurm's commands; standard library only, parsers are pure.

================  ======================================================================
`run`             run one command: time limit, clean environment, typed errors, what counts as an answer
`submission`      sbatch and scancel
`forecast`        what Slurm would say to a submission: when it starts, or why not
`refusals`        what sbatch says when it refuses: which option is meant, and whether time mends it
`queue`           which jobs there are; cancel what carries our tag
`second_source`   what scontrol says where squeue says that there is nothing
`rows`            how a row of squeue is read
`jobid`           ``17`` and ``17_3``
`reasons`         why a job waits, in plain words
`end_states`      how jobs ended
`cluster_jobs`    the jobs of one cluster, whatever its record says; where they came from; cancel them
`script`          what is written into a job's script
`units`           walltimes and sizes to seconds and bytes
`address`         which Slurm is spoken to, and as whom: the environment, and which of several clusters
`installation`    what this Slurm offers to this user: partitions, nodes, accounts, QoS
================  ======================================================================
"""
