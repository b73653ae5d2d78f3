"""What a form would send to Slurm, with words; nothing is sent or made."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..checks.allocation import allocation
from ..checks.limits import Limits
from ..checks.pitfalls import pitfalls
from ..clusters.manager import ClusterManager
from ..clusters.reserving.names import is_taken
from ..clusters.snippets import as_python, as_yaml
from ..kernels.exposed import exposed
from ..launch.draft import ClusterSpec, as_rendered
from ..launch.starter import Sketch, Starter
from ..protocol.errors import DaskSlurmError, InvalidRequest, LimitExceeded, SiteRefuses
from ..protocol.models import Cluster
from ..registry import slug
from ..slurm.forecast import Forecast
from ..slurm.refusals import may_pass, option_of, words_of
from ..system.beside_loop import in_thread
from .explanations import explain
from .forecasts import Forecasts
from .totals import totals

if TYPE_CHECKING:
    from ..options.requests import PreviewRequest, RestartPreviewRequest
    from ..profiles.catalogue import Profiles

NAME = "dask"


@dataclass
class _Findings:
    """What is known of a request so far."""

    malformed: list[InvalidRequest]
    errors: list[DaskSlurmError]
    warnings: list[str] = field(default_factory=list)
    start: str | None = None


class Previews:
    """Previews clusters, by what starts them."""

    def __init__(self, manager: ClusterManager, starter: Starter, limits: Limits, profiles: Profiles) -> None:
        self._manager = manager
        self._starter = starter
        self._limits = limits
        self._profiles = profiles
        self._forecasts = Forecasts()

    async def preview(
        self, request: PreviewRequest | RestartPreviewRequest, malformed: list[InvalidRequest]
    ) -> dict[str, Any]:
        """Return what the REST contract says of ``POST /preview``.

        What keeps the cluster from being started stands in ``errors``; all of it, not just the first.

        Parameters
        ----------
        request
            Without what is malformed.
        malformed : list of InvalidRequest
            What is wrong by itself.
        """
        from ..options.requests import PreviewRequest

        findings = _Findings(malformed, list(malformed))
        if isinstance(request, PreviewRequest):
            return await self._of_new(request, findings)
        try:
            spec = self._manager.spec_to_restart(request.restarts, request)
        except DaskSlurmError as error:
            findings.errors.append(error)
            return _answer(findings)
        others = [other for other in self._manager.list() if other.id != request.restarts]
        return await self._answer(spec, others, findings, ask_slurm=request.ask_slurm)

    async def _of_new(self, request: PreviewRequest, findings: _Findings) -> dict[str, Any]:
        others = self._manager.list()
        if request.name in {cluster.name for cluster in others}:
            findings.errors.append(is_taken(str(request.name)))
        try:
            self._limits.check_number(others)
        except LimitExceeded as error:
            findings.errors.append(error)
        try:
            merged = await self._profiles.merged(request)
            self._limits.check_hidden(merged.own)
        except DaskSlurmError as error:
            findings.errors.append(error)
            return _answer(findings)
        name = request.name or NAME
        spec = ClusterSpec(name, merged.backend, merged.options, merged.scaling, profile=request.profile)
        return await self._answer(spec, others, findings, ask_slurm=request.ask_slurm)

    async def _answer(
        self, spec: ClusterSpec, others: list[Cluster], findings: _Findings, *, ask_slurm: bool
    ) -> dict[str, Any]:
        """Return the answer about such a cluster."""
        try:
            # Always the same id: the same form shall have the same script.
            sketch = await self._starter.sketch(spec, f"{slug(spec.name)}-0000")
            rendering = await self._starter.render(sketch.draft)
            named = await self._starter.configured_name(spec.backend, spec.options)
        except DaskSlurmError as error:
            findings.errors.append(error)
            return _answer(findings)
        allocated = allocation(rendering, sketch.site)
        rendering["allocated_cpus"] = allocated.cpus
        findings.errors += self._starter.refusals(sketch, rendering, others)
        if not findings.malformed:  # else it would be said of defaults, in place of what was typed
            findings.warnings += [*allocated.reasons, *pitfalls(rendering, spec.options, sketch.site)]
        findings.warnings += [named.warning] if named else []
        shared = self._manager.registry.shared
        findings.warnings += await in_thread(
            lambda: list(exposed(sketch.draft.environment, os.environ, shared))
        )
        if not findings.errors and sketch.draft.spec.backend == "slurm" and rendering["jobs"]:
            _hear(await self._forecast(rendering, ask_slurm=ask_slurm), rendering["options"], findings)
        return _answer(findings, sketch, rendering)

    async def _forecast(self, rendering: Mapping[str, Any], *, ask_slurm: bool) -> Forecast:
        question = (rendering["script"], rendering["command"])
        return await self._forecasts.find(*question) if ask_slurm else self._forecasts.known(*question)


def _hear(forecast: Forecast, options: Mapping[str, Any], findings: _Findings) -> None:
    """Take what Slurm itself says: what time mends is no error."""
    findings.start = forecast.start
    if forecast.refusal is None:
        return
    words = words_of(forecast.refusal)
    if may_pass(forecast.refusal, test_only=True):
        findings.warnings.append(f"Slurm would not start this now: {words}. It may wait, or be refused.")
        return
    option = option_of(words, options)
    findings.errors.append(SiteRefuses(f"Slurm refuses this: {words}.", field=option and f"options.{option}"))


def _answer(
    findings: _Findings, sketch: Sketch | None = None, rendering: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    # What is malformed was left out to see what else is wrong: the script is not that of this form.
    sent = None if findings.malformed else rendering
    script = sent["script"] if sent else None
    return {
        "script": script,
        "command": sent["command"] if sent else [],
        "lines": [{"text": line, "explanation": explain(line)} for line in (script or "").splitlines()],
        "totals": totals(rendering, {error.field for error in findings.malformed}),
        "expected_start_at": findings.start,
        "exports": _exports(sketch, sent) if sketch and sent else None,
        "errors": [
            {"field": error.field, "message": error.message} for error in _as_in_the_form(findings.errors)
        ],
        "warnings": findings.warnings,
    }


def _as_in_the_form(errors: list[DaskSlurmError]) -> list[DaskSlurmError]:
    """Return errors in the order of the fields, and last what belongs to none."""
    from ..options.schema import OPTION_NAMES

    options = [f"options.{name}" for name in OPTION_NAMES]
    fields = ["profile", "name", "backend", *options[:2], "scaling", *options[2:]]

    def place(error: DaskSlurmError) -> int:
        known = [index for index, name in enumerate(fields) if f"{error.field}.".startswith(f"{name}.")]
        return known[0] if known else len(fields)

    return sorted(errors, key=place)


def _exports(sketch: Sketch, rendering: Mapping[str, Any]) -> dict[str, str] | None:
    """Return the cluster as text to take along; None where it has no jobs in Slurm."""
    if not rendering["script"]:
        return None
    cluster = as_rendered(sketch.draft, rendering).record.cluster
    return {"python": as_python(cluster.options, cluster.scaling), "yaml": as_yaml(cluster.options)}
