"""Tests of everything that speaks to Slurm."""
