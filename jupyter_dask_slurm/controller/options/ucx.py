"""UCX has no TLS: a cluster that asks for both fails late, in Dask's words, or is not encrypted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from ...slurm.jobqueue.reading import Fault
from ...slurm.jobqueue.sources import Source


def faults_of_ucx(section: Mapping[str, Any], source: Source) -> Iterator[Fault]:
    """Yield each key of a section of Dask's configuration by which workers or scheduler are to speak UCX."""
    for key, protocol in _protocols({str(key).replace("_", "-"): value for key, value in section.items()}):
        if str(protocol).partition(":")[0].startswith("ucx"):
            wrong = (
                f"asks for {protocol}, and UCX has no TLS: others could run code as you. "
                "Take it out there, or use another protocol."
            )
            # What a request says of arguments or of the scheduler is in place of what stands here.
            option = {"extra": "worker-extra-args"}.get(key, key.partition(".")[0]).replace("-", "_")
            yield Fault("secure", key, source.says(key, wrong), frozenset({option}))


def _protocols(section: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    yield "protocol", section.get("protocol")
    scheduler = section.get("scheduler-options")
    if isinstance(scheduler, Mapping):
        yield "scheduler-options.protocol", scheduler.get("protocol")
    for key in ("worker-extra-args", "extra"):
        arguments = section.get(key)
        lines = [arguments] if isinstance(arguments, str) else arguments or ()
        words = [word for line in lines for word in str(line).replace("=", " ").split()]
        yield from ((key, value) for flag, value in pairwise(words) if flag == "--protocol")
