"""The descriptions of kernels, as jupyter_client reads them: by its own code."""

from __future__ import annotations

import asyncio
import hashlib
import inspect
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from ..protocol.errors import StorageUnavailable
from ..system.beside_loop import in_thread
from ..system.files import read_foreign
from ..system.json_text import parse_json

_LETTERS_SAID_WITH_A_VOWEL = "AEFHILMNORSX"
LOCAL_PROVISIONER = "local-provisioner"


class KernelSpecs(Protocol):
    """What we need of Jupyter's ``KernelSpecManager``."""

    def get_all_specs(self) -> Any:
        """Return ``{name: {"resource_dir": …, "spec": {"argv": […], "env": {…}, …}}}``.

        That of a Jupyter whose kernels a gateway runs is a coroutine.
        """


@dataclass(frozen=True)
class Specification:
    """A kernel's description.

    Parameters
    ----------
    argv : tuple of str
        The command line that Jupyter would run.
    env : mapping
        Those variables that it sets, with what they refer to filled in.
    spec : mapping
        As it stands in ``kernel.json``.
    folder : Path, optional
        Where that is.
    problem : str, optional
        Why no cluster can run there, as a predicate, where that is known without a look.
    """

    name: str
    spec: Mapping[str, Any]
    folder: Path | None = None
    argv: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    problem: str | None = None

    @property
    def display_name(self) -> str:
        """What users know it by."""
        return str(self.spec.get("display_name") or self.name)

    @property
    def language(self) -> str:
        """Its language, in small letters; empty where it names none."""
        return str(self.spec.get("language") or "").lower()

    @property
    def is_python(self) -> bool:
        """Whether it is one of Python, as far as it says."""
        return not self.language or is_python(self.language)

    @property
    def is_local(self) -> bool:
        """Whether Jupyter itself runs its command line; else a provisioner of somebody else's decides."""
        metadata = self.spec.get("metadata") or {}
        provisioner = metadata.get("kernel_provisioner") or {} if isinstance(metadata, dict) else {}
        name = provisioner.get("provisioner_name") if isinstance(provisioner, dict) else None
        return name in (None, LOCAL_PROVISIONER)

    def content(self) -> str:
        """Return a checksum of all that decides which Python it starts. Reads the state of files."""
        files = {word: _state(word) for word in self.argv if word.startswith(os.sep)}
        decisive = [self.name, dict(self.spec), str(self.folder), self.argv, dict(self.env), files]
        return hashlib.sha256(json.dumps(decisive, sort_keys=True, default=str).encode()).hexdigest()


async def read_specifications(specs: KernelSpecs) -> dict[str, Specification]:
    """Return the descriptions of all kernels by name; nothing of them is run."""
    found = await in_thread(specs.get_all_specs)
    # A gateway's come by a coroutine: what its kernels have is not on this machine.
    elsewhere = inspect.isawaitable(found)
    if elsewhere:
        found = await found
    # jupyter_client's objects take their time, and its first import more.
    return await in_thread(
        lambda: {
            name: _read(name, about.get("spec") or {}, about.get("resource_dir") or "", elsewhere)
            for name, about in found.items()
        }
    )


def why_left_out(specs: KernelSpecs, name: str) -> str | None:
    """Return, as a predicate, why Jupyter leaves out a kernel that is described; None where none is.

    Blocks on the disk.
    """
    folder = None
    with suppress(AttributeError, TypeError):  # managers of others need not be able to tell
        folder = specs.find_kernel_specs().get(name)  # type: ignore[attr-defined]
    if folder is None:
        return None
    try:
        described = parse_json(read_foreign(Path(folder) / "kernel.json"))
        provisioner = described["metadata"]["kernel_provisioner"]["provisioner_name"]
    except (OSError, StorageUnavailable, ValueError) as error:
        return f"cannot be started: its description (kernel.json) cannot be used ({error})"
    except (KeyError, TypeError):
        return "cannot be started: its description is not as Jupyter needs it"
    return f'cannot be started: its provisioner "{provisioner}" is not installed where Jupyter runs'


def _read(name: str, spec: Mapping[str, Any], folder: str, elsewhere: bool) -> Specification:
    given = Specification(name, spec, Path(folder) if folder else None)
    problem = None
    if not given.is_python:
        problem = is_of_language(given.language)
    elif elsewhere:
        problem = "runs on another machine, where the gateway of this Jupyter starts its kernels"
    if problem is not None:
        return Specification(name, spec, given.folder, problem=problem)
    try:
        argv, env = as_jupyter_starts_it(_Described.of(name, spec, folder))
    # jupyter_client raises whatever it meets: no description of somebody's may hide the others.
    except Exception as error:  # noqa: BLE001
        problem = f"cannot be started: its description is not as Jupyter needs it ({error})"
        return Specification(name, spec, given.folder, problem=problem)
    if not argv:
        problem = "cannot be started: its description names no command (argv)"
    return Specification(name, spec, given.folder, argv, env, problem)


@dataclass(frozen=True)
class _Described:
    """All that decides what `as_jupyter_starts_it` comes to; `spec` is compared as its text."""

    name: str
    text: str
    folder: str
    environ: tuple[tuple[str, str], ...]
    spec: Mapping[str, Any] = field(compare=False)

    @classmethod
    def of(cls, name: str, spec: Mapping[str, Any], folder: str) -> _Described:
        text = json.dumps(spec, sort_keys=True, default=str)
        return cls(name, text, folder, tuple(os.environ.items()), spec)


@lru_cache(maxsize=256)
def as_jupyter_starts_it(described: _Described) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """Return the command line and the variables with all that they refer to filled in; starts nothing.

    Not for an event loop.
    """
    # Here and not above: the command line of this project seldom needs them.
    from jupyter_client.manager import KernelManager
    from jupyter_client.provisioning.local_provisioner import LocalProvisioner
    from jupyter_client.provisioning.provisioner_base import KernelProvisionerBase

    from .jupyter_starts import OneSpec, kernel_spec

    spec = kernel_spec(dict(described.spec), described.folder)
    manager = KernelManager(kernel_spec_manager=OneSpec(spec), kernel_name=described.name)
    if manager._launch_args is None:  # noqa: SLF001 - before jupyter_client 8 it is, until a kernel is started
        manager._launch_args = {}  # noqa: SLF001
    argv = tuple(map(_at_home, manager.format_kernel_cmd()))
    provisioner = LocalProvisioner(kernel_id="", kernel_spec=spec, parent=None)
    # What any provisioner does about variables; that of this machine would also find ports.
    filled = asyncio.run(KernelProvisionerBase.pre_launch(provisioner, env=dict(described.environ)))
    return argv, MappingProxyType({key: filled["env"][key] for key in spec.env})


def is_python(language: str) -> bool:
    """Return whether a kernel's language is Python."""
    return language.lower().startswith(("python", "ipython"))


def is_of_language(language: str) -> str:
    """Return what a kernel is, as a predicate.

    >>> is_of_language("R"), is_of_language("julia")
    ('is an R kernel', 'is a Julia kernel')
    """
    named = language[:1].upper() + language[1:]
    vowels = _LETTERS_SAID_WITH_A_VOWEL if not named[1:2].isalpha() else "AEIO"
    return f"is {'an' if named[:1] in vowels else 'a'} {named} kernel"


def _at_home(word: str) -> str:
    """Return a word as `jupyter_client.launcher.launch_kernel` reads it at last."""
    return os.path.expanduser(word)  # noqa: PTH111


def _state(path: str) -> list[int] | None:
    with suppress(OSError, ValueError):
        status = os.stat(path)  # noqa: PTH116
        return [status.st_mtime_ns, status.st_size, status.st_ino]
    return None
