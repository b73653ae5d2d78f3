"""What loading the server part costs: time and memory, beyond what jupyter-server-proxy costs.

Each sample is a fresh process: a Jupyter server is initialised, then jupyter-server-proxy is loaded, then the
extension.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from statistics import median
from typing import Any

from benchmarks.environments import INCUMBENT_PYTHON

SAMPLE = """
import json, os, sys, tempfile, time
import psutil
from jupyter_server.serverapp import ServerApp

def load(app, name):
    rss, start = psutil.Process().memory_info().rss, time.perf_counter()
    app.extension_manager.add_extension(name, enabled=True)
    app.extension_manager.link_extension(name)
    app.extension_manager.load_extension(name)
    return (time.perf_counter() - start) * 1e3, (psutil.Process().memory_info().rss - rss) / 1e6

home = tempfile.mkdtemp()
os.environ.update(JUPYTER_CONFIG_DIR=home, JUPYTER_DATA_DIR=home, JUPYTER_RUNTIME_DIR=home)
app = ServerApp()
argv = ["--port=0", "--allow-root", "--log-level=50"]
app.initialize(argv=argv, find_extensions=False, new_httpserver=False)
load(app, "jupyter_server_proxy")
time_ms, memory_mb = load(app, sys.argv[1])
print(json.dumps({"time_ms": time_ms, "memory_mb": memory_mb, "distributed": "distributed" in sys.modules}))
"""


def sample(python: str, extension: str) -> dict[str, Any]:
    """Load `extension` in a fresh process of `python`; return its ``time_ms`` and ``memory_mb``."""
    command = [python, "-W", "ignore", "-c", SAMPLE, extension]
    # As installed packages are: with their bytecode.
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    out = subprocess.run(command, check=True, capture_output=True, text=True, env=env).stdout
    result: dict[str, Any] = json.loads(out.splitlines()[-1])
    return result


def measure(repeats: int = 9) -> dict[str, dict[str, Any]]:
    """Return the median cost of loading each extension, interleaved so that both see the same machine."""
    peers = {
        "ours": (sys.executable, "jupyter_dask_slurm"),
        "incumbent": (INCUMBENT_PYTHON, "dask_labextension"),
    }
    samples: dict[str, list[dict[str, Any]]] = {name: [] for name in peers}
    for _ in range(repeats):
        for name, (python, extension) in peers.items():
            samples[name].append(sample(python, extension))
    return {
        name: {
            "time_ms": round(median(s["time_ms"] for s in rows), 1),
            "memory_mb": round(median(s["memory_mb"] for s in rows), 1),
            "imports_distributed": any(s["distributed"] for s in rows),
        }
        for name, rows in samples.items()
    }


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
