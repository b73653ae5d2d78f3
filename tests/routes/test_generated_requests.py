"""Requests that schemathesis makes from the OpenAPI document: no answer that it does not describe."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.jupyter.contract import PATH
from tests.jupyter.server import Jupyter

_NOT_CHECKED = (
    # Jupyter's own answer to a change without login is 403, for the missing XSRF token.
    "missing_required_header",
    # What a site cannot do is 422; and that a minimum is over its maximum cannot be said in a JSON Schema.
    "positive_data_acceptance",
)
# 503 is documented: there is no Slurm for the generated clusters that ask for one.
_SETTINGS = """
[checks.not_a_server_error]
expected-statuses = ["2xx", "3xx", "4xx", "503"]
"""


@pytest.fixture
def server(jupyter: Callable[[], Jupyter]) -> Jupyter:
    """Return a server on which one small cluster can be at a time: the local ones that are made are real."""
    limit = {"DaskSlurmExtension": {"max_clusters": 1, "max_jobs_per_cluster": 1}}
    (Path(os.environ["JUPYTER_CONFIG_DIR"]) / "jupyter_server_config.json").write_text(json.dumps(limit))
    return jupyter()


def generate(server: Jupyter, folder: Path, *options: str) -> None:
    """Fail where schemathesis finds something."""
    settings = folder / "schemathesis.toml"
    settings.write_text(_SETTINGS)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(settings), "run", str(PATH)),
            *("--url", server.address, "--header", "Authorization: token secret", "--no-color"),
            *("--checks", "all", "--exclude-checks", ",".join(_NOT_CHECKED)),
            *("--continue-on-failure", "--no-shrink", "--suppress-health-check", "all", "--warnings", "off"),
            *options,
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr
    assert "Server error" not in done.stdout
    assert "Traceback" not in (folder / "jupyter.log").read_text()


@pytest.mark.nightly
@pytest.mark.timeout(400)
def test_some_of_each_kind(server: Jupyter, tmp_path: Path) -> None:
    generate(
        server, tmp_path, "--phases", "examples,fuzzing", "--max-examples", "5", "--generation-deterministic"
    )


@pytest.mark.nightly
@pytest.mark.timeout(900)
def test_every_limit_and_many_of_each_kind(server: Jupyter, tmp_path: Path) -> None:
    generate(server, tmp_path, "--phases", "examples,coverage,fuzzing", "--max-examples", "100")
