"""Everything that speaks to Slurm's commands; standard library only, parsers are pure.

=============  ========================================================================
`commands`     run one command: time limit, clean environment, typed errors
`submission`   sbatch and scancel
`queue`        which jobs there are; cancel what carries our tag
`reasons`      why a job waits, in plain words
`endings`      how jobs ended
`cluster_jobs` the jobs of one cluster, whatever its record says; cancel them
`evidence`     from which directory jobs were submitted
`site`         what this installation offers to this user, from
`partitions`   partitions and nodes,
`accounting`   accounts and QoS,
`interfaces`   and the network interfaces of this host
`rows`         how a row of squeue is read
`jobid`        ``17`` and ``17_3``
`units`        walltimes and sizes to seconds and bytes
=============  ========================================================================
"""
