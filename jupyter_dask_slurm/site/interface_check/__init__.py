"""Which addresses of this host the compute nodes reach: one small job in each partition tries them all.

`plan` says beforehand what that costs, `check` does it, `memory` keeps what was found as the default.
"""
