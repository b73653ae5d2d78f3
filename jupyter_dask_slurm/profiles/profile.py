"""What a profile is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from ..protocol.models import Backend, Model
from ..protocol.models.base import Schema, Sentence

ProfileSource = Literal["dask", "site", "user"]


@dataclass(frozen=True)
class Profile(Model):
    """Options under a name."""

    name: str
    source: ProfileSource
    """Only those of the user can be changed."""
    backend: Backend | None = None
    options: Annotated[dict[str, Any], Schema("Options")] = field(default_factory=dict)
    """Only those that are set."""
    scaling: Annotated[dict[str, Any], Schema("ScalingRequest")] | None = None
    description: str = ""
    origin: str | None = None
    """The file, or the section of Dask's configuration, that it stands in."""
    error: Sentence | None = None
    """Why it cannot be used."""
    warnings: tuple[Sentence, ...] = ()
    """What of it is not used."""
    emptied: tuple[str, ...] = ()
    """Options for which it says that nothing counts, also nothing of Dask's configuration."""
