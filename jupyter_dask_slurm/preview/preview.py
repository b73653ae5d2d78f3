"""What a form would send to Slurm, with words; nothing is sent or made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..checks.limits import Limits
from ..checks.pitfalls import pitfalls
from ..clusters.manager import ClusterManager
from ..clusters.names import is_taken
from ..clusters.snippets import as_python, as_yaml
from ..launch.draft import ClusterSpec, as_rendered
from ..launch.starter import Sketch, Starter
from ..protocol.errors import DaskSlurmError, LimitExceeded
from ..protocol.models import Cluster
from ..registry import slug
from .expected_start import ExpectedStarts
from .explanations import explain

if TYPE_CHECKING:
    from ..options.requests import ClusterRequest, RestartPreviewRequest
    from ..profiles.catalogue import Profiles

NAME = "dask"


class Previews:
    """Previews clusters, by what starts them."""

    def __init__(self, manager: ClusterManager, starter: Starter, limits: Limits, profiles: Profiles) -> None:
        self._manager = manager
        self._starter = starter
        self._limits = limits
        self._profiles = profiles
        self._starts = ExpectedStarts()

    async def preview(self, request: ClusterRequest | RestartPreviewRequest) -> dict[str, Any]:
        """Return what the REST contract says of ``POST /preview``.

        What keeps the cluster from being started stands in ``errors``; all of it, not just the first.
        """
        from ..options.requests import ClusterRequest

        if isinstance(request, ClusterRequest):
            return await self._of_new(request)
        try:
            spec = self._manager.spec_to_restart(request.restarts, request)
        except DaskSlurmError as error:
            return _answer([error])
        others = [other for other in self._manager.list() if other.id != request.restarts]
        return await self._answer(spec, others, [])

    async def _of_new(self, request: ClusterRequest) -> dict[str, Any]:
        errors: list[DaskSlurmError] = []
        others = self._manager.list()
        if request.name in {cluster.name for cluster in others}:
            errors.append(is_taken(str(request.name)))
        try:
            self._limits.check_number(others)
        except LimitExceeded as error:
            errors.append(error)
        try:
            merged = await self._profiles.merged(request)
            self._limits.check_hidden(merged.own)
        except DaskSlurmError as error:
            return _answer([*errors, error])
        name = request.name or NAME
        spec = ClusterSpec(name, merged.backend, merged.options, merged.scaling, profile=request.profile)
        return await self._answer(spec, others, errors)

    async def _answer(
        self, spec: ClusterSpec, others: list[Cluster], errors: list[DaskSlurmError]
    ) -> dict[str, Any]:
        """Return the answer about such a cluster; `errors` are known already."""
        try:
            # Always the same id: the same form shall have the same script.
            sketch = await self._starter.sketch(spec, f"{slug(spec.name)}-0000")
            rendering = await self._starter.render(sketch.draft)
            named = await self._starter.configured_name(spec.backend, spec.options)
        except DaskSlurmError as error:
            return _answer([*errors, error])
        errors += self._starter.refusals(sketch, rendering, others)
        start = None if errors else await self._start(sketch, rendering)
        warnings = [*pitfalls(rendering, spec.options, sketch.site), *([named.warning] if named else [])]
        return {
            **_answer(errors, rendering, start, warnings),
            "exports": _exports(as_rendered(sketch.draft, rendering).record.cluster, rendering),
        }

    async def _start(self, sketch: Sketch, rendering: Mapping[str, Any]) -> str | None:
        if sketch.draft.spec.backend != "slurm" or rendering["jobs"] == 0:
            return None
        return await self._starts.find(rendering["script"], rendering["command"])


def _answer(
    errors: list[DaskSlurmError],
    rendering: Mapping[str, Any] | None = None,
    expected_start_at: str | None = None,
    warnings: list[str] | None = None,
) -> dict[str, Any]:
    script = rendering["script"] if rendering else ""
    return {
        "script": script,
        "command": rendering["command"] if rendering else [],
        "lines": [{"text": line, "explanation": explain(line)} for line in script.splitlines()],
        "totals": _totals(rendering),
        "expected_start_at": expected_start_at,
        "exports": None,
        "errors": [{"field": error.field, "message": error.message} for error in errors],
        "warnings": warnings or [],
    }


def _exports(cluster: Cluster, rendering: Mapping[str, Any]) -> dict[str, str] | None:
    """Return the cluster as text to take along; None where it has no jobs in Slurm."""
    if not rendering["script"]:
        return None
    return {"python": as_python(cluster.options, cluster.scaling), "yaml": as_yaml(cluster.options)}


def _totals(rendering: Mapping[str, Any] | None) -> dict[str, int]:
    """Return what all jobs come to, at most where their number is adaptive."""
    if rendering is None:
        return dict.fromkeys(("jobs", "workers", "threads", "memory_bytes", "gpus", "core_hours_per_hour"), 0)
    jobs, processes, cores = rendering["most_jobs"], rendering["processes"], rendering["cores"]
    return {
        "jobs": jobs,
        "workers": jobs * processes,
        "threads": jobs * processes * (cores // processes),
        "memory_bytes": jobs * rendering["memory_bytes"],
        "gpus": jobs * (rendering["options"]["gpus"] or 0),
        "core_hours_per_hour": jobs * cores,
    }
