"""The page of hints, as the catalogue has them."""

from __future__ import annotations

from jupyter_dask_slurm.protocol.models.hint import HINTS, HintKind

_HEAD = """\
<!-- Written by scripts/contract from jupyter_dask_slurm/protocol/models/hint.py: change it there. -->

# Hints

What would make better use of a cluster stands on its card while it works, one hint at a time. Nothing is
wrong then: a hint is said of measurements over at least five minutes in which tasks ran, and looks back half
an hour of such minutes at most. It stays in the same words for five minutes, and goes when it is mended or
the cluster has another size. Where one option helps, a click puts it into the form or a profile.

Hints are in `GET /clusters` (`hints`, by `code`), and the last one closes the cluster's history. Each can be
dismissed for its cluster; all are switched off in JupyterLab's settings (*Dask on Slurm*, *Hints*). What
matters most stands first.
"""


def hints_page() -> str:
    """Return ``docs/hints.md``."""
    return "\n".join([_HEAD, *map(_section, HINTS)])


def _section(kind: HintKind) -> str:
    lines = [f"## `{kind.code}`", "", kind.means, "", kind.to_do, "", f"*Why there:* {kind.source}"]
    if kind.option:
        lines += ["", f"Option: `{kind.option}`."]
    return "\n".join(lines) + "\n"
