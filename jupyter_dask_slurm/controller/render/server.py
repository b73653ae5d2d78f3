"""``python controller.pyz --render <folder>``: what clusters would send to Slurm, until its input ends.

One JSON object a line on standard input, one on standard output, in that order:

* ``{"render": LaunchSpec}`` → what `render.render` returns;
* ``{"configuration": null}`` → what `options.dask_config.configuration` returns.

An answer is ``{"answer": …}``, or ``{"error": {"message", "reason", "field", "details"}}``.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, TextIO

from ...protocol.errors import DaskSlurmError, Unprocessable
from ...protocol.models import LaunchSpec

logger = logging.getLogger(__name__)


def serve(folder: Path) -> int:
    """Answer questions until there are no more; returns the exit code.

    Parameters
    ----------
    folder : Path
        Made for this process alone, with its archive in it; removed at the end.
    """
    tempfile.tempdir = str(folder)
    try:
        with _own_output() as output:
            for line in sys.stdin:
                output.write(json.dumps(_answer(json.loads(line))) + "\n")
                output.flush()
    finally:
        # Also where the Jupyter server that made it was killed.
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _own_output() -> TextIO:
    """Return the standard output; whatever else writes there from now on writes to the standard error."""
    own = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return os.fdopen(own, "w", encoding="utf-8")


def _answer(question: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"answer": asyncio.run(_find(question))}
    except DaskSlurmError as error:
        return {"error": error.to_json()}
    except Exception as error:
        # dask and dask-jobqueue raise what they like for a configuration that they do not understand.
        logger.exception("No answer")
        known = Unprocessable(f"Dask cannot be used with these options and its configuration: {error}")
        return {"error": known.to_json()}


async def _find(question: dict[str, Any]) -> Any:
    # Here and not above: that dask cannot be imported, for its configuration is broken, is an answer too.
    from ..options.dask_config import configuration, take_over_changes
    from .render import render

    take_over_changes()
    if "render" in question:
        return await render(LaunchSpec.from_json(question["render"]))
    return configuration()
