"""By which addresses compute nodes and this host reach each other: one small job in each partition tries.

`report` says beforehand what that costs and afterwards what was found, `check` does it, `last_report` keeps
it as the default.
"""
