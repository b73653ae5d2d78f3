"""``connect("ocean")``: a Dask client of a cluster that the panel shows, in a notebook or a script.

Reads the cluster's record on disk; no Jupyter server is needed.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .page_address import own_address
from .protocol.errors import ClusterNotFound, StorageUnavailable, WrongState
from .protocol.models import Record
from .registry import Registry
from .shared_directory import default_shared_directory

if TYPE_CHECKING:
    from distributed import Client

log = logging.getLogger(__name__)

PAGE_NOTE = "jupyter_dask_slurm"
"""Under this word a page finds what a kernel says of a client (`pageNote` of ``src/notebook/progress/``)."""


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
        The address of the Jupyter server whose dashboard link shall be shown, or its path alone. Found by
        itself in a kernel, and elsewhere where a browser has shown the panel before.
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

    Examples
    --------
    A client of the only cluster that runs, and what it computes:

    >>> from jupyter_dask_slurm import connect
    >>> client = connect()
    >>> client.submit(sum, [1, 2, 3]).result()
    6

    Two clusters in one notebook, each with its own dashboard:

    >>> small, large = connect("small"), connect("large")
    >>> small.dashboard_link != large.dashboard_link
    True

    In a script, for as long as it needs it; the cluster goes on afterwards:

    >>> with connect("ocean", timeout="60s") as client:
    ...     client.wait_for_workers(4)
    ...     total = client.gather(client.submit(sum, range(10)))
    >>> total
    45

    What is shown where Jupyter is reached by another address:

    >>> connect("ocean", base_url="https://hub.example.org/user/ada/").dashboard_link
    'https://hub.example.org/user/ada/dask-slurm/clusters/ocean-3f9c/dashboard/status'
    """
    from distributed import Security

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
    link = dashboard_link(base_url or own_address(registry.shared), cluster.dashboard_path)
    client = _client_class(link)(cluster.scheduler_address, **kwargs)
    _tell_page(cluster.id, client.id)
    return client


def _tell_page(cluster_id: str, client_id: str) -> None:
    """Say to the page whose cell runs here, if one does, which client it has now made, and of which cluster.

    The kernel answers no question before the cell ends. An update of an output that no notebook has is shown
    nowhere and saved nowhere (Jupyter's messaging protocol, ``update_display_data``).
    """
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    publisher: Any = getattr(shell, "display_pub", None)
    # Only what sends to pages has a socket: ``%%capture`` keeps what it is given, for others to show.
    if getattr(publisher, "pub_socket", None) is None:
        return
    note = {"cluster": cluster_id, "client": client_id}
    try:
        publisher.publish({}, {PAGE_NOTE: note}, transient={"display_id": PAGE_NOTE}, update=True)
    except Exception:  # whatever it is, the client is there
        log.debug("The page was not told of the client %s.", client_id, exc_info=True)


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
    """Return the link that Dask shows: a path where that of the server is one; the browser then stays there.

    Dask treats it as a format string, and to a browser an encoded brace is the same.
    """
    scheme, separator, rest = base_url.partition("://")
    places = (rest if separator else base_url, dashboard_path, "status")
    path = "/".join(place.strip("/") for place in places if place.strip("/"))
    link = f"{scheme}://{path}" if separator else f"/{path}"
    return link.replace("{", "%7B").replace("}", "%7D")


def _client_class(link: str) -> type[Client]:
    """Return a client that shows this link, and leaves alone what other clients of this process show.

    Dask has one setting for all, from which it makes a link to a port that nobody listens on here.
    """
    import dask
    from distributed import Client

    class ClusterClient(Client):
        """A client of a cluster whose dashboard Jupyter serves."""

        dashboard_link = link

        def _repr_html_(self) -> str:
            # What it shows of the scheduler has a link too, made from the setting.
            with dask.config.set({"distributed.dashboard.link": link}):
                return str(super()._repr_html_())  # type: ignore[no-untyped-call]

    return ClusterClient
