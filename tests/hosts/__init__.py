"""Clusters over several hosts: each a network namespace with a host name of its own, on real cables.

All hosts see the same files, as login and compute nodes do that share a home directory.
"""
