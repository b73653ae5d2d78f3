"""For each option: what it becomes in the job script or its command, and the manual's page about it."""

from __future__ import annotations

_SBATCH = "https://slurm.schedmd.com/sbatch.html"
_WORKER = "https://docs.dask.org/en/stable/deploying-cli.html#dask-worker"
_JOBQUEUE = "https://jobqueue.dask.org/en/latest/generated/dask_jobqueue.SLURMCluster.html"
_SCHEDULER = "https://distributed.dask.org/en/stable/scheduling-state.html#distributed.Scheduler"


def _sbatch(option: str, more: str = "") -> tuple[str, str]:
    return f"--{option}{more}", f"{_SBATCH}#OPT_{option}"


SLURM_WORDS: dict[str, tuple[str, str | None]] = {
    "partition": _sbatch("partition"),
    "cores": _sbatch("cpus-per-task", ", and --nthreads of the workers"),
    "processes": ("--nworkers of the worker command; the job stays one task (--ntasks=1)", _WORKER),
    "memory": _sbatch("mem", ", and --memory-limit of the workers"),
    "walltime": _sbatch("time", ", and --lifetime of the workers"),
    "account": _sbatch("account"),
    "kernel": ("the Python in the worker command", None),
    "qos": _sbatch("qos"),
    "constraint": _sbatch("constraint"),
    "reservation": _sbatch("reservation"),
    "gpus": _sbatch("gres", "=gpu:n, and --resources GPU=n of the workers"),
    "gres": _sbatch("gres"),
    "nodelist": _sbatch("nodelist"),
    "exclude": _sbatch("exclude"),
    "threads_per_core": _sbatch("threads-per-core"),
    "cpu_bind": ("SLURM_CPU_BIND of the job", "https://slurm.schedmd.com/srun.html#OPT_cpu-bind"),
    "interface": ("--interface of the workers, and of the scheduler", _WORKER),
    "scheduler_interface": ("nothing in Slurm: interface of the scheduler", _SCHEDULER),
    "secure": ("nothing in Slurm: --tls-cert, --tls-key and --tls-ca-file of the workers", _WORKER),
    "scheduler_options": ("nothing in Slurm: keywords of the scheduler", _SCHEDULER),
    "local_directory": ("--local-directory of the workers", _WORKER),
    "log_directory": _sbatch("output", " and --error"),
    "death_timeout": ("--death-timeout of the workers", _WORKER),
    "worker_command": ("the module in the worker command", _JOBQUEUE),
    "worker_extra_args": ("the end of the worker command", _WORKER),
    "environment_variables": ("lines of the job script: export NAME=value", None),
    "python": ("the Python in the worker command", _JOBQUEUE),
    "job_script_prologue": ("lines of the job script before the worker command", _JOBQUEUE),
    "job_script_epilogue": ("lines of the job script after the worker command", _JOBQUEUE),
    "job_extra_directives": ("lines of the job script: #SBATCH …", _SBATCH),
    "job_directives_skip": ("fewer #SBATCH lines in the job script", _JOBQUEUE),
    "idle_timeout": ("nothing in Slurm: the cluster cancels its jobs (scancel)", None),
    "keep_jobs": ("more calls of sbatch", _SBATCH),
}
"""Option → what it becomes, and an address (Slurm's manual, Dask's documentation) where there is one."""
