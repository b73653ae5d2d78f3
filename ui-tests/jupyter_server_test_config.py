"""The Jupyter server of the browser tests: clusters and files in a folder of its own."""

import os
import sys
from pathlib import Path
from tempfile import mkdtemp

from jupyterlab.galata import configure_jupyter_server

sys.path.append(str(Path(__file__).parents[1]))
from tests.catalogue.second_language import CODE, entries, write_pack
from tests.jupyter.quick_starts import install

configure_jupyter_server(c)  # type: ignore[name-defined]  # noqa: F821

folder = Path(mkdtemp(prefix="dask-slurm-ui-"))
c.ServerApp.allow_root = True  # type: ignore[name-defined]  # noqa: F821
c.ServerApp.ip = "127.0.0.1"  # type: ignore[name-defined]  # noqa: F821
c.ServerApp.jpserver_extensions = {"jupyter_dask_slurm": True, "notebook": True}  # type: ignore[name-defined]  # noqa: F821
if "QUICK_STARTS" in os.environ:
    install()
c.DaskSlurmExtension.shared_directory = str(folder / "clusters")  # type: ignore[name-defined]  # noqa: F821

# A second language, for JupyterLab to be seen in it: whoever wants it sets it in the settings.
write_pack(folder / "languages", CODE, entries())
sys.path.append(str(folder / "languages"))
