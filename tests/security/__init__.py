"""What others on the same machine can do to a cluster: nothing.

Each test is named by the promise of SECURITY.md that it holds.
"""
