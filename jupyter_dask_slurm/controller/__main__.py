"""``python controller.pyz <cluster directory>``: run one cluster until it has ended.

``python controller.pyz --render <folder>``: answer what clusters would send to Slurm (`render.server`).

Exit codes: 0 ended as asked or by itself (the record says why), 1 could not start (the record has
``status: failed`` and the error), 2 called wrongly.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

from ..protocol.directory import ClusterDirectory
from ..protocol.errors import StorageUnavailable
from ..protocol.models import LaunchSpec
from ..slurm.address.which_cluster import on_cluster
from ..system.python_path import use_safe_path
from ..system.set_aside import read_or_set_aside
from ..system.trust import working_directory
from .render.server import serve

logger = logging.getLogger(__name__)


def main() -> int:
    """Run the controller of the directory named on the command line; returns the exit code."""
    # For what libraries make of their own accord: compiled modules, copies of configurations.
    os.umask(0o077)
    if len(sys.argv) == 3 and sys.argv[1] == "--render":
        use_safe_path(None, logger.warning)
        return serve(Path(sys.argv[2]))
    if len(sys.argv) != 2:
        sys.stderr.write(__doc__ or "")
        return 2
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    use_safe_path(working_directory(), logger.warning)
    on_disk = ClusterDirectory(Path(sys.argv[1]))
    try:
        spec = read_or_set_aside(on_disk.launch, LaunchSpec.from_json)
    except (FileNotFoundError, StorageUnavailable) as error:
        logger.error("It is not known what to start: %s", error)  # noqa: TRY400 - a sentence, no traceback
        from .main import record_failure

        record_failure(on_disk, error)
        return 1
    # All that this process asks of Slurm is asked of the cluster that has its jobs.
    with on_cluster(spec.options.get("slurm_cluster")):
        return asyncio.run(_run(spec))


async def _run(spec: LaunchSpec) -> int:
    # Here and not above: not all that runs this module needs all of it.
    from .main import run_cluster

    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    # A terminal that closes is no reason to end: the cluster outlives what started it.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    return await run_cluster(spec, told)


if __name__ == "__main__":
    sys.exit(main())
