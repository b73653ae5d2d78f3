"""Slurm's accounting: slurmdbd, and a MariaDB of its own that listens on no port.

The user who starts it may charge ``physics`` (the default) under the QoS ``normal`` and ``express`` (walltime
up to 5 minutes), and not ``chemistry``. Tests change that with ``slurm.run("sacctmgr", "-i", …)``.
"""

from __future__ import annotations

import getpass
import secrets
import subprocess

from tests.slurm.client import SlurmClient
from tests.slurm.config import Layout
from tests.slurm.release import Release

_QOS = ("add", "qos", "express", "MaxWall=00:05:00")


def prepare(layout: Layout, release: Release) -> None:
    """Make an empty database, and slurmdbd's configuration."""
    layout.database.mkdir(mode=0o700)
    command = ["mariadb-install-db", "--no-defaults", f"--datadir={layout.database}/data"]
    command += [f"--user={getpass.getuser()}", "--skip-test-db", "--innodb-buffer-pool-size=64M"]
    subprocess.run(command, check=True, capture_output=True)
    password = secrets.token_hex(16)
    grants = f"CREATE USER slurm@localhost IDENTIFIED BY '{password}'; GRANT ALL ON *.* TO slurm@localhost;\n"
    (layout.database / "init.sql").write_text(grants.replace("; ", ";\n"), encoding="utf-8")
    lines = (
        *release.settings,
        "AuthType=auth/munge",
        f"AuthInfo=socket={layout.munge_socket}",
        "DbdHost=localhost",
        f"DbdPort={layout.accounting_port}",
        f"SlurmUser={getpass.getuser()}",
        f"PidFile={layout.folder}/run/slurmdbd.pid",
        "StorageType=accounting_storage/mysql",
        "StorageHost=localhost",
        "StorageUser=slurm",
        f"StoragePass={password}",
        "",
    )
    configuration = layout.folder / "slurmdbd.conf"
    configuration.touch(mode=0o600)  # slurmdbd refuses one that others can read
    configuration.write_text("\n".join(lines), encoding="utf-8")


def database_command(layout: Layout) -> list[str]:
    """Return how the database starts."""
    files = {"datadir": "data", "socket": "socket", "pid-file": "pid", "init-file": "init.sql"}
    paths = [f"--{option}={layout.database}/{file}" for option, file in files.items()]
    memory = ["--innodb-buffer-pool-size=64M", "--innodb-lock-wait-timeout=900"]
    return ["mariadbd", "--no-defaults", f"--user={getpass.getuser()}", "--skip-networking", *memory, *paths]


def associate(slurm: SlurmClient, cluster: str, *, first: bool) -> None:
    """Enter cluster, accounts, QoS and user; slurmctld reads them when it starts.

    Parameters
    ----------
    first : bool
        Whether it is the first one in this database.
    """
    user = ("account=physics", "DefaultAccount=physics", "qos=normal,express")
    associations = (
        ("add", "cluster", cluster),
        *((_QOS,) if first else ()),
        ("add", "account", "physics", "chemistry", f"cluster={cluster}"),
        ("add", "user", getpass.getuser(), *user, f"cluster={cluster}"),
    )
    for words in associations:
        slurm.run("sacctmgr", "-i", *words)
