"""The check of the interfaces on a login node of which one network cannot be reached from the nodes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hosts.network import Host
from tests.hosts.site import REACHED, UNREACHED, JupyterOn, Site, address
from tests.jupyter.api import working

_SMALL = {"cores": 1, "processes": 1, "memory": "500 MB"}
# By default the scheduler would be at the address of the way out, which no node reaches.
_DOCTOR = (sys.executable, "-m", "jupyter_dask_slurm.cli", "doctor", "--check-interfaces", "--json")


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_interface_that_nodes_reach_is_found_and_is_the_default_from_then_on(
    site: Site, jupyter_on: Callable[[Host], JupyterOn], shared: Path
) -> None:
    login, _ = site.logins
    done = subprocess.run(
        [*login.wrapper, *_DOCTOR], stdout=subprocess.PIPE, text=True, check=False, timeout=200
    )
    report = json.loads(done.stdout)["interface_check"]
    (result,) = report["partitions"]
    assert (result["partition"], result["state"]) == ("normal", "answered")
    assert result["node"] in {node.name for node in site.nodes}
    assert result["shared_directory"]
    attempts = {attempt["interface"]: attempt for attempt in result["attempts"]}
    assert {name: (attempt["address"], attempt["reached"]) for name, attempt in attempts.items()} == {
        REACHED: (address(REACHED, 1), True),
        UNREACHED: (address(UNREACHED, 1), False),
        "lo": ("127.0.0.1", False),
    }
    assert attempts[UNREACHED]["error"] == "timed out"
    assert (report["hostname"], report["interface"]) == ("login1", REACHED)
    # The other way too: by the network that both have.
    calls = {call["interface"]: call["reached"] for call in result["calls"]}
    assert calls[report["node_interface"]]
    assert not calls.get("lo")
    # Kept for this login node alone: the other one has networks of its own.
    assert os.listdir(shared / "interfaces") == ["login1.json"]

    jupyter = jupyter_on(login)
    cluster = jupyter.start(options=_SMALL)
    cluster = jupyter.until(cluster["id"], working(1), timeout=90)
    assert cluster["options"]["scheduler_interface"] == REACHED
    assert cluster["scheduler_address"].startswith(f"tls://{address(REACHED, 1)}:")
