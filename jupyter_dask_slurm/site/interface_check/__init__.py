"""Which addresses of this host the compute nodes reach: one small job in each partition tries them all.

`report` says beforehand what that costs and afterwards what was found, `check` does it, `last_report` keeps
it as the default.
"""
