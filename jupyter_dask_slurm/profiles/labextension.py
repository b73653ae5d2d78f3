"""dask-labextension's configuration: its factory, its default size, and the clusters it starts with Jupyter.

https://github.com/dask/dask-labextension, ``labextension.yaml`` and ``manager.py``: ``factory`` names a class
with its keywords, ``default`` a number of workers or the limits of adaptive scaling, ``initial`` a list of
clusters, each of which may say the size anew; here, also the factory.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..protocol.cluster_names import as_name
from ..slurm.jobqueue.values import whole

NAME = "labextension"
_MAXIMUM = 10
_NUMBER = whole(0)


@dataclass(frozen=True)
class InitialCluster:
    """A cluster as dask-labextension would make it.

    Attributes
    ----------
    name : str
        One that a profile can have, and no section of ``jobqueue`` has.
    path : str
        Where its keywords stand in Dask's configuration.
    keywords : mapping
        Those of its class, options of ours where that is a ``LocalCluster``.
    size : mapping
        What is said of ``workers`` and ``adapt``, after the defaults.
    section : str, optional
        The section of ``jobqueue`` that it is of (dask-jobqueue's ``config_name``).
    starts : bool
        Whether it shall start with Jupyter.
    error : str, optional
        What keeps it from being used.
    notes : tuple of str
        What is taken for something else.
    """

    name: str
    path: str
    backend: str = "slurm"
    keywords: Mapping[str, Any] = field(default_factory=dict)
    size: Mapping[str, Any] = field(default_factory=dict)
    section: str | None = None
    starts: bool = True
    error: str | None = None
    notes: tuple[str, ...] = ()


def clusters_of(section: Mapping[str, Any], taken: Collection[str]) -> list[InitialCluster]:
    """Return the cluster of the factory, then the initial ones, each under a name of its own.

    Parameters
    ----------
    taken : collection of str
        Names of other profiles.
    """
    default = _mapping(section.get("default"))
    factory = section.get("factory")
    found = [_cluster(NAME, f"{NAME}.factory", factory, default, starts=False)] if factory else []
    names = {*taken, *(cluster.name for cluster in found)}
    initial = section.get("initial")
    for index, entry in enumerate(initial if isinstance(initial, list) else []):
        name, notes = _free_name(_mapping(entry).get("name"), f"{NAME}-{index + 1}", names)
        names.add(name)
        if not isinstance(entry, Mapping):
            error = f"Entry {index + 1} of initial must have name, workers or adapt; not {entry!r:.60}."
            found.append(InitialCluster(name, NAME, error=error))
            continue
        own = entry.get("factory")
        path = f"{NAME}.initial.{index}.factory" if own else f"{NAME}.factory"
        size = _merged(default, entry)
        found.append(_cluster(name, path, own or factory, size, starts=True, notes=notes))
    return found


def _free_name(said: Any, otherwise: str, taken: Collection[str]) -> tuple[str, tuple[str, ...]]:
    """Return the name of a profile for a cluster of this name, and a sentence where that is another one."""
    plain = (as_name(str(said)) if said else "") or otherwise
    candidates = [plain, as_name(f"{NAME} {plain}"), *(as_name(f"{plain[:36]}-{n}") for n in range(2, 1000))]
    name = next(name for name in candidates if name not in taken)
    if not said or name == str(said):
        return name, ()
    why = (
        "another profile has that name"
        if plain == str(said)
        else "names hold letters, digits, spaces and . _ -"
    )
    return name, (f'the initial cluster "{str(said)[:60]}" is called "{name}" here: {why}.',)


def _cluster(
    name: str, path: str, factory: Any, size: Mapping[str, Any], *, starts: bool, notes: tuple[str, ...] = ()
) -> InitialCluster:
    """Return a cluster, with an `error` where its factory is none of ours."""
    factory = factory or {"class": "LocalCluster"}
    where = f"{path}.kwargs"
    if not isinstance(factory, Mapping):
        why = "Its factory must have a class, and may have kwargs."
        return InitialCluster(name, where, starts=starts, error=why)
    kind = str(factory.get("class"))
    keywords = {str(key).replace("-", "_"): value for key, value in _mapping(factory.get("kwargs")).items()}
    error = None
    if kind not in ("SLURMCluster", "LocalCluster"):
        error = f"{factory.get('module')}.{kind} is not supported here; SLURMCluster and LocalCluster are."
    elif factory.get("args"):
        error = f"Positional arguments of {kind} are not supported here; give them by keyword."
    size = {
        "workers": keywords.pop("n_workers", None),
        **{key: size[key] for key in size if size[key] is not None},
    }
    section = keywords.pop("config_name", None)
    local = kind == "LocalCluster"
    return InitialCluster(
        name=name,
        path=where,
        backend="local" if local else "slurm",
        keywords=_local_options(keywords) if local else keywords,
        size=size,
        section=None if local or section is None else str(section),
        starts=starts,
        error=error,
        notes=notes,
    )


def scaling_of(
    cluster: InitialCluster, workers_per_job: int
) -> tuple[dict[str, Any] | None, list[str], str | None]:
    """Return the size of a cluster as a request has it, sentences about it, and what is wrong with it.

    dask-labextension counts workers, as `Cluster.scale` and `Cluster.adapt` do; adaptive clusters here count
    jobs.
    """
    try:
        workers = cluster.size.get("workers")
        if cluster.size.get("adapt"):
            scaling, notes = _adaptive(cluster.size["adapt"], workers_per_job)
            unused = [] if workers is None else [f"workers: {workers!r:.20} has no effect beside adapt."]
            return scaling, [*unused, *notes], None
        if workers is not None:
            return {"mode": "manual", "workers": _NUMBER(workers, None)[0]}, [], None
    except ValueError as error:
        return None, [], f"Its size cannot be used: {error}."
    # A SLURMCluster begins without jobs. What a LocalCluster begins with is one job here.
    return (None if cluster.backend == "local" else {"mode": "manual", "jobs": 0}), [], None


def _adaptive(adapt: Any, workers_per_job: int) -> tuple[dict[str, Any], list[str]]:
    if not isinstance(adapt, Mapping):
        raise ValueError("adapt must have minimum and maximum below it")  # noqa: TRY004 - as what is no number
    known = ("minimum", "maximum", "minimum_jobs", "maximum_jobs")
    notes = [f"{key} of adapt has no effect here." for key in adapt if key not in known]

    def jobs(limit: str) -> int | None:
        for key, workers in ((f"{limit}_jobs", 1), (limit, workers_per_job)):
            if adapt.get(key) is not None:
                return math.ceil(int(_NUMBER(adapt[key], None)[0]) / workers)
        return None

    maximum = jobs("maximum")
    if maximum is None:
        maximum = max(_MAXIMUM, jobs("minimum") or 0)
        notes.append(f"adapt names no maximum: {maximum} jobs are taken.")
    return {"mode": "adaptive", "minimum_jobs": jobs("minimum") or 0, "maximum_jobs": maximum}, notes


def _local_options(keywords: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keywords of ``LocalCluster`` as options of jobs of one worker each."""
    memory = keywords.get("memory_limit")
    options = {
        "cores": keywords.get("threads_per_worker"),
        "processes": 1,
        # "auto" and 0 leave it to Dask, and so do we.
        "memory": memory,
        "local_directory": keywords.get("local_directory"),
        "interface": keywords.get("interface"),
    }
    return {key: value for key, value in options.items() if value not in (None, 0, "auto")}


def _merged(default: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """Return defaults and what is said anew, as `dask.config.merge` puts them together."""
    merged = {**default, **said}
    for key, value in said.items():
        if isinstance(value, Mapping) and isinstance(default.get(key), Mapping):
            merged[key] = {**default[key], **value}
    return merged


def _mapping(value: object) -> Mapping[Any, Any]:
    return value if isinstance(value, Mapping) else {}
