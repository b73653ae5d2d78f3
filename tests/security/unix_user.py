"""Users of this machine that are nobody special: made for a test, with a home, removed with all they have."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from tests.slurm.client import wait_until

_DIRECTORIES = {
    "HOME": ".",
    "IPYTHONDIR": ".ipython",
    "JUPYTER_CONFIG_DIR": ".jupyter",
    "JUPYTER_DATA_DIR": ".local/share/jupyter",
    "JUPYTER_RUNTIME_DIR": ".local/share/jupyter/runtime",
    "XDG_CACHE_HOME": ".cache",
    "XDG_CONFIG_HOME": ".config",
    "XDG_DATA_HOME": ".local/share",
    "XDG_RUNTIME_DIR": "run",
    "DASK_CONFIG": ".config/dask",
}


class UnixUser:
    """A user with an entry in the list of users, for Slurm starts jobs of nobody else.

    Parameters
    ----------
    role : str
        What its name begins with.
    """

    def __init__(self, role: str) -> None:
        self.name = f"{role}{os.getpid()}"
        # Its home can be entered by everybody, as most are: what is in it must protect itself.
        self.home = Path(tempfile.mkdtemp(prefix=f"home-{self.name}-"))
        subprocess.run(
            ["useradd", "--user-group", "--no-create-home", f"--home-dir={self.home}", self.name],
            check=True,
            capture_output=True,
        )
        self.uid = pwd.getpwnam(self.name).pw_uid
        for folder in (self.home, *map(self.home.joinpath, _DIRECTORIES.values())):
            folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        self.home.chmod(0o755)
        subprocess.run(["chown", "-R", f"{self.uid}:{self.uid}", self.home], check=True)

    @property
    def environment(self) -> dict[str, str]:
        """What differs in this user's environment."""
        return {name: str(self.home / folder) for name, folder in _DIRECTORIES.items()} | {"USER": self.name}

    @property
    def wrapper(self) -> tuple[str, ...]:
        """Words before a command line that make it this user's, without anything of root's."""
        return ("setpriv", f"--reuid={self.uid}", f"--regid={self.uid}", "--clear-groups", "--no-new-privs")

    def python(self) -> str:
        """Return a Python with our packages that this user may start: the tests' own may be in root's home.

        Raises
        ------
        RuntimeError
            There is none.
        """
        if self._can_start(sys.executable):
            return sys.executable
        usual = f"/usr/bin/python{sys.version_info[0]}.{sys.version_info[1]}"
        environment = self.home / "python"
        subprocess.run([usual, "-m", "venv", "--without-pip", environment], check=True)
        for packages in environment.glob("lib/python*/site-packages"):
            ours = sysconfig.get_path("purelib")
            (packages / "ours.pth").write_text(f"import site; site.addsitedir({ours!r})\n")
        python = str(environment / "bin" / "python3")
        if not self._can_start(python):
            raise RuntimeError(f"{self.name} can start no Python {sys.version_info[:2]} with our packages.")
        return python

    def _can_start(self, python: str) -> bool:
        try:
            done = subprocess.run(
                [python, "-c", "import distributed, jupyter_dask_slurm"],
                check=False, user=self.uid, group=self.uid, extra_groups=[], cwd="/",
            )  # fmt: skip
        except PermissionError:
            return False
        return done.returncode == 0

    def processes(self) -> list[int]:
        """Return the processes of this user."""
        done = subprocess.run(["pgrep", "-u", str(self.uid)], capture_output=True, text=True, check=False)
        return [int(pid) for pid in done.stdout.split()]

    def remove(self) -> None:
        """Remove the user once no process of it is left."""
        wait_until(lambda: not self.processes(), f"{self.name} has no process any more", timeout=60)
        subprocess.run(["userdel", self.name], check=False, capture_output=True)
        shutil.rmtree(self.home, ignore_errors=True)
