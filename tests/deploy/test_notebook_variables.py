"""A cluster without a name ends when no variable of the notebook holds it, nor a client of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from jupyter_dask_slurm.registry import Registry

# In a process of its own: IPython has one shell for each, and changes much there.
NOTEBOOK = '''
import sys
from pathlib import Path
from IPython.core.interactiveshell import InteractiveShell
from jupyter_dask_slurm.registry import Registry
from tests.slurm.client import wait_until

shell, registry = InteractiveShell.instance(), Registry(Path(sys.argv[1]))

def run(cell):
    result = shell.run_cell(cell)
    assert result.success, result

MAKE = """from distributed import Client
from jupyter_dask_slurm import SLURMCluster
cluster = SLURMCluster(backend="local", cores=1, memory="400 MB")
cluster"""
CONNECT = """client = Client(cluster)
client"""

for cell in (MAKE, CONNECT, MAKE):
    run(cell)
# The client of the first one is still there to be used.
assert len(registry.ids()) == 2 and shell.user_ns["client"].status == "running"
second = shell.user_ns["cluster"].cluster_id
run(CONNECT)
wait_until(lambda: registry.ids() == [second], "the first one is gone")

# A user's own names, tuples and functions hold it too.
run("_mine = cluster; del cluster, client")
assert shell.user_ns["_mine"].status.name == "running"
run("""def made(pair):
    return lambda: pair
holder = made((_mine,)); del _mine""")
assert shell.user_ns["holder"]()[0].status.name == "running"

run("kept = {'mine': holder()[0]}; del holder")
assert kept.status.name == "running" if (kept := shell.user_ns["kept"]["mine"]) else False
del kept
run("del kept")
wait_until(lambda: registry.ids() == [], "the second one is gone")
'''


def test_cells_that_are_run_again_pile_nothing_up(shared: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", NOTEBOOK, str(shared)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert Registry(shared).ids() == []
