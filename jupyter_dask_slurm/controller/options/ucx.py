"""UCX has no TLS: a cluster that asks for both fails late, in Dask's words, or is not encrypted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from ...protocol.errors import Unprocessable


def refuse_ucx(section: Mapping[str, Any], *, secure: bool) -> None:
    """Refuse a section of Dask's configuration whose workers or scheduler are to speak UCX, where TLS is on.

    Raises
    ------
    Unprocessable
        Which names the key.
    """
    if not secure:
        return
    for key, protocol in _protocols(section):
        if str(protocol).partition(":")[0].startswith("ucx"):
            raise Unprocessable(
                f"jobqueue.slurm.{key} of Dask's configuration asks for {protocol}, and UCX has no TLS: "
                "others could run code as you. Take it out there, or use another protocol.",
                field="options.secure",
            )


def _protocols(section: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    yield "protocol", section.get("protocol")
    scheduler = section.get("scheduler-options") or section.get("scheduler_options")
    if isinstance(scheduler, Mapping):
        yield "scheduler-options.protocol", scheduler.get("protocol")
    for key in ("worker-extra-args", "extra"):
        arguments = section.get(key)
        lines = [arguments] if isinstance(arguments, str) else arguments or ()
        words = [word for line in lines for word in str(line).replace("=", " ").split()]
        yield from ((key, value) for flag, value in pairwise(words) if flag == "--protocol")
