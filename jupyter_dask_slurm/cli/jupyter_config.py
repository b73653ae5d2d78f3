"""What the command line has in place of a Jupyter server: its configuration and its kernels."""

from __future__ import annotations

from typing import Any

from jupyter_core.application import JupyterApp
from traitlets.config import Config

from ..settings import DaskSlurmSettings


class _ServerConfiguration(JupyterApp):
    """Reads ``jupyter_server_config.py`` and ``.json`` wherever a Jupyter server would."""

    name = "jupyter-dask-slurm"
    config_file_name = "jupyter_server_config"


def load_settings() -> DaskSlurmSettings:
    """Return the settings that a Jupyter server of this user would have (``c.DaskSlurmExtension``)."""
    application = _ServerConfiguration()
    application.load_config_file()
    found = Config({"DaskSlurmSettings": application.config["DaskSlurmExtension"]})
    return DaskSlurmSettings(config=found)


class LazyKernelSpecs:
    """Jupyter's kernels; most commands never look at them."""

    def get_all_specs(self) -> dict[str, Any]:
        """Return the kernels as `KernelSpecManager` does."""
        from jupyter_client.kernelspec import KernelSpecManager

        found: dict[str, Any] = KernelSpecManager().get_all_specs()
        return found
