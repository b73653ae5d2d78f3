"""Dask's configuration as profiles: sections of facilities' public documentation, and dask-labextension's."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from jupyter_dask_slurm.profiles.dask import dask_profiles, initial_clusters
from jupyter_dask_slurm.profiles.profile import Profile

# As dask-jobqueue's page "Example Deployments" and facilities' own pages have them, abridged.
FACILITIES = """
jobqueue:
  slurm:
    name: dask-worker
    cores: 36
    memory: 109GB
    processes: 9
    interface: ib0
    walltime: '01:00:00'
    death-timeout: 60
    local-directory: $TMPDIR
    shebang: "#!/usr/bin/env bash"
    queue: knl
    project: xxxxx
    env-extra: ['module load python']
    job-extra: ['-C haswell', '--job-name=mine']
    extra: []
  pbs:
    cores: 36
    memory: 109GB
  gpu:
    cores: 8
    memory: 64 GB
    queue: gpu
    account: 1234
    walltime: 43200
    job-extra-directives: {--gres: 'gpu:1', --exclusive: null}
    job-cpu: 4
    shared-temp-directory: /tmp
  wrong:
    cores: 8
    memory: lots
  distributed: {}
"""


def told(text: str) -> dict[str, Any]:
    return {"sections": yaml.safe_load(text), "files": ["/home/ada/jobqueue.yaml"], "variables": []}


def profiles(text: str) -> dict[str, Profile]:
    return {profile.name: profile for profile in dask_profiles(told(text))}


def test_sections_of_jobqueue() -> None:
    found = profiles(FACILITIES)
    assert found.keys() == {"slurm", "gpu", "wrong"}
    slurm = found["slurm"]
    assert (slurm.source, slurm.backend, slurm.error) == ("dask", "slurm", None)
    assert slurm.origin == "/home/ada/jobqueue.yaml"
    assert slurm.options == {
        "cores": 36, "memory": "109GB", "processes": 9, "interface": "ib0", "walltime": "01:00:00",
        "local_directory": "$TMPDIR", "partition": "knl", "account": "xxxxx",
        "job_script_prologue": ["module load python"], "job_extra_directives": ["-C haswell"],
    }  # fmt: skip
    assert slurm.warnings == (
        (
            'jobqueue.slurm.job-extra has the directive "--job-name=mine", which is left out: '
            "--job-name is managed here."
        ),
    )


def test_numbers_and_mappings_and_what_has_no_effect() -> None:
    gpu = profiles(FACILITIES)["gpu"]
    assert (gpu.options["account"], gpu.options["walltime"]) == ("1234", "43200")
    assert gpu.options["job_extra_directives"] == ["--gres=gpu:1", "--exclusive"]
    assert gpu.warnings[0].startswith("jobqueue.gpu.walltime is the number 43200, which Slurm takes for min")
    assert gpu.warnings[1] == "jobqueue.gpu.shared-temp-directory is managed here and left out."
    assert gpu.options["job_cpu"] == 4


def test_one_that_is_wrong_says_where() -> None:
    assert (profiles(FACILITIES)["wrong"].error or "").startswith("jobqueue.wrong.memory must be")


def test_defaults_of_dask_jobqueue_are_nobodys() -> None:
    defaults = """
jobqueue:
  slurm:
    {name: dask-worker, cores: null, memory: null, walltime: '00:30:00', death-timeout: 60,
     job-extra-directives: [], worker-command: distributed.cli.dask_worker, shebang: '#!/usr/bin/env bash'}
"""
    assert profiles(defaults) == {}


LABEXTENSION = """
jobqueue:
  gpu: {cores: 8, memory: 64 GB, queue: gpu}
labextension:
  factory:
    module: dask_jobqueue
    class: SLURMCluster
    args: []
    kwargs: {cores: 4, memory: 16 GB, config_name: gpu}
  default:
    workers: null
    adapt: {minimum: 0, maximum: 12}
  initial:
    - name: morning
      workers: 3
    - factory: {module: dask_kubernetes, class: KubeCluster, args: [], kwargs: {}}
"""


def test_labextension() -> None:
    found = profiles(LABEXTENSION)
    factory = found["labextension"]
    assert (factory.error, factory.backend) == (None, "slurm")
    assert factory.options == {"cores": 4, "memory": "16 GB", "partition": "gpu"}
    assert factory.scaling == {"mode": "adaptive", "minimum_jobs": 0, "maximum_jobs": 3}
    assert found["morning"].options == factory.options
    # As for dask-labextension: the limits of `default` count, unless a cluster says that it has none.
    assert found["morning"].scaling == factory.scaling
    assert found["labextension-2"].error == (
        "labextension: dask_kubernetes.KubeCluster is not supported here; SLURMCluster and LocalCluster are."
    )
    starting = [cluster.name for cluster in initial_clusters(told(LABEXTENSION)) if cluster.starts]
    assert starting == ["morning", "labextension-2"]


def test_keywords_count_before_all_that_their_section_says_of_it() -> None:
    text = LABEXTENSION.replace(
        "{cores: 8, memory: 64 GB,", "{cores: 1, processes: 4, job-cpu: 4, memory: lots,"
    )
    found = profiles(text.replace("{cores: 4,", "{processes: 1,"))["labextension"]
    assert (found.error, found.warnings) == (None, ())
    assert (found.options["cores"], found.options["processes"]) == (1, 1)


@pytest.mark.parametrize(
    ("keywords", "options", "scaling"),
    [
        ({}, {"processes": 1}, None),
        (
            {"n_workers": 4, "threads_per_worker": 2, "memory_limit": "2GB"},
            {"processes": 1, "cores": 2, "memory": "2GB"},
            {"mode": "manual", "workers": 4},
        ),
        ({"memory_limit": 2_000_000_000}, {"processes": 1, "memory": "2000000000 B"}, None),
        ({"memory_limit": "auto"}, {"processes": 1}, None),
    ],
)
def test_local_clusters(
    keywords: dict[str, Any], options: dict[str, Any], scaling: dict[str, Any] | None
) -> None:
    factory = {"module": "dask.distributed", "class": "LocalCluster", "args": [], "kwargs": keywords}
    found = profiles(yaml.safe_dump({"labextension": {"factory": factory}}))["labextension"]
    assert (found.error, found.backend, found.options, found.scaling) == (None, "local", options, scaling)


def test_positional_arguments_are_not_guessed() -> None:
    text = "labextension: {factory: {module: distributed, class: LocalCluster, args: [4], kwargs: {}}}"
    assert "give them by keyword" in (profiles(text)["labextension"].error or "")
