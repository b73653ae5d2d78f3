"""Tests of the Python side. Those that concern Slurm run against a real one: see `tests.slurm`."""
