"""What is written into a job's script.

================  ======================================================================
`sbatch_options`  which options of sbatch are ours alone, however they are written
`script_text`     which texts may stand in a job script
================  ======================================================================
"""
