"""Descriptions of kernels as sites and tools write them, and the commands that they need, which run here.

Commands that are not on this machine (``conda``, ``docker``, ``module`` …) are small scripts that read the
same words and become the same Python; containers are real mount namespaces.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

_END = ("-m", "ipykernel_launcher", "-f", "{connection_file}")
PYTHON = "@python@"  # of another environment, with Dask
BIN = "@bin@"  # where the commands stand

# `conda run` writes to its own output, takes options, and no line breaks.
_CONDA = """\
#!/bin/sh
[ "$1" = run ] || exit 2
shift
while :; do
  case "$1" in
    -n|-p|-e|--cwd|--with|--environment) environment=$2; shift 2;;
    -*) shift;;
    *) break;;
  esac
done
for word in "$@"; do
  case "$word" in *"
"*) echo "arguments where newlines exist are not supported" >&2; exit 1;; esac
done
echo "activating $environment"
export CONDA_DEFAULT_ENV="$environment" CONDA_PREFIX=@environment@ PATH=@environment@/bin:$PATH
"$@"
"""
# Words of docker or singularity, then what runs inside, where a folder is not that of the machine.
_CONTAINER = """\
#!/bin/sh
while [ "$1" != image ]; do shift; done
shift
exec unshare --mount sh -c '
mount -t tmpfs inside @inside@ && cp -a @environment@/. @inside@/ && export PATH=@inside@/bin:$PATH || exit
exec "$@"
' sh "$@"
"""
_STEP = """\
#!/bin/sh
while :; do
  case "$1" in -*) shift;; *) break;; esac
done
export OF_THE_NODE=set SLURM_STEP_ID=0
exec "$@"
"""
_RUNNER = """\
import os, sys
prefix, environment, *command = sys.argv[1:]
os.environ.update(CONDA_PREFIX=environment, PATH=environment + "/bin:" + os.environ["PATH"])
os.execvp(command[0], command)
"""
_REMOTE = """\
import shlex, subprocess, sys
command = sys.argv[sys.argv.index("--kernel_cmd") + 1].replace("{host_connection_file}", sys.argv[-1])
sys.exit(subprocess.call(shlex.split(command)))
"""
_PROVISIONER = """\
import os, time
from jupyter_client.provisioning import LocalProvisioner

class OfTheSite(LocalProvisioner):
    async def pre_launch(self, **kwargs):
        if os.environ.get("OF_THE_SITE") == "hangs":
            time.sleep(600)  # as code that knows of no event loop does
        kwargs = await super().pre_launch(**kwargs)
        kwargs["env"]["OF_THE_SITE"] = "provisioned"
        kwargs["cmd"] = ["@environment@/bin/python", *kwargs["cmd"][1:]]
        return kwargs
"""
_COMMANDS = {
    "conda": _CONDA,
    "mamba": _CONDA,
    "micromamba": _CONDA,
    "pixi": _CONDA,
    "uv": _CONDA,
    "apptainer": _CONTAINER,
    "docker": _CONTAINER,
    "podman": _CONTAINER,
    "shifter": _CONTAINER,
    "singularity": _CONTAINER,
    "srun": _STEP,
    "run-in": '#!/bin/sh\necho "module $1 loaded"\nexport OCEAN="$1"\nunset OLD\nshift\nexec "$@"\n',
    "python-of-site": f'#!/bin/sh\nexport MODULES=loaded\nexec {PYTHON} "$@"\n',
    "kernel-helper.sh": f'#!/bin/bash\nexport OMP_NUM_THREADS=1\nexec {PYTHON} -m ipykernel_launcher "$@"\n',
    "no-exec.sh": f'#!/bin/sh\nsleep 9876 &\n{PYTHON} -m ipykernel_launcher "$@"\nexit\n',
}
_MODULES = {
    "nb_conda_kernels/runner.py": _RUNNER,
    "remote_ikernel/__main__.py": _REMOTE,
    "of_the_site.py": _PROVISIONER,
    "of_the_site-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: of-the-site\nVersion: 1.0\n",
    "of_the_site-1.0.dist-info/entry_points.txt": (
        "[jupyter_client.kernel_provisioners]\nof-the-site = of_the_site:OfTheSite\n"
    ),
}

USABLE: dict[str, dict[str, Any]] = {
    "native": {"argv": ["python", *_END]},
    "native-debugger": {"argv": ["python3", "-Xfrozen_modules=off", *_END]},
    "installed": {"argv": [PYTHON, *_END]},
    "prefix": {"argv": ["{prefix}/bin/python", *_END]},
    "variables": {
        "argv": [PYTHON, *_END],
        "env": {"PATH": "/opt/ocean/bin:${PATH}", "OCEAN_HOME": "${HOME}/ocean", "KEPT": "$NOT_SET/x"},
    },
    "without-user-site": {"argv": [PYTHON, "-s", "-X", "utf8", *_END]},
    "code": {"argv": [PYTHON, "-c", "import ipykernel.kernelapp as k; k.launch_new_instance()", *_END[2:]]},
    "home": {"argv": ["~/ocean/bin/python", *_END]},
    "env": {"argv": ["env", "-u", "OLD", "OMP_NUM_THREADS=1", PYTHON, *_END]},
    "usr-bin-env": {"argv": ["/usr/bin/env", "python3", *_END], "env": {"PATH": "@environment@/bin:${PATH}"}},
    "nice": {"argv": ["nice", "-n", "1", PYTHON, *_END]},
    "shell": {"argv": ["bash", "-c", f"export LOADED=gcc/12 && exec {PYTHON} {' '.join(_END)}"]},
    "login-shell": {"argv": ["bash", "-lc", f"umask 027; exec {PYTHON} {' '.join(_END)}"]},
    "shell-with-the-file-as-word": {
        "argv": ["/bin/bash", "-c", f'source /dev/null; exec {PYTHON} -m ipykernel_launcher -f "$0"',
                 "{connection_file}"],
    },
    "module": {"argv": [f"{BIN}/run-in", "ocean", PYTHON, *_END]},
    "script-of-that-name": {"argv": [f"{BIN}/python-of-site", *_END]},
    "resource-dir": {"argv": ["{resource_dir}/kernel-helper.sh", "-f", "{connection_file}"]},
    "no-exec": {"argv": [f"{BIN}/no-exec.sh", "-f", "{connection_file}"]},
    "conda-run": {"argv": ["conda", "run", "-n", "ocean", "--no-capture-output", "python", *_END]},
    "micromamba-run": {"argv": ["micromamba", "run", "-p", "/opt/ocean", "python", *_END]},
    "mamba-run": {"argv": ["mamba", "run", "--live-stream", "-p", "/opt/ocean", "python", *_END]},
    "pixi-run": {"argv": ["pixi", "run", "-e", "default", "python", *_END]},
    "uv-run": {"argv": ["uv", "run", "--with", "ipykernel", "python", *_END]},
    "srun": {"argv": ["srun", "--ntasks=1", "--mpi=none", PYTHON, *_END]},
    "interrupts-by-message": {"argv": [PYTHON, *_END], "interrupt_mode": "message"},
    "nb-conda-kernels": {
        "argv": ["python", "-m", "nb_conda_kernels.runner", "/opt/conda", "@environment@", PYTHON, *_END]
    },
    "remote-ikernel": {
        "argv": ["python", "-m", "remote_ikernel", "--interface", "local", "--kernel_cmd",
                 f"{PYTHON} -m ipykernel_launcher -f {{host_connection_file}}", "{connection_file}"],
    },
    "provisioner": {
        "argv": ["python", *_END],
        "metadata": {"kernel_provisioner": {"provisioner_name": "of-the-site"}},
    },
    "no-language": {"argv": ["env", PYTHON, *_END], "language": ""},
}  # fmt: skip

REFUSED: dict[str, dict[str, Any]] = {
    "r": {"argv": ["R", "--slave", "-e", "IRkernel::main()", "--args", "{connection_file}"], "language": "R"},
    "julia": {"argv": ["julia", "-i", "kernel.jl", "{connection_file}"], "language": "julia"},
    "octave": {
        "argv": ["python", "-m", "octave_kernel", "-f", "{connection_file}"],
        "language": "octave",
    },
    "scala": {"argv": ["/opt/toree/bin/run.sh", "--profile", "{connection_file}"], "language": "scala"},
    "bash": {"argv": ["python", "-m", "bash_kernel", "-f", "{connection_file}"], "language": "bash"},
    "xeus": {"argv": ["xpython-raw", "-f", "{connection_file}"]},
    "gone": {"argv": ["/opt/gone/bin/python", *_END]},
    "no-conda-environment": {"argv": ["conda", "run", "-n", "x", "python-gone", *_END]},
    "says-why": {"argv": ["sh", "-c", "echo no such module: gcc/99 >&2; exit 1", *_END]},
    "no-ipykernel": {"argv": ["env", "@bare@", *_END]},
    "no-dask": {"argv": ["@bare@", *_END]},
    "no-words": {"argv": []},
    "no-text": {"argv": ["python", 5, *_END]},
    "no-provisioner": {
        "argv": ["python", *_END],
        "metadata": {"kernel_provisioner": {"provisioner_name": "of-another-site"}},
    },
    "no-text-in-env": {"argv": ["python", *_END], "env": {"X": 5}},
}
REASONS = {
    "r": "is an R kernel",
    "julia": "is a Julia kernel",
    "octave": "is an Octave kernel",
    "scala": "is a Scala kernel",
    "bash": "is a Bash kernel",
    "xeus": "cannot be started: xpython-raw: it is in none of the directories of PATH",
    "gone": "cannot be started: /opt/gone/bin/python: No such file",
    "no-conda-environment": "python-gone: not found",
    "says-why": "cannot be started: no such module: gcc/99",
    "no-ipykernel": "No module named ipykernel_launcher",
    "no-dask": "has no distributed and no dask-jobqueue: install it there by @bare@ -m pip install",
    "no-words": "cannot be started: its description names no command",
    "no-text": "cannot be started: its description is not as Jupyter needs it",
    "no-provisioner": 'cannot be started: its provisioner "of-another-site" is not installed where Jupyter',
    "no-text-in-env": "cannot be started: its description is not as Jupyter needs it",
}

_DOCKER = ["docker", "run", "--rm", "-m", "4g", "-v", "{connection_file}:/c", "image"]
CONTAINERS: dict[str, dict[str, Any]] = {
    "docker": {"argv": [*_DOCKER, "python", *_END]},
    "podman": {"argv": ["podman", "run", "--network=host", "image", "python", *_END]},
    "apptainer": {"argv": ["apptainer", "exec", "--bind", "/scratch", "image", "@inside@/bin/python", *_END]},
    "shifter": {"argv": ["shifter", "image", "python", *_END]},
    "singularity": {"argv": ["singularity", "exec", "--nv", "image", "@inside@/bin/python", *_END]},
}


class Place:
    """A folder with kernels, the environments that they name and the commands that they run.

    Parameters
    ----------
    folder : Path
        Where all of it goes.
    """

    def __init__(self, folder: Path) -> None:
        self.kernels = folder / "data" / "kernels"
        self.bin, self.modules = folder / "bin", folder / "modules"
        self._words = {
            "environment": str(folder / "environment"),
            "python": str(folder / "environment" / "bin" / "python"),
            "bare": str(folder / "bare" / "bin" / "python"),
            "inside": str(folder / "inside"),
            "bin": str(self.bin),
        }
        for name in ("environment", "bare"):
            subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / name], check=True)
        (packages,) = (folder / "environment" / "lib").glob("python*/site-packages")
        (packages / "dask.pth").write_text("\n".join(_packages()))
        (folder / "inside").mkdir()
        for name, text in _COMMANDS.items():
            self._write(self.bin / name, text).chmod(0o755)
        for name, text in _MODULES.items():
            self._write(self.modules / name, text)

    def fill(self, text: str) -> str:
        """Return a text with the places of this folder in it."""
        for name, path in self._words.items():
            text = text.replace(f"@{name}@", path)
        return text

    def install(self, name: str, spec: dict[str, Any]) -> None:
        """Put a kernel where Jupyter finds it, with a script beside its description."""
        whole = {"display_name": name, "language": "python", **spec}
        self._write(self.kernels / name / "kernel.json", json.dumps(whole))
        self._write(self.kernels / name / "kernel-helper.sh", _COMMANDS["kernel-helper.sh"]).chmod(0o755)

    def environ(self) -> dict[str, str]:
        """Return the variables that a Jupyter needs for these kernels."""
        return {
            "PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(self.modules),
            "JUPYTER_DATA_DIR": str(self.kernels.parent),
            "OLD": "of Jupyter",
        }

    def _write(self, path: Path, text: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.fill(text))
        return path


def _packages() -> list[str]:
    """Return where this Python has its packages."""
    import sysconfig

    return [sysconfig.get_path("purelib")]


def runs(command: str) -> bool:
    """Return whether a process with these words in its command line is there."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if command in path.read_text().replace("\0", " "):
                return True
        except OSError:
            continue
    return False
