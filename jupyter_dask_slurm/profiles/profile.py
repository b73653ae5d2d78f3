"""What a profile is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from ..protocol.models import Backend, Model

ProfileSource = Literal["dask", "site", "user"]


@dataclass(frozen=True)
class Profile(Model):
    """Options under a name; `error` says why it cannot be used.

    `options` are those of the REST contract, only the ones that are set; `scaling` is a request as ``POST
    /clusters`` takes it. `origin` is the file, or the section of Dask's configuration, that it stands in;
    `warnings` say what of it is not used. `emptied` are options for which it says that nothing counts, also
    nothing of Dask's configuration.
    """

    name: str
    source: ProfileSource
    backend: Backend | None = None
    options: dict[str, Any] = field(default_factory=dict)
    scaling: dict[str, Any] | None = None
    description: str = ""
    origin: str | None = None
    error: str | None = None
    warnings: tuple[str, ...] = ()
    emptied: tuple[str, ...] = ()
