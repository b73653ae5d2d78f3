"""When a cluster would start with some options changed: each variant is previewed, and Slurm asked once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..protocol.errors import InvalidRequest
from ..protocol.models import Model, Time
from ..protocol.models.base import Sentence
from .preview import Previews

if TYPE_CHECKING:
    from ..options.requests import PreviewRequest, RestartPreviewRequest

MOST_VARIANTS = 6
"""Each uses up an id of a job."""


@dataclass(frozen=True)
class Variant(Model):
    """When a cluster would start with some options changed."""

    options: dict[str, Any]
    """Those that are changed; none for the cluster as it was asked for."""
    expected_start_at: Time | None = None
    """None where Slurm does not say, and for the backend `local`."""
    error: Sentence | None = None
    """Why it would not be started, or why that is not known."""
    note: Sentence | None = None
    """Why no time is known of what would be started."""


@dataclass(frozen=True)
class Trial:
    """A variant that is to be tried: what is changed, and what `Previews.preview` takes."""

    options: dict[str, Any]
    request: PreviewRequest | RestartPreviewRequest
    malformed: list[InvalidRequest]


async def try_variants(previews: Previews, trials: Sequence[Trial]) -> list[Variant]:
    """Return when each would start, one after the other: Slurm is asked one question at a time."""
    return [await _try(previews, trial) for trial in trials]


async def _try(previews: Previews, trial: Trial) -> Variant:
    preview = await previews.preview(trial.request, trial.malformed)
    error = preview.errors[0].message if preview.errors else None
    if preview.looking_at is not None and error is None:
        error = f"It is just being learnt which Python the kernel {preview.looking_at} runs: ask again."
    note = None if error else preview.no_start
    return Variant(trial.options, preview.expected_start_at, error, note)
