"""What a cluster's history says."""

from __future__ import annotations

from jupyter_dask_slurm.system import files
from tests.controller.process import ControllerProcess


def said(controller: ControllerProcess, event: str) -> list[str]:
    """Return the sentences of one kind, in order."""
    entries = files.read_json_lines(controller.directory / "history.jsonl")
    return [entry["message"] for entry in entries if entry["event"] == event]
