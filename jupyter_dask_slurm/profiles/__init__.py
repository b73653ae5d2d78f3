"""Profiles: named options to start a cluster with, from Dask's configuration, the site and the user.

`catalogue.Profiles` knows all of them; `merging` says what a request and a profile come to together.
"""
