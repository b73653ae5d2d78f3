"""What a user may ask for: every option of a cluster, checked by itself.

This is the first of two checks: what is malformed wherever it is sent. The room `checks` has the second: what
this Slurm cannot do. Options that are not given stay None and are filled in by the profile, then by Dask's
configuration in the kernel's environment, then by the site. They mean what dask-jobqueue's keywords of the
same name mean. What an option becomes is a row of its own: `slurm.script.option_table`.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, model_validator

from ..slurm.script.option_table import ROWS, Row
from . import types

STRICT = ConfigDict(strict=True, extra="forbid", frozen=True)


def _option(
    title: str, description: str, *, group: str, example: Any, unit: str | None = None, **rules: Any
) -> Any:
    """Return a field whose default is None, with what the form shows about it."""
    about = {"x-group": group, "x-unit": unit}
    return Field(
        default=None,
        title=title,
        description=description,
        examples=[example],
        json_schema_extra={key: value for key, value in about.items() if value is not None},
        **rules,
    )


class SchedulerOptions(BaseModel):
    """Keywords of Dask's scheduler that a user may set; the controller sets the others."""

    model_config = STRICT

    interface: types.InterfaceName | None = Field(default=None, title="Interface")
    host: types.Host | None = Field(default=None, title="Host")
    port: int | None = Field(default=None, title="Port", ge=0, le=65535)
    contact_address: types.Host | None = Field(default=None, title="Contact address")
    allowed_failures: int | None = Field(default=None, title="Allowed failures", ge=0, le=1000)
    worker_ttl: types.Duration | None = Field(default=None, title="Worker time to live")


class ClusterOptions(BaseModel):
    """The options of a cluster, in the order in which the form shows them."""

    model_config = STRICT

    slurm_cluster: types.Name | None = _option(
        "Slurm cluster",
        "Which of this site's Slurm clusters the jobs run in, and so which partitions there are. "
        "Becomes --clusters of every command.", group="basic", example="west",
    )  # fmt: skip
    partition: types.Names | None = _option(
        "Partition", "Which partition of Slurm the jobs are queued in. Becomes --partition.",
        group="basic", example="normal", validation_alias=AliasChoices("partition", "queue"),
    )  # fmt: skip
    cores: int | None = _option(
        "Cores per job", "How many cores one job has; its workers share them. Becomes --cpus-per-task.",
        group="basic", example=8, unit="cores", ge=1, le=100_000,
    )  # fmt: skip
    processes: int | None = _option(
        "Workers per job",
        "Into how many worker processes a job is cut. Each gets an equal part of cores and memory: "
        "more of them for pure Python code, fewer for NumPy.",
        group="workers", example=2, unit="workers", ge=1, le=10_000,
    )  # fmt: skip
    memory: types.Memory | None = _option(
        "Memory per job", "How much memory one job has; its workers share it. Becomes --mem.",
        group="basic", example="16 GB",
    )  # fmt: skip
    walltime: types.Walltime | None = _option(
        "Walltime", "After this time Slurm ends a job. Shorter jobs often start sooner. Becomes --time.",
        group="basic", example="04:00:00",
    )  # fmt: skip
    account: types.Name | None = _option(
        "Account", "Who is charged for the jobs. Becomes --account.", group="slurm", example="ocean",
    )  # fmt: skip
    kernel: types.KernelName | None = _option(
        "Kernel", "The Jupyter kernel in whose Python scheduler and workers run: the one of your notebook.",
        group="basic", example="python3",
    )  # fmt: skip

    nodes_per_job: int | None = _option(
        "Nodes per job",
        "On how many nodes one job runs. Cores, memory, GPUs and workers are those of each node: a job of "
        "two nodes has them twice. More of them where a site wants few large jobs. Becomes --nodes.",
        group="slurm", example=2, unit="nodes", ge=1, le=1000,
    )  # fmt: skip
    qos: types.Name | None = _option(
        "Quality of service", "Priority and limits of the jobs. Becomes --qos.", group="slurm",
        example="normal",
    )  # fmt: skip
    constraint: types.Constraint | None = _option(
        "Constraint", "Features that the nodes must have. Becomes --constraint.", group="slurm",
        example="avx2&ib",
    )  # fmt: skip
    reservation: types.Name | None = _option(
        "Reservation", "A reservation to run in. Becomes --reservation.", group="slurm", example="workshop",
    )  # fmt: skip
    gpus: int | None = _option(
        "GPUs per job", "How many GPUs one job has. Becomes --gres=gpu:n.", group="slurm",
        example=2, unit="GPUs",
        ge=0, le=1000,
    )  # fmt: skip
    gres: types.Gres | None = _option(
        "Generic resources", "Other generic resources of a job. Becomes --gres.", group="slurm",
        example="gpu:a100:2",
    )  # fmt: skip
    gpu_workers: Literal["shared", "one_per_gpu"] | None = _option(
        "One worker per GPU",
        "Each worker has a GPU of its own, and its part of the job's cores and memory: dask-cuda starts as "
        "many workers as a job has GPUs, and has to be installed in the kernel's environment. Otherwise "
        "every worker of a job sees all of its GPUs.", group="slurm", example="shared",
    )  # fmt: skip
    nodelist: types.Nodes | None = _option(
        "Only these nodes", "Nodes that the jobs must run on. Becomes --nodelist.", group="slurm",
        example="n[1-4]",
    )  # fmt: skip
    exclude: types.Nodes | None = _option(
        "Not these nodes", "Nodes that the jobs must not run on. Becomes --exclude.", group="slurm",
        example="n3",
    )  # fmt: skip
    threads_per_core: int | None = _option(
        "Threads per core",
        "1 keeps the jobs from sharing a core's hardware threads. Becomes --threads-per-core.",
        group="slurm", example=1, ge=1, le=8,
    )  # fmt: skip
    cpu_bind: types.CpuBind | None = _option(
        "CPU binding", "How processes are bound to CPUs. Becomes --cpu-bind of the step.", group="slurm",
        example="cores",
    )  # fmt: skip

    job_cpu: int | None = _option(
        "CPUs asked of Slurm", "Where a job shall have other CPUs than its workers have threads: whole nodes "
        "for few of them, for example. Becomes --cpus-per-task in place of the cores.",
        group="slurm", example=128, unit="cores", ge=1, le=100_000,
    )  # fmt: skip
    job_mem: types.SlurmMemory | None = _option(
        "Memory asked of Slurm", "Where a job shall have other memory than its workers are told. Slurm "
        "counts by 1024. Becomes --mem in place of the memory.", group="slurm", example="120GB",
    )  # fmt: skip

    interface: types.InterfaceName | None = _option(
        "Network interface",
        "The interface by which workers and scheduler talk; the scheduler listens on it.",
        group="network", example="ib0",
    )  # fmt: skip
    scheduler_interface: types.InterfaceName | None = _option(
        "Scheduler's interface", "Where this machine calls the same network by another name than the nodes.",
        group="network", example="eth1",
    )  # fmt: skip
    secure: bool | None = _option(
        "Encrypted",
        "Scheduler, workers and clients speak TLS with a key of this cluster only. Without it everybody "
        "on this machine can run code as you.", group="network", example=True,
    )  # fmt: skip
    scheduler_options: SchedulerOptions | None = _option(
        "Scheduler options", "Further keywords of Dask's scheduler: interface, host, port, contact_address, "
        "allowed_failures, worker_ttl.", group="network", example={"port": 8786},
    )  # fmt: skip

    local_directory: types.NodeDirectory | None = _option(
        "Local directory",
        "Where workers spill data that does not fit in memory: a disk of the node, best not a "
        "shared one.", group="workers", example="/tmp",  # noqa: S108 - an example of a node's disk
    )  # fmt: skip
    log_directory: types.FilePath | None = _option(
        "Log directory",
        "Where the jobs write their output: an existing directory that the nodes see too; one that is "
        "not absolute is made in the cluster's own directory, which is the default.",
        group="workers", example="/home/ada/logs",
    )  # fmt: skip
    death_timeout: int | None = _option(
        "Death timeout", "A worker that cannot find the scheduler for so long gives up.", group="workers",
        example=60, unit="s", ge=1, le=86_400,
    )  # fmt: skip
    worker_command: types.WorkerArgument | None = _option(
        "Worker command", "The Python module that runs a worker.", group="workers",
        example="distributed.cli.dask_worker", pattern=r"^[A-Za-z_][A-Za-z0-9_.]*$",
    )  # fmt: skip
    worker_extra_args: list[types.WorkerArgument] | None = _option(
        "Worker arguments", "Further arguments of each worker.", group="workers",
        example=["--resources", "disk=1"],
        max_length=100,
    )  # fmt: skip
    environment_variables: dict[types.VariableName, types.VariableValue] | None = _option(
        "Environment variables", "Set in each job before its workers start.", group="workers",
        example={"OMP_NUM_THREADS": "1"}, max_length=200,
    )  # fmt: skip
    python: types.Python | None = _option(
        "Python", "The Python of the workers, where it is not the kernel's; or what runs one in a job.",
        group="workers",
        example="/opt/conda/bin/python",
    )  # fmt: skip

    job_script_prologue: list[types.ScriptLine] | None = _option(
        "Before the workers", "Lines of shell that run in each job before its workers.", group="script",
        example=["module load gcc"], max_length=500,
    )  # fmt: skip
    job_script_epilogue: list[types.ScriptLine] | None = _option(
        "After the workers", "Lines of shell that run in each job after its workers.", group="script",
        example=["rm -rf $TMPDIR/cache"], max_length=500,
    )  # fmt: skip
    job_extra_directives: list[types.Directive] | None = _option(
        "Extra directives", "Further options of sbatch.", group="script", example=["--hint=nomultithread"],
        max_length=100,
    )  # fmt: skip
    job_directives_skip: list[types.SkippedText] | None = _option(
        "Directives to leave out", "Lines of the script's header that hold one of these texts are left out.",
        group="script", example=["--mem"], max_length=100,
    )  # fmt: skip

    idle_timeout: int | None = _option(
        "Stop when idle for", "A cluster without work ends after this time; 0 is never.", group="life",
        example=3600, unit="s", ge=0, le=31_536_000,
    )  # fmt: skip
    keep_jobs: bool | None = _option(
        "Replace ended jobs",
        "Jobs that end by walltime or a fault are submitted again while the cluster wants them.",
        group="life", example=True,
    )  # fmt: skip

    controller_placement: Literal["here", "job"] | None = _option(
        "Controller runs",
        "Where the scheduler and what watches the jobs run: on this host, or in a Slurm job of their own, "
        "for hosts that end processes after a while. The cluster ends with that job.",
        group="controller", example="job",
    )  # fmt: skip
    one_allocation: bool | None = _option(
        "One allocation",
        "Controller and workers share one Slurm job of a fixed number of nodes: all jobs together are that "
        "one, and all workers start at once, or none. The size cannot be changed afterwards.",
        group="controller", example=True,
    )  # fmt: skip
    controller_partition: types.Names | None = _option(
        "Controller's partition", "Where its job is queued; by default that of the cluster's jobs.",
        group="controller", example="long",
    )  # fmt: skip
    controller_walltime: types.Walltime | None = _option(
        "Controller's walltime",
        "After this time its job ends, and the cluster with it. By default 8 hours, or that of the cluster's "
        "jobs where it is longer, as far as the partition lets it.",
        group="controller", example="1-00:00:00",
    )  # fmt: skip
    controller_memory: types.Memory | None = _option(
        "Controller's memory", "What the scheduler may take: it keeps a note of each task, and no data.",
        group="controller", example="8 GB",
    )  # fmt: skip
    controller_cores: int | None = _option(
        "Controller's cores", "Cores of its job; the scheduler itself uses one.",
        group="controller", example=2, unit="cores", ge=1, le=1000,
    )  # fmt: skip

    @model_validator(mode="after")
    def _fewer_processes_than_cores(self) -> ClusterOptions:
        if self.cores is not None and self.processes is not None and self.processes > self.cores:
            raise ValueError(
                f"Workers per job must be at most the cores per job, which are {self.cores}; "
                f"not {self.processes}."
            )
        return self

    def asked(self) -> dict[str, Any]:
        """Return what was given, as plain JSON values and without the rest."""
        return self.model_dump(exclude_none=True)


OPTION_NAMES: tuple[str, ...] = tuple(ClusterOptions.model_fields)


def options_schema() -> dict[str, Any]:
    """Return the JSON schema of the options for the form.

    ``x-order`` lists the options; ``x-group`` of each says where the form shows it: ``basic`` at once, the
    others (``slurm``, ``network``, ``workers``, ``script``, ``life``) under "more options". ``x-slurm`` says
    what it becomes, and ``x-manual`` where that is explained.
    """
    schema = ClusterOptions.model_json_schema()
    properties = {row.name: {**_without_null(schema["properties"][row.name]), **_words(row)} for row in ROWS}
    definitions = schema["$defs"]
    for definition in definitions.values():
        definition["properties"] = {
            name: _without_null(about) for name, about in definition["properties"].items()
        }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Options of a cluster",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "x-order": list(properties),
        "$defs": definitions,
    }


def _words(row: Row) -> dict[str, str]:
    return {"x-slurm": row.words, **({"x-manual": row.page} if row.page else {})}


def _without_null(about: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an option as the form wants it: left out where unset, rather than null."""
    kind: dict[str, Any] = next(choice for choice in about["anyOf"] if choice != {"type": "null"})
    rest = {key: value for key, value in about.items() if key not in ("anyOf", "default")}
    return {**kind, **rest}
