"""A cluster as text to take along: Python to connect, Python to make the same one, YAML, a job script.

Pure functions. Snippets hold names and paths, never keys.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from shlex import quote
from textwrap import indent
from typing import Any

import yaml

from ..connection import dashboard_link
from ..protocol.errors import InvalidRequest, WrongState
from ..protocol.models import Cluster, Credentials, Scaling, Snippet
from ..protocol.scaling import known_nodes
from ..slurm.script.job_keywords import job_keywords, lines_of
from ..slurm.script.option_table import KEYS
from ..slurm.script.several_nodes import exported
from .batch_script import batch_script

_CLUSTERS = "SLURM_CLUSTERS"
_CLIENT = "ClusterClient"


@dataclass(frozen=True)
class Source:
    """What snippets are made from.

    Parameters
    ----------
    base_url : str
        Of the Jupyter server that was asked: its whole address where that is known, else its path.
    script : str, optional
        The last script that was sent to Slurm.
    command : tuple of str, optional
        The command line that sent it.
    program : str
        The Python that has this package.
    asked : mapping
        The options that the cluster was asked for with, its profile's among them.
    scheduler_file : str, optional
        The file for ``Client(scheduler_file=…)``, where the controller has written one.
    """

    cluster: Cluster
    credentials: Credentials | None
    base_url: str
    script: str | None = None
    command: tuple[str, ...] | None = None
    scheduler_file: str | None = None
    program: str = sys.executable
    asked: Mapping[str, Any] = field(default_factory=dict)


def make_snippet(kind: str, source: Source) -> Snippet:
    """Return a snippet of a cluster.

    Raises
    ------
    InvalidRequest
        If there is no such kind.
    WrongState
        If the cluster has no scheduler (yet), or has sent no script.
    """
    makers = {
        "connect": _connect, "portable": _portable, "attach": _attach, "environment": _environment,
        "from_name": _from_name, "notebook": _notebook, "slurmcluster": _slurmcluster, "yaml": _yaml,
        "job_script": _job_script, "batch_script": _batch_script,
    }  # fmt: skip
    if kind not in makers:
        raise InvalidRequest(f"kind must be one of {', '.join(makers)}.", field="kind")
    return makers[kind](source)


def _connect(source: Source) -> Snippet:
    return Snippet("connect", "python", (
        "from jupyter_dask_slurm import connect\n\n"
        f"client = connect({_text(source.cluster.name)})\n"
        "client\n"
    ))  # fmt: skip


def _portable(source: Source) -> Snippet:
    connecting = _connecting(source)
    return Snippet("portable", "python", f"{connecting.lines}client = {connecting.client()}\nclient\n")


def _attach(source: Source) -> Snippet:
    """Return what the browser runs in a notebook's kernel: ``client`` is the only name that it leaves."""
    connecting = _connecting(source)
    # While the kernel waits for a scheduler nothing else runs in it: less than Dask's own 30 s.
    body = f"{connecting.lines}return {connecting.client(timeout='20s')}\n"
    return Snippet("attach", "python", (
        f"def _attach():\n{indent(body, '    ')}\n\nclient = _attach()\ndel _attach\n"
    ))  # fmt: skip


@dataclass(frozen=True)
class _Connecting:
    """Lines of Python with nothing but ``distributed``, and what makes a client after them.

    The class is of `connection.connect` too: Dask has one setting of the link for all clients of a process.
    """

    lines: str
    arguments: tuple[str, ...]

    def client(self, **kwargs: str) -> str:
        """Return the call that makes the client, with further keywords."""
        more = (f"{name}={_text(value)}" for name, value in kwargs.items())
        return f"{_CLIENT}({', '.join((*self.arguments, *more))})"


def _connecting(source: Source) -> _Connecting:
    address = _scheduler_address(source.cluster)
    link = dashboard_link(source.base_url, source.cluster.dashboard_path)
    arguments: tuple[str, ...] = (_text(address),)
    if source.credentials is None:
        lines = ["import dask", "from distributed import Client", ""]
    else:
        lines = [
            "import dask",
            "from distributed import Client, Security",
            "",
            "security = Security(",
            f"    tls_ca_file={_text(source.credentials.ca_file)},",
            f"    tls_client_cert={_text(source.credentials.cert)},",
            f"    tls_client_key={_text(source.credentials.key)},",
            "    require_encryption=True,",
            ")",
        ]
        arguments = (*arguments, "security=security")
    lines += [
        "",
        "",
        f"class {_CLIENT}(Client):",
        "    # Of this client alone, whatever other clusters this process is connected to.",
        f"    dashboard_link = {_text(link)}",
        "",
        "    def _repr_html_(self):",
        '        with dask.config.set({"distributed.dashboard.link": self.dashboard_link}):',
        "            return super()._repr_html_()",
        "",
        "",
    ]
    return _Connecting("\n".join(lines) + "\n", arguments)


def _scheduler_address(cluster: Cluster) -> str:
    if cluster.status not in ("starting", "running") or cluster.scheduler_address is None:
        raise WrongState(f'"{cluster.name}" is {cluster.status}: it has no scheduler to connect to.')
    return cluster.scheduler_address


def _environment(source: Source) -> Snippet:
    """Return lines of shell after which a program's plain ``Client()`` connects.

    Dask reads them as its configuration. A scheduler file cannot take their place: of such a file Dask's
    client reads the address alone.
    """
    variables = client_variables(source.cluster, source.credentials, source.base_url)
    lines = [f"export {name}={quote(value)}" for name, value in variables.items()]
    said = ["# Then Client() connects, in every program of this shell."]
    if source.scheduler_file is not None:
        # As one line, whatever the path holds: none of it may become a command.
        said.append(f"# So does Client(scheduler_file={json.dumps(source.scheduler_file)}),")
        said.append("# which takes the address from that file, and the certificate from these lines.")
    return Snippet("environment", "shell", "\n".join((*said, *lines)) + "\n")


def client_variables(cluster: Cluster, credentials: Credentials | None, base_url: str) -> dict[str, str]:
    """Return the variables by which a plain ``Client()`` connects to a cluster.

    Raises
    ------
    WrongState
        If it has no scheduler (yet).
    """
    variables = {"DASK_SCHEDULER_ADDRESS": _scheduler_address(cluster)}
    if credentials is not None:
        variables |= {
            "DASK_DISTRIBUTED__COMM__TLS__CA_FILE": credentials.ca_file,
            "DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT": credentials.cert,
            "DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY": credentials.key,
        }
    link = dashboard_link(base_url, cluster.dashboard_path)
    return {**variables, "DASK_DISTRIBUTED__DASHBOARD__LINK": link}


def _from_name(source: Source) -> Snippet:
    return Snippet("from_name", "python", (
        "from jupyter_dask_slurm import SLURMCluster\n\n"
        f"cluster = SLURMCluster.from_name({_text(source.cluster.name)})\n"
        "client = cluster.get_client()\n"
        "client\n"
    ))  # fmt: skip


def _notebook(source: Source) -> Snippet:
    """Return what makes another one like it, in whatever kernel it runs."""
    elsewhere = ("kernel", "python")
    asked = {name: value for name, value in source.asked.items() if name not in elsewhere}
    if source.cluster.backend == "local":
        asked = {"backend": "local", **asked}
    arguments = "".join(f"    {name}={value!r},\n" for name, value in asked.items())
    call = f"SLURMCluster(\n{arguments})" if arguments else "SLURMCluster()"
    # The size of one allocation is that of its options, once for all.
    size = "" if asked.get("one_allocation") else f"{_size(source.cluster.scaling)}\n"
    return Snippet("notebook", "python", (
        f"from jupyter_dask_slurm import SLURMCluster\n\ncluster = {call}\n"
        f"{size}client = cluster.get_client()\nclient\n"
    ))  # fmt: skip


def _slurmcluster(source: Source) -> Snippet:
    return Snippet("slurmcluster", "python", as_python(source.cluster.options, source.cluster.scaling))


def as_python(options: Mapping[str, Any], scaling: Scaling) -> str:
    """Return code that makes a cluster of these (effective) options with dask-jobqueue alone."""
    keywords = exported(job_keywords(options), options)
    arguments = [f"    {name}={value!r},\n" for name, value in keywords.items()]
    slurm_cluster = options.get("slurm_cluster")
    # dask-jobqueue knows of no other Slurm cluster: its scancel would end another one's job of the same id.
    before = f"import os\n\nos.environ[{_CLUSTERS!r}] = {slurm_cluster!r}\n\n" if slurm_cluster else ""
    return (
        f"{before}from dask_jobqueue import SLURMCluster\n\n{_not_exported(options)}"
        f"cluster = SLURMCluster(\n{''.join(arguments)})\n{_size(scaling)}\n"
    )


def _size(scaling: Scaling) -> str:
    """Return the line that gives a cluster this size; dask-jobqueue and our `SLURMCluster` say it alike."""
    if scaling.mode == "adaptive":
        return f"cluster.adapt(minimum_jobs={scaling.minimum_jobs}, maximum_jobs={scaling.maximum_jobs})"
    return f"cluster.scale(jobs={scaling.jobs})"


def _not_exported(options: Mapping[str, Any]) -> str:
    """Return a comment that says what dask-jobqueue has no word for."""
    # An entry of a configuration may hold several lines: none of them may become code.
    epilogue = "\n".join(lines_of(options.get("job_script_epilogue"))).splitlines()
    if not epilogue:
        return ""
    said = ["dask-jobqueue has nothing that runs after the workers. Left out:", *epilogue]
    return "".join(f"# {line}\n" for line in said)


def _yaml(source: Source) -> Snippet:
    return Snippet("yaml", "yaml", as_yaml(source.cluster.options))


def as_yaml(options: Mapping[str, Any]) -> str:
    """Return (effective) options as a file of Dask's configuration."""
    nodes = known_nodes(options)
    keywords = job_keywords({**options, "nodes_per_job": None})
    section = {name.replace("_", "-"): value for name, value in keywords.items()}
    if nodes > 1:
        section[KEYS["nodes_per_job"]] = nodes
    if options.get("job_script_epilogue"):
        section[KEYS["job_script_epilogue"]] = options["job_script_epilogue"]
    text = yaml.safe_dump({"jobqueue": {"slurm": section}}, sort_keys=False, allow_unicode=True)
    slurm_cluster = options.get("slurm_cluster")
    needed = f"# Needs {_CLUSTERS}={slurm_cluster} in the environment.\n" if slurm_cluster else ""
    key = KEYS["nodes_per_job"]
    alone = f"# dask-jobqueue alone does not know {key}: its jobs have one node.\n" if nodes > 1 else ""
    return f"# ~/.config/dask/jobqueue.yaml\n{needed}{alone}{text}"


def _job_script(source: Source) -> Snippet:
    if source.script is None:
        raise WrongState(f'"{source.cluster.name}" has sent no job to Slurm yet.')
    return Snippet("job_script", "shell", source.script, source.command)


def _batch_script(source: Source) -> Snippet:
    script = _job_script(source).code
    return Snippet(
        "batch_script", "shell", as_batch_script(source.cluster, source.asked, script, source.program)
    )


def as_batch_script(
    cluster: Cluster, asked: Mapping[str, Any], script: str, program: str = sys.executable
) -> str:
    """Return a script for sbatch that runs a Python file on one like it; `script` is that of its jobs."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", cluster.name)
    return batch_script(cluster, asked, script, program=program, name=name)


def _text(value: str) -> str:
    """Return a text as a literal of Python."""
    return json.dumps(value, ensure_ascii=False)
