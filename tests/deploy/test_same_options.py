"""Whether a cluster has the options that a call asks for."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_dask_slurm.deploy.same_options import differing


@pytest.mark.parametrize(
    ("asked", "launched", "became"),
    [
        ({"cores": 4}, {}, {"cores": 4, "memory": "8 GB"}),  # its fields were left empty
        ({}, {"idle_timeout": 3600}, {"idle_timeout": 3600}),  # it was started again
        ({"memory": "16GB"}, {"memory": "16 GB"}, {}),
        ({"job_mem": "16GB"}, {"job_mem": "16G"}, {}),
        ({"walltime": "2:00:00"}, {}, {"walltime": "02:00:00"}),
        ({"job_extra_directives": []}, {}, {"job_extra_directives": None}),
        ({"log_directory": "logs"}, {"log_directory": "logs"}, {"log_directory": "/home/ada/logs"}),
        ({"python": "/opt/bin/python"}, {"kernel": "ocean"}, {"python": None}),
        ({"python": "/opt/bin/python"}, {}, {"python": "/opt/bin/python3"}),  # of one kernel, or compared so
        ({"python": "srun python"}, {"python": "srun python"}, {"python": "srun python"}),
        ({"kernel": "ocean"}, {"python": "srun python"}, {"python": "srun python"}),
    ],
)
def test_what_means_the_same_is_the_same(
    asked: dict[str, Any], launched: dict[str, Any], became: dict[str, Any]
) -> None:
    assert differing(asked, launched, became) == []


@pytest.mark.parametrize(
    ("asked", "became"),
    [
        ({"memory": "16 GiB"}, {"memory": "16 GB"}),
        ({"walltime": "2:00"}, {"walltime": "2:00:00"}),
        ({"walltime": "UNLIMITED"}, {"walltime": None}),
        ({"job_extra_directives": []}, {"job_extra_directives": ["--nice"]}),
        ({"gpus": 1}, {}),
        ({"python": "apptainer exec B.sif python"}, {"python": "apptainer exec A.sif python"}),
        ({"python": "apptainer exec B.sif python"}, {"python": "/opt/bin/python"}),
        ({"python": "apptainer exec B.sif python"}, {}),
        ({"python": "/opt/bin/python"}, {"python": "apptainer exec A.sif python"}),
    ],
)
def test_real_differences_are_named(asked: dict[str, Any], became: dict[str, Any]) -> None:
    assert differing(asked, {}, became) == list(asked)
