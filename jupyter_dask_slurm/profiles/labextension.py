"""dask-labextension's configuration: its factory, its default size, and the clusters it starts with Jupyter.

https://github.com/dask/dask-labextension, ``labextension.yaml``: ``factory`` names a class with its keywords,
``default`` a number of workers or the limits of adaptive scaling, ``initial`` a list of clusters, each of
which may say all of that anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .documents import Entry

NAME = "labextension"


def labextension_entries(section: Mapping[str, Any]) -> Iterator[Entry]:
    """Yield the profile of the factory, then one for each initial cluster."""
    if section.get("factory"):
        yield Entry(NAME, _value(section, _mapping(section.get("default"))))
    for name, initial in _initial(section):
        merged = {**section, **{key: value for key, value in initial.items() if value is not None}}
        yield Entry(name, _value(merged, initial))


def initial_names(section: Mapping[str, Any]) -> list[str]:
    """Return the names of the profiles that shall start with Jupyter."""
    return [name for name, _ in _initial(section)]


def _initial(section: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    initial = section.get("initial")
    clusters = (
        [cluster for cluster in initial if isinstance(cluster, dict)] if isinstance(initial, list) else []
    )
    return [(str(cluster.get("name") or f"{NAME}-{n}"), cluster) for n, cluster in enumerate(clusters, 1)]


def _value(section: Mapping[str, Any], size: Mapping[str, Any]) -> dict[str, Any]:
    """Return a profile as a file would have it, or the ``error`` that keeps it from being one."""
    factory = section.get("factory") or {"class": "LocalCluster"}
    if not isinstance(factory, Mapping):
        return {"error": "Its factory must have a class, and may have kwargs."}
    kind = str(factory.get("class"))
    keywords = {str(key).replace("-", "_"): value for key, value in _mapping(factory.get("kwargs")).items()}
    if kind not in ("SLURMCluster", "LocalCluster"):
        name = f"{factory.get('module')}.{kind}"
        return {"error": f"{name} is not supported here; SLURMCluster and LocalCluster are."}
    if factory.get("args"):
        return {"error": f"Positional arguments of {kind} are not supported here; give them by keyword."}
    workers = keywords.pop("n_workers", None)
    scaling = _scaling(size) or _scaling({"workers": workers})
    backend = "slurm" if kind == "SLURMCluster" else "local"
    options = keywords if backend == "slurm" else _local_options(keywords)
    return {"backend": backend, "options": options, "scaling": scaling}


def _local_options(keywords: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keywords of ``LocalCluster`` as options of jobs of one worker each."""
    memory = keywords.get("memory_limit")
    options = {
        "cores": keywords.get("threads_per_worker"),
        "processes": 1,
        # "auto" and 0 leave it to Dask, and so do we; a number is bytes.
        "memory": f"{memory} B" if isinstance(memory, int) and memory else memory,
        "local_directory": keywords.get("local_directory"),
        "interface": keywords.get("interface"),
    }
    return {key: value for key, value in options.items() if value not in (None, 0, "auto")}


def _mapping(value: object) -> Mapping[Any, Any]:
    return value if isinstance(value, Mapping) else {}


def _scaling(size: Mapping[str, Any]) -> dict[str, Any] | None:
    adapt = size.get("adapt")
    if isinstance(adapt, dict):
        # Workers there, jobs here: where a job is one worker, as by default, that is the same.
        return {
            "mode": "adaptive",
            "minimum_jobs": adapt.get("minimum_jobs", adapt.get("minimum", 0)) or 0,
            "maximum_jobs": adapt.get("maximum_jobs", adapt.get("maximum", 10)) or 10,
        }
    workers = size.get("workers")
    return {"mode": "manual", "workers": workers} if isinstance(workers, int) else None
