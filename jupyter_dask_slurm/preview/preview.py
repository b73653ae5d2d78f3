"""What a form would send to Slurm, with words; nothing is sent or made."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..checks.allocation import Allocation, allocation
from ..checks.pitfalls import pitfalls
from ..clusters.manager import ClusterManager
from ..clusters.reserving.names import is_taken
from ..clusters.snippets import as_batch_script, as_python, as_yaml
from ..kernels.environments import DEFAULT_KERNEL
from ..kernels.exposed import exposed
from ..launch.configured_name import ALSO_SAID, ConfiguredName
from ..launch.controller_job import ControllerJob, controller_job
from ..launch.draft import NAME, Draft
from ..launch.resolve import ClusterSpec
from ..launch.starter import Starter
from ..protocol.errors import DaskSlurmError, InvalidRequest, SiteRefuses
from ..protocol.models import Cluster
from ..registry import slug
from ..site.placement_advice import PlacementAdvice
from ..slurm.forecast import Forecast
from ..slurm.installation.shares import Share
from ..slurm.refusals import may_pass, option_of, words_of
from ..system.beside_loop import in_thread
from .answer import Budget, Complaint, ExportedCode, Preview, ScriptLine, Totals
from .budgets import Shares, budgets, has_budgets, shortages
from .explanations import explain
from .forecasts import Forecasts, why_no_time
from .placement_words import placement_warnings
from .totals import totals

if TYPE_CHECKING:
    from ..options.requests import PreviewRequest, RestartPreviewRequest

LOOK_S = 3.0
"""So long a preview waits for the first look at a kernel, in seconds; then it says that it is under way."""
LOOK_BESIDE_S = 0.1
"""So long where something is malformed: that is wrong whatever the kernel is, and shall be said at once."""


@dataclass
class _Findings:
    """What is known of a request so far."""

    malformed: list[InvalidRequest]
    errors: list[DaskSlurmError]
    warnings: list[str] = field(default_factory=list)
    allocated: Allocation | None = None
    start: str | None = None
    no_start: str | None = None
    budgets: tuple[Budget, ...] = ()


class Previews:
    """Previews clusters, by what starts them."""

    def __init__(self, manager: ClusterManager, starter: Starter, placement_advice: PlacementAdvice) -> None:
        self._manager = manager
        self._starter = starter
        self._placement_advice = placement_advice
        self._forecasts = Forecasts()
        self._shares = Shares()

    async def preview(
        self, request: PreviewRequest | RestartPreviewRequest, malformed: list[InvalidRequest]
    ) -> Preview:
        """Return what a request would send, with all that keeps it from being sent, not just the first.

        Parameters
        ----------
        request
            Without what is malformed.
        malformed : list of InvalidRequest
            What is wrong by itself.
        """
        findings = _Findings(malformed, list(malformed))
        others = self._manager.list()
        try:
            spec = await self._resolved(request, findings)
            # Always the same id: the same form shall have the same script.
            cluster_id = f"{slug(spec.name or NAME)}-0000"
            if not await self._starter.knows_environment(spec, LOOK_BESIDE_S if malformed else LOOK_S):
                return _answer(findings, looking_at=spec.options.get("kernel") or DEFAULT_KERNEL)
            surroundings = await self._starter.survey(spec)
            draft = await self._starter.complete(spec, surroundings, cluster_id, with_script=True)
            named = await self._starter.configured_name(surroundings)
        except DaskSlurmError as error:
            findings.errors.append(error)
            return _answer(findings)
        findings.warnings += _notes(draft, named)
        others = [other for other in others if other.id != spec.replaces]
        await self._look_at(draft, others, findings, ask_slurm=request.ask_slurm)
        return _answer(findings, draft)

    async def _resolved(
        self, request: PreviewRequest | RestartPreviewRequest, findings: _Findings
    ) -> ClusterSpec:
        from ..options.requests import PreviewRequest

        if not isinstance(request, PreviewRequest):
            return self._manager.spec_to_restart(request.restarts, request)
        if request.name in {cluster.name for cluster in self._manager.list()}:
            findings.errors.append(is_taken(str(request.name)))
        return await self._starter.resolve(request)

    async def _look_at(
        self, draft: Draft, others: list[Cluster], findings: _Findings, *, ask_slurm: bool
    ) -> None:
        """Find what is wrong with a draft, and what is worth a word."""
        rendering, site = draft.rendering or {}, draft.surroundings.site
        findings.allocated = allocated = allocation(rendering, site)
        findings.errors += self._starter.judge(draft, others)
        if not findings.malformed:  # else it would be said of defaults, in place of what was typed
            asked = draft.spec.options
            findings.warnings += allocated.reasons
            findings.warnings += await in_thread(lambda: list(pitfalls(rendering, asked, site)))
        if draft.spec.backend == "slurm":  # others do not wait for what Slurm says of Jupyter's own job
            findings.warnings += placement_warnings(draft, await self._placement_advice.reasons())
        shared = self._manager.registry.shared
        findings.warnings += await in_thread(lambda: list(exposed(draft.environment, os.environ, shared)))
        if draft.spec.backend == "slurm":
            ask_slurm = ask_slurm and not findings.errors
            forecast, shares = await asyncio.gather(
                self._forecast(rendering, findings, ask_slurm=ask_slurm),
                self._shares_of(draft, ask_slurm=ask_slurm),
            )
            _hear(forecast, rendering["options"], findings)
            findings.no_start = why_no_time(forecast, rendering["jobs"])
            findings.budgets = budgets(shares, rendering["options"], site, _totals(findings, draft))
            findings.warnings += shortages(findings.budgets)

    async def _shares_of(self, draft: Draft, *, ask_slurm: bool) -> list[Share]:
        if not has_budgets(draft.surroundings.site):
            return []
        slurm_cluster = draft.surroundings.options.get("slurm_cluster")
        return await self._shares.find(slurm_cluster) if ask_slurm else self._shares.known(slurm_cluster)

    async def _forecast(
        self, rendering: Mapping[str, Any], findings: _Findings, *, ask_slurm: bool
    ) -> Forecast | None:
        if findings.errors or not rendering["jobs"]:
            return None
        question = (rendering["script"], rendering["command"])
        return await self._forecasts.find(*question) if ask_slurm else self._forecasts.known(*question)


def _notes(draft: Draft, named: ConfiguredName | None) -> list[str]:
    """Return what of the user's files is taken for something else, or left out; each once."""
    notes = (draft.rendering or {}).get("notes", [])
    if named is None:
        return list(notes)
    return [named.warning, *(note for note in notes if not note.endswith(ALSO_SAID))]


def _hear(forecast: Forecast | None, options: Mapping[str, Any], findings: _Findings) -> None:
    """Take what Slurm itself says: what time mends is no error."""
    findings.start = forecast.start if forecast else None
    if forecast is None or forecast.refusal is None:
        return
    said = words_of(forecast.refusal)
    if may_pass(forecast.refusal, test_only=True):
        findings.warnings.append(f"Slurm would not start this now: {said}. It may wait, or be refused.")
        return
    option = option_of(said, options)
    findings.errors.append(SiteRefuses(f"Slurm refuses this: {said}.", field=option and f"options.{option}"))


def _answer(findings: _Findings, draft: Draft | None = None, *, looking_at: str | None = None) -> Preview:
    rendering = draft.rendering if draft else None
    # What is malformed was left out to see what else is wrong: the script is not that of this form.
    sent = None if findings.malformed else rendering
    script = sent["script"] if sent else None
    own = _own_job(findings, draft)
    return Preview(
        script=script,
        command=tuple(sent["command"]) if sent else (),
        lines=_explained(script or "", several_nodes=bool(sent and sent["nodes"] > 1)),
        totals=_totals(findings, draft),
        options=rendering["options"] if rendering else None,
        configured=tuple(rendering["said"]) if rendering else (),
        expected_start_at=findings.start,
        no_start=findings.no_start,
        exports=_exports(draft) if draft and sent else None,
        errors=tuple(Complaint(error.field, error.message) for error in _as_in_the_form(findings.errors)),
        warnings=tuple(findings.warnings),
        looking_at=looking_at,
        controller_lines=_explained(own.text) if own else (),
        budgets=findings.budgets,
    )


def _own_job(findings: _Findings, draft: Draft | None) -> ControllerJob | None:
    """Return the job of the controller, where it has one of its own."""
    if draft is None or draft.rendering is None or findings.malformed or draft.spec.placement != "job":
        return None
    return controller_job(draft)


def _totals(findings: _Findings, draft: Draft | None) -> Totals:
    own = _own_job(findings, draft)
    return totals(
        draft.rendering if draft else None,
        findings.allocated,
        {error.field for error in findings.malformed},
        controller_cores=own.cores if own else 0,
    )


def _explained(script: str, *, several_nodes: bool = False) -> tuple[ScriptLine, ...]:
    lines = script.splitlines()
    return tuple(ScriptLine(line, explain(line, several_nodes=several_nodes)) for line in lines)


def _as_in_the_form(errors: list[DaskSlurmError]) -> list[DaskSlurmError]:
    """Return errors in the order of the fields, and last what belongs to none."""
    from ..options.schema import OPTION_NAMES

    options = [f"options.{name}" for name in OPTION_NAMES]
    fields = ["profile", "name", "backend", *options[:2], "scaling", *options[2:]]

    def place(error: DaskSlurmError) -> int:
        known = [index for index, name in enumerate(fields) if f"{error.field}.".startswith(f"{name}.")]
        return known[0] if known else len(fields)

    return sorted(errors, key=place)


def _exports(draft: Draft) -> ExportedCode | None:
    """Return the cluster as text to take along; None where it has no jobs in Slurm."""
    if not draft.rendering or not draft.rendering["script"]:
        return None
    cluster = draft.record.cluster
    return ExportedCode(
        as_python(cluster.options, cluster.scaling),
        as_yaml(cluster.options),
        as_batch_script(cluster, draft.spec.options, draft.rendering["script"]),
    )
