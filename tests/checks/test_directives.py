"""What directives of sbatch state, however they are written."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_dask_slurm.checks.directives import as_slurm_reads_it, refuse_settings
from jupyter_dask_slurm.protocol.errors import InvalidRequest
from jupyter_dask_slurm.protocol.models import Site, SlurmInfo
from jupyter_dask_slurm.slurm.script.directive_settings import settings_in

NOWHERE = Site(slurm=SlurmInfo(available=True))


@pytest.mark.parametrize(
    ("directive", "found"),
    [
        ("-p short", {"partition": "short"}),
        ("-pshort", {"partition": "short"}),
        ("--partition=short", {"partition": "short"}),
        ("--partition short", {"partition": "short"}),
        ("--part=short", {"partition": "short"}),
        ("-Hp short", {"partition": "short"}),
        ("-A 'ocean'", {"account": "ocean"}),
        ("--mem=4000", {"memory": "4000 MiB"}),
        ("--mem=0", {}),
        ("--mem-per-cpu=4G", {}),
        ("-t 2-00:00:00", {"walltime": "2-00:00:00"}),
        ("-t soon", {}),
        ("--time-min=10", {}),
        ("-G a100:2", {"gpus": 2}),
        ("--gres=gpu:1 -c 8", {"gres": "gpu:1", "cores": 8}),
        ("-N 2-4", {"nodes_per_job": 4}),
        ("--exclusive", {}),
        ("--exclude=n1", {"exclude": "n1"}),
        ("--hint=nomultithread", {}),
        ("--comment='-", {}),
    ],
)
def test_stated(directive: str, found: dict[str, Any]) -> None:
    assert settings_in([directive]) == found


def test_what_a_script_says_counts() -> None:
    options = {"cores": 4, "partition": "short", "walltime": "00:10:00", "job_extra_directives": ["-n 3"]}
    script = "#!/bin/bash\n#SBATCH -t 00:10:00\n#SBATCH -n 1\n#SBATCH -n 3\n"
    found = as_slurm_reads_it(options, script, NOWHERE)
    assert (found["cores"], found["partition"], found["walltime"]) == (12, None, "00:10:00")


@pytest.mark.parametrize("directive", ["-p x", "--mem=1G", "-N2", "--ntasks=2", "-HA x", "--gpu=1"])
def test_what_has_an_option_is_refused(directive: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        refuse_settings([directive])
    assert refusal.value.field == "options.job_extra_directives"


def test_the_rest_is_not() -> None:
    refuse_settings(["--nodes=1", "-n 1", "--exclusive", "--hint=nomultithread", "--licenses=matlab:1"])
