"""What is worth a word of where a controller shall run: sentences for the preview."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..launch.controller_job import wants
from ..launch.draft import Draft
from ..slurm.units import parse_walltime


def placement_warnings(draft: Draft, reasons: Sequence[str]) -> Iterator[str]:
    """Yield a sentence for each.

    Parameters
    ----------
    reasons : sequence of str
        What speaks against a controller on this host; see `site.placement_advice`.
    """
    if draft.spec.backend != "slurm" or draft.rendering is None:
        return
    if draft.spec.placement == "job":
        yield from _outlived(draft)
    elif reasons and draft.record.cluster.secure:
        instead = "A controller in a Slurm job of its own goes on (controller_placement: job)."
        yield " ".join([*reasons, instead])


def _outlived(draft: Draft) -> Iterator[str]:
    jobs = (draft.rendering or {})["options"].get("walltime")
    own = wants(draft)["walltime"]
    if (parse_walltime(str(jobs or "")) or 0) > (parse_walltime(str(own)) or 0):
        yield (
            f"The controller's job ends after {own}, and with it the cluster's jobs, which ask for {jobs}: "
            "give the controller a longer walltime, where its partition allows that."
        )
