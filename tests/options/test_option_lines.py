"""What readers of sizes and times would strip must not reach the job script."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_dask_slurm.options.requests import ClusterRequest, parse
from jupyter_dask_slurm.protocol.errors import InvalidRequest


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("walltime", "\n90"),
        ("walltime", "90\n"),
        ("walltime", "01:00:00\u2028"),
        ("memory", "16\nGB"),
        ("memory", "16 GB\n"),
        ("memory", " 16 GB"),
        ("log_directory", "/tmp/a\u2028b"),
        ("python", "/tmp/a\x85b"),
    ],
)
def test_line_breaks_are_refused_wherever_they_stand(option: str, value: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse(ClusterRequest, {"options": {option: value}})
    assert refused.value.field == f"options.{option}"


@pytest.mark.parametrize(
    ("python", "taken"),
    [
        ("/opt/conda/bin/python3.11", True),
        ("python", True),
        ("apptainer exec --nv oras://ghcr.io/ocean/image:latest python", True),
        ("srun -n 1 -c $SLURM_CPUS_PER_TASK python -X utf8", True),
        ("${CONDA_PREFIX}/bin/python", True),
        ("LANG=C /usr/bin/srun -n 1 python", True),
        ("python; touch /tmp/x", False),
        ("python $(touch /tmp/x)", False),
        ("python `touch /tmp/x`", False),
        ("python > /tmp/x", False),
        ("python 'a", False),
        ("-c pass", False),
        ("../python", False),
        ("env/bin/python", False),
        ("bin/srun -n 1 python", False),
        (":", False),
        ("=x", False),
        ("%x", False),
        (", x", False),
        ("python ", False),
        ("${HOME@P}", False),
        ("", False),
        ("a" * 1025, False),
    ],
)
def test_what_runs_a_python_is_words_and_nothing_else(python: str, taken: bool) -> None:
    if taken:
        assert parse(ClusterRequest, {"options": {"python": python}})
        return
    with pytest.raises(InvalidRequest) as refused:
        parse(ClusterRequest, {"options": {"python": python}})
    assert refused.value.field == "options.python"


@pytest.mark.parametrize("home", ["$HOME", "${HOME}"])
def test_a_python_in_the_home_directory_is_a_path(home: str) -> None:
    options = parse(ClusterRequest, {"options": {"python": f"{home}/my env/bin/python"}}).options
    assert options is not None
    assert options.python == str(Path("~/my env/bin/python").expanduser())
