"""What is written into a job's script.

================  ======================================================================
`option_table`    what each option of a cluster becomes: one row for each
`job_keywords`    options as keywords of dask-jobqueue, for what is sent and for code to take along
`sbatch_options`  which options of sbatch are ours alone, however they are written
`script_text`     which texts may stand in a job script
================  ======================================================================
"""
