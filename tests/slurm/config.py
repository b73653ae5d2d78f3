"""Options → Slurm's configuration files. Pure text, but for `write`."""

from __future__ import annotations

import getpass
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from tests.slurm.options import Options, Partition
from tests.slurm.release import Release


@dataclass(frozen=True)
class Layout:
    """Where one private Slurm lives: its folder, its ports, and whose munged and slurmdbd it uses."""

    folder: Path
    controller_port: int
    accounting_port: int
    node_ports: tuple[int, ...]
    beside: Path | None = None

    @property
    def conf(self) -> Path:
        """The file that ``SLURM_CONF`` names."""
        return self.folder / "slurm.conf"

    @property
    def munge_socket(self) -> Path:
        """The socket of its munged."""
        return (self.beside or self.folder) / "munge" / "socket"

    @property
    def database(self) -> Path:
        """Folder of the database of the accounting."""
        return self.folder / "database"

    @property
    def logs(self) -> Path:
        """Folder of the daemons' logs."""
        return self.folder / "log"


def new_layout(
    folder: Path, controller: int, accounting: int, nodes: tuple[int, ...], beside: Path | None
) -> Layout:
    """Return the layout of a Slurm on these ports; `beside` is the configuration of another one."""
    if beside is None:
        return Layout(folder, controller, accounting, nodes)
    named = re.search(r"^AccountingStoragePort=(\d+)$", beside.read_text(encoding="utf-8"), re.MULTILINE)
    if named is None:
        raise RuntimeError(f"The Slurm of {beside} has no accounting.")
    return Layout(folder, controller, int(named[1]), nodes, beside.parent)


def write(options: Options, layout: Layout) -> None:
    """Make the folders and configuration files."""
    for name in ("log", "run", "state", "munge", *(f"spool-{node}" for node in options.node_names)):
        (layout.folder / name).mkdir(mode=0o755)
    partitions = [
        _partition(options, partition) for partition in options.partitions if _has_nodes(options, partition)
    ]
    accounting = _accounting(layout) if options.accounting or options.beside else ()
    lines = (
        *_general(options, layout),
        *accounting,
        *(_tokens(layout) if options.tokens else ()),
        *_nodes(options, layout),
        *(("JobSubmitPlugins=lua",) if options.job_submit else ()),
        *options.node_lines,
        *partitions,
        *options.extra,
        "",
    )
    if options.job_submit:
        (layout.folder / "job_submit.lua").write_text(options.job_submit, encoding="utf-8")
    if options.tokens:
        new_token_key(layout.folder)
    layout.conf.write_text("\n".join(lines), encoding="utf-8")
    if options.gpu_node_names:
        _write_gres(options, layout)


_LOOPBACK_ONLY = ("CommunicationParameters=NoInAddrAny,NoCtldInAddrAny",)


def _general(options: Options, layout: Layout) -> tuple[str, ...]:
    user = getpass.getuser()
    folder = layout.folder
    here = options.controller_at
    return (
        f"ClusterName={options.cluster}",
        *Release(options.release).settings,
        f"SlurmctldHost={here.hostname}({here.address})",
        f"SlurmctldPort={layout.controller_port}",
        f"SlurmUser={user}",
        f"SlurmdUser={user}",
        *(_LOOPBACK_ONLY if here.is_this_machine else ()),
        "AuthType=auth/munge",
        f"AuthInfo=socket={layout.munge_socket}",
        "CredType=cred/munge",
        f"StateSaveLocation={folder}/state",
        f"SlurmdSpoolDir={folder}/spool-%n",
        f"SlurmctldPidFile={folder}/run/slurmctld.pid",
        f"SlurmdPidFile={folder}/run/slurmd-%n.pid",
        "MpiDefault=none",
        "SwitchType=switch/none",
        "ProctrackType=proctrack/linuxproc",
        "TaskPlugin=task/none",
        "JobAcctGatherType=jobacct_gather/none",
        "SelectType=select/cons_tres",
        "SelectTypeParameters=CR_Core_Memory",
        f"DefMemPerCPU={options.memory_mb // options.cpus}",  # else a job without --mem takes the node
        "SlurmdParameters=config_overrides",  # nodes may claim more than this machine has
        "ReturnToService=1",  # a node that was declared down stays down
        "KillWait=2",
        # Eager, for tests wait for it: jobs of an array start at once, the backfill scheduler looks each 2 s.
        "SchedulerParameters=batch_sched_delay=0,sched_interval=2,bf_interval=2,bf_max_job_test=1000",
        f"MaxArraySize={options.max_array_size}",
        f"MinJobAge={options.min_job_age_s}",
    )


def new_token_key(folder: Path) -> None:
    """Make the key by which slurmctld knows its tokens; those of an earlier key are worth nothing."""
    key = folder / "state" / "token-key"
    key.touch(mode=0o600)
    key.write_bytes(secrets.token_bytes(32))


def _tokens(layout: Layout) -> tuple[str, ...]:
    return ("AuthAltTypes=auth/jwt", f"AuthAltParameters=jwt_key={layout.folder}/state/token-key")


def _accounting(layout: Layout) -> tuple[str, ...]:
    return (
        "AccountingStorageType=accounting_storage/slurmdbd",
        "AccountingStorageHost=localhost",
        f"AccountingStoragePass={layout.munge_socket}",
        f"AccountingStoragePort={layout.accounting_port}",
        "AccountingStorageEnforce=associations,limits,qos",
    )


def _nodes(options: Options, layout: Layout) -> tuple[str, ...]:
    lines = ["GresTypes=gpu"] if options.gpu_node_names else []
    for number, (name, port) in enumerate(zip(options.node_names, layout.node_ports, strict=True)):
        place = options.place_of(name)
        gres = f" Gres=gpu:{options.gpus}" if name in options.gpu_node_names else ""
        lines.append(
            f"NodeName={name} NodeHostname={place.hostname} NodeAddr={place.address} Port={port}"
            f" CPUs={options.cpus} ThreadsPerCore={options.threads_per_core}"
            f" CoresPerSocket={options.cpus // options.threads_per_core} RealMemory={options.memory_mb}"
            f" Feature={options.features[number % 2]}{gres}"
        )
    return tuple(lines)


def _has_nodes(options: Options, partition: Partition) -> bool:
    return partition.nodes != "GPU" or bool(options.gpu_node_names)


def _partition(options: Options, partition: Partition) -> str:
    nodes = ",".join(options.gpu_node_names) if partition.nodes == "GPU" else partition.nodes
    default = "YES" if partition.default else "NO"
    return (
        f"PartitionName={partition.name} Nodes={nodes} Default={default} MaxTime={partition.max_time}"
        f" State=UP {partition.extra}"
    )


# Devices that every Linux has. For a file that is none, Slurm sets no CUDA_VISIBLE_DEVICES; without any
# it drains the node.
_GPU_FILES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")


def _write_gres(options: Options, layout: Layout) -> None:
    nodes = ",".join(options.gpu_node_names)
    lines = [f"NodeName={nodes} Name=gpu File={file}" for file in _GPU_FILES[: options.gpus]]
    (layout.folder / "gres.conf").write_text("\n".join((*lines, "")), encoding="utf-8")
