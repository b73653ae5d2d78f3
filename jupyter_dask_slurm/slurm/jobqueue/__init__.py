"""What comes in from files, as our types: the one boundary for what users wrote for dask-jobqueue.

=========  ===========================================================================
`reading`  a mapping of options, of whatever file, as options of a cluster: one rule for all
`values`   what each kind of value may be written as
`sources`  where it stands (file, line, variable), and how it is spelt there
=========  ===========================================================================

Requests are strict: `options.schema` refuses what is read here with a warning. What is managed here
(`slurm.script`), and which options there are, is the same for both.
"""
