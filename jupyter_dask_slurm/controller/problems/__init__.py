"""What is wrong with a cluster, in words, and what to do about it.

`find` makes problems of facts: those of `ClusterState`, and those that `gather` takes from live objects
(`facts`). A new problem is a pure function here, called by `find`, and, where a click can mend it, a line in
``src/cluster/remedies.ts``. One that jobs can have is one problem for all that have it for the same cause
(`grouping`): a problem for each of 2,000 jobs would make every event a megabyte. Two have no controller to
find them, and stand in ``clusters/ending``.
"""
