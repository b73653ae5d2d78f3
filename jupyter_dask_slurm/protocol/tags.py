"""Tags: the names of our jobs in Slurm, ``jds-<cluster id>-<number of the submission>``.

That of a controller's own job ends in ``controller``.

They are made here and read here. By its tag a job is found without a record; but names are free text, so
that a tag alone proves nothing.
"""

from __future__ import annotations

import re

TAG = re.compile(r"jds-[a-z0-9][a-z0-9-]{0,80}-(?:\d{1,9}|controller)", re.ASCII)
"""What they all look like."""

_PREFIX = "jds-"


def tag_of(cluster_id: str, number: int) -> str:
    """Return the name of the jobs of one submission, which are one array."""
    return f"{tag_stem(cluster_id)}-{number}"


def controller_tag(cluster_id: str) -> str:
    """Return the name of the job in which the controller of a cluster runs."""
    return f"{tag_stem(cluster_id)}-controller"


def tag_stem(cluster_id: str) -> str:
    """Return how all tags of a cluster begin."""
    return f"{_PREFIX}{cluster_id}"


def cluster_of(tag: str) -> str:
    """Return the cluster id that a tag names.

    Raises
    ------
    ValueError
        If it is no tag of ours.
    """
    if not TAG.fullmatch(tag):
        raise ValueError(f"{tag!r} is no tag of ours")
    return tag.removeprefix(_PREFIX).rpartition("-")[0]
