"""The page of problems, as the catalogue has them."""

from __future__ import annotations

from jupyter_dask_slurm.protocol.models.problem import CATALOGUE, REMEDIES, ProblemKind

_HEAD = """\
<!-- Written by scripts/contract from jupyter_dask_slurm/protocol/models/problem.py: change it there. -->

# Problems of a cluster

What can be wrong with a cluster stands on its card, with what to do about it; it disappears by itself when it
is over. The same problems are in `GET /clusters` (`problems`, by `code`) and below the clusters of
`jupyter dask-slurm list`. An *error* keeps a cluster from what it should do, a *warning* announces a loss or
a wait, an *info* is good to know.
"""


def problems_page() -> str:
    """Return ``docs/problems.md``."""
    return "\n".join([_HEAD, *map(_section, CATALOGUE)])


def _section(kind: ProblemKind) -> str:
    severity = f"{kind.severity}, or {kind.otherwise}" if kind.otherwise else kind.severity
    lines = [f"## `{kind.code}`", "", f"*{severity.capitalize()}.* {kind.means}", "", kind.to_do]
    if kind.no_workers:
        grave = f"As an {kind.severity} it" if kind.otherwise else "It"
        lines += ["", f"{grave} keeps workers away: a cluster that has none, and no other jobs, is *stuck*."]
    if kind.remedies:
        offered = "; ".join(REMEDIES[remedy] for remedy in kind.remedies)
        lines += ["", f"The card offers to {offered}."]
    return "\n".join(lines) + "\n"
