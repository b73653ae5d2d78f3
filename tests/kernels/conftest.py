"""Kernels of every shape, and Jupyter's own manager of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.provisioning.factory import KernelProvisionerFactory

from tests.kernels.kernelspecs import CONTAINERS, REFUSED, USABLE, Place


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Return the folder with all of them."""
    found = Place(tmp_path_factory.mktemp("kernels"))
    for name, spec in {**USABLE, **CONTAINERS, **REFUSED}.items():
        found.install(name, json.loads(found.fill(json.dumps(spec))))
    return found


@pytest.fixture
def specs(place: Place, monkeypatch: pytest.MonkeyPatch) -> KernelSpecManager:
    """Return Jupyter's own manager of kernels, in an environment where their commands are found."""
    for name, value in place.environ().items():
        monkeypatch.setenv(name, value)
    monkeypatch.syspath_prepend(str(place.modules))
    # It knows the provisioners that it has once found.
    KernelProvisionerFactory.clear_instance()
    (Path.home() / "ocean").symlink_to(place.fill("@environment@"))
    return KernelSpecManager(kernel_dirs=[str(place.kernels)], ensure_native_kernel=False)
