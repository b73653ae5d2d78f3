"""``connect("ocean")``: a Dask client of a cluster that the panel shows, in a notebook or a script.

Reads the cluster's record on disk; no Jupyter server is needed.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .protocol.errors import ClusterNotFound, StorageUnavailable, WrongState
from .protocol.models import Record
from .registry import Registry
from .shared_directory import default_shared_directory
from .system.files import read_foreign
from .system.json_text import parse_json

if TYPE_CHECKING:
    from distributed import Client

log = logging.getLogger(__name__)


def connect(
    name: str | None = None,
    *,
    shared_directory: str | Path | None = None,
    base_url: str | None = None,
    **kwargs: Any,
) -> Client:
    """Connect to a running cluster by its name or its id.

    Parameters
    ----------
    name : str, optional
        As the panel shows it. Without it: the only cluster that runs.
    shared_directory : path, optional
        Where the administrator keeps clusters, if not at the default place.
    base_url : str, optional
        The base URL of the Jupyter server whose dashboard link shall be shown. Found by itself in a kernel.
    **kwargs
        Passed on to `distributed.Client`.

    Returns
    -------
    distributed.Client

    Raises
    ------
    ClusterNotFound
        With the clusters that there are.
    WrongState
        If the cluster does not run.
    """
    import dask
    from distributed import Client, Security

    registry = Registry(Path(shared_directory) if shared_directory else default_shared_directory())
    record = find(registry, name)
    cluster = record.cluster
    if cluster.scheduler_address is None or cluster.status not in ("starting", "running"):
        raise WrongState(
            f'The cluster "{cluster.name}" is {cluster.status}; there is no scheduler to connect to.'
        )
    credentials = registry.read_launch(cluster.id).credentials
    if credentials is not None:
        kwargs.setdefault("security", Security(
            tls_ca_file=credentials.ca_file, tls_client_cert=credentials.cert, tls_client_key=credentials.key,
            require_encryption=True,
        ))  # fmt: skip
    # Read by the client each time it shows itself; by default it would name a port that nobody listens on.
    link = dashboard_link(base_url or own_base_url(), cluster.dashboard_path)
    dask.config.set({"distributed.dashboard.link": link})
    return Client(cluster.scheduler_address, **kwargs)


def find(registry: Registry, name: str | None) -> Record:
    """Return the record of the cluster with this id, else the newest that runs under this name.

    Without a name: the only one that runs.

    Raises
    ------
    ClusterNotFound
        With the clusters that there are.
    """
    records = []
    for cluster_id in registry.ids():
        try:
            records.append(registry.read(cluster_id))
        except ClusterNotFound:
            continue
        except StorageUnavailable as error:
            if name == cluster_id:
                raise
            # One that cannot be read is no reason not to find another.
            log.warning("%s", error.message)
    names = ", ".join(sorted(record.cluster.name for record in records)) or "none"
    if name is None:
        running = [record for record in records if record.cluster.status == "running"]
        if len(running) == 1:
            return running[0]
        raise ClusterNotFound(
            f'{len(running)} clusters run; say which one: connect("name"). There are: {names}.'
        )
    matching = [record for record in records if name in (record.cluster.id, record.cluster.name)]
    if not matching:
        raise ClusterNotFound(f'There is no cluster "{name}". There are: {names}.')
    return max(matching, key=lambda record: (record.cluster.status == "running", record.cluster.created_at))


def dashboard_link(base_url: str, dashboard_path: str) -> str:
    """Return the link that Dask shows: a path, so that the browser goes where the notebook came from.

    Dask treats it as a format string.
    """
    link = (
        "/" + "/".join(part.strip("/") for part in (base_url, dashboard_path) if part.strip("/")) + "/status"
    )
    return link.replace("{", "{{").replace("}", "}}")


def own_base_url() -> str:
    """Return the base URL of the Jupyter server that started this kernel, or ``/``.

    JupyterHub tells it in the environment; otherwise the server that is this process's parent has it
    in its file below Jupyter's runtime directory.
    """
    from_hub = os.environ.get("JUPYTERHUB_SERVICE_PREFIX")
    if from_hub:
        return from_hub
    from jupyter_core.paths import jupyter_runtime_dir

    server = os.environ.get("JPY_PARENT_PID") or str(os.getppid())
    try:
        info = parse_json(read_foreign(Path(jupyter_runtime_dir()) / f"jpserver-{server}.json"))
        return str(info["base_url"])
    except (FileNotFoundError, StorageUnavailable, ValueError, KeyError, TypeError):
        return "/"
