"""What each option of a cluster becomes: one row for each, from which everything else about it is read.

Its type, and what the form says about it, stand in `options.schema`. A new option is a field there and a row
here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_SBATCH = "https://slurm.schedmd.com/sbatch.html"
_WORKER = "https://docs.dask.org/en/stable/deploying-cli.html#dask-worker"
_JOBQUEUE = "https://jobqueue.dask.org/en/latest/generated/dask_jobqueue.SLURMCluster.html"
_SCHEDULER = "https://distributed.dask.org/en/stable/scheduling-state.html#distributed.Scheduler"


@dataclass(frozen=True)
class Row:
    """An option of a cluster.

    Parameters
    ----------
    name : str
        What it is called in requests.
    sbatch, letter : str, optional
        The option of sbatch that says the same, and its letter (sbatch(1)).
    line : str, optional
        What its line in a job script means, for who has never written one.
    directive : bool
        Whether it is written as a line of its own; dask-jobqueue writes those of its keywords.
    keyword : str, optional
        What dask-jobqueue's ``SLURMCluster`` calls it, with dashes also the key below ``jobqueue.slurm``.
    key : str, optional
        Such a key where dask-jobqueue has no keyword for it.
    former : str, optional
        The keyword that dask-jobqueue has given up for it, and still understands.
    variable : str, optional
        The variable of the environment that sbatch would take it from.
    usual : JSON, optional
        What counts for Slurm where neither the user nor a configuration says anything.
    becomes, manual : str
        What it becomes, for the form, and where that is explained; by default what `sbatch` says.
    more : str
        What else it becomes beside `sbatch`.
    """

    name: str
    sbatch: str | None = None
    letter: str = ""
    line: str | None = None
    directive: bool = False
    keyword: str | None = None
    key: str | None = None
    former: str | None = None
    variable: str | None = None
    usual: Any = None
    becomes: str | None = None
    manual: str | None = None
    more: str = ""

    @property
    def words(self) -> str:
        """Return what it becomes."""
        return self.becomes or f"{self.sbatch}{self.more}"

    @property
    def page(self) -> str | None:
        """Return the address of the manual's page, None where there is none."""
        if self.becomes is None and self.sbatch is not None:
            return f"{_SBATCH}#OPT_{self.sbatch.removeprefix('--')}"
        return self.manual


def _sbatch(name: str, **facts: Any) -> Row:
    """Return an option that is a line of its own, which dask-jobqueue knows nothing of."""
    return Row(name, f"--{name.replace('_', '-')}", directive=True, **facts)


ROWS = (
    Row("slurm_cluster", "--clusters", "M", "Which of several Slurm clusters the job runs in.",
        directive=True, more=", also of all other commands of Slurm"),
    Row("partition", "--partition", "p", "The partition: a set of nodes with its own limits.",
        keyword="queue", variable="SBATCH_PARTITION"),
    Row("cores", "--cpus-per-task", "c", "Cores of the job, shared by its workers.",
        keyword="cores", usual=4, more=", and --nthreads of the workers"),
    Row("processes", keyword="processes", manual=_WORKER,
        becomes="--nworkers of the worker command; the job stays one task (--ntasks=1)"),
    Row("memory", "--mem", "",
        "Memory of the job, shared by its workers; who takes more is ended. Slurm counts by 1024.",
        keyword="memory", usual="8 GB", more=", and --memory-limit of the workers"),
    Row("walltime", "--time", "t", "The walltime: Slurm ends the job after so long.", keyword="walltime",
        variable="SBATCH_TIMELIMIT", usual="00:30:00", more=", and --lifetime of the workers"),
    Row("account", "--account", "A", "The account that the core hours are charged to.",
        keyword="account", former="project", variable="SBATCH_ACCOUNT"),
    Row("kernel", becomes="the Python in the worker command"),
    Row("nodes_per_job", "--nodes", "N", "Nodes of the job, with the same number of workers on each.",
        key="nodes-per-job", usual=1, more=", --ntasks-per-node=1, and srun before the worker command"),
    _sbatch("qos", letter="q", line="The quality of service: priority and limits of its own.",
            variable="SBATCH_QOS"),
    _sbatch("constraint", letter="C", line="Only nodes with these features.", variable="SBATCH_CONSTRAINT"),
    _sbatch("reservation", line="Runs within this reservation.", variable="SBATCH_RESERVATION"),
    Row("gpus", "--gres", more="=gpu:n, and --resources GPU=n of the workers"),
    Row("gres", "--gres"),
    Row("gpu_workers", becomes="dask-cuda's worker command, --nthreads and --memory-limit of each worker, "
        "and --resources GPU=1", manual="https://docs.rapids.ai/api/dask-cuda/stable/api/#dask-cuda-worker"),
    _sbatch("nodelist", letter="w", line="Only these nodes."),
    _sbatch("exclude", letter="x", line="Not these nodes."),
    _sbatch("threads_per_core",
            line="How many hardware threads of a core are used; 1 leaves hyper-threading out."),
    Row("cpu_bind", becomes="SLURM_CPU_BIND of the job",
        manual="https://slurm.schedmd.com/srun.html#OPT_cpu-bind"),
    Row("job_cpu", keyword="job_cpu", manual=_JOBQUEUE,
        becomes="--cpus-per-task in place of the cores; the workers keep their threads"),
    Row("job_mem", keyword="job_mem", manual=_JOBQUEUE,
        becomes="--mem in place of the memory; the workers keep their --memory-limit"),
    Row("interface", keyword="interface", becomes="--interface of the workers, and of the scheduler",
        manual=_WORKER),
    Row("scheduler_interface", becomes="nothing in Slurm: interface of the scheduler", manual=_SCHEDULER),
    Row("secure", becomes="nothing in Slurm: --tls-cert, --tls-key and --tls-ca-file of the workers",
        manual=_WORKER),
    Row("scheduler_options", keyword="scheduler_options", manual=_SCHEDULER,
        becomes="nothing in Slurm: keywords of the scheduler"),
    Row("local_directory", keyword="local_directory", becomes="--local-directory of the workers",
        manual=_WORKER),
    Row("log_directory", "--output", keyword="log_directory", more=" and --error"),
    Row("death_timeout", keyword="death_timeout", becomes="--death-timeout of the workers", manual=_WORKER),
    Row("worker_command", keyword="worker_command", becomes="the module in the worker command",
        manual=_JOBQUEUE),
    Row("worker_extra_args", keyword="worker_extra_args", former="extra",
        becomes="the end of the worker command", manual=_WORKER),
    Row("environment_variables", becomes="lines of the job script: export NAME=value"),
    Row("python", keyword="python", becomes="the Python in the worker command", manual=_JOBQUEUE),
    Row("job_script_prologue", keyword="job_script_prologue", former="env_extra",
        becomes="lines of the job script before the worker command", manual=_JOBQUEUE),
    Row("job_script_epilogue", key="job-script-epilogue",
        becomes="lines of the job script after the worker command", manual=_JOBQUEUE),
    Row("job_extra_directives", keyword="job_extra_directives", former="job_extra",
        becomes="lines of the job script: #SBATCH …", manual=_SBATCH),
    Row("job_directives_skip", keyword="job_directives_skip", former="header_skip",
        becomes="fewer #SBATCH lines in the job script", manual=_JOBQUEUE),
    Row("idle_timeout", becomes="nothing in Slurm: the cluster cancels its jobs (scancel)"),
    Row("keep_jobs", usual=True, becomes="more calls of sbatch", manual=_SBATCH),
    Row("controller_placement", becomes="nothing in the job script: a job of the controller's own, or none",
        manual=_SBATCH),
    Row("one_allocation", becomes="--nodes of the controller's job, in which srun starts the workers",
        manual=_SBATCH),
    Row("controller_partition", becomes="--partition of the controller's job", manual=_SBATCH),
    Row("controller_walltime", becomes="--time of the controller's job", manual=_SBATCH),
    Row("controller_memory", becomes="--mem of the controller's job", manual=_SBATCH),
    Row("controller_cores", becomes="--cpus-per-task of the controller's job", manual=_SBATCH),
)  # fmt: skip
"""In the order of the form."""

KEYS = {row.name: row.key or str(row.keyword).replace("_", "-") for row in ROWS if row.key or row.keyword}
"""Option → key below ``jobqueue.slurm`` in Dask's configuration."""

FORMER = {row.name: row.former for row in ROWS if row.former}
"""Option → the name that dask-jobqueue has given up for it."""

USUAL: dict[str, Any] = {row.name: row.usual for row in ROWS if row.usual is not None}
"""Option → what counts where nobody says anything: small enough to start soon anywhere."""
