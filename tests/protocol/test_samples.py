"""The golden samples of ``contract/`` are what the models read and write."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jupyter_dask_slurm.options.schema import OPTION_NAMES
from jupyter_dask_slurm.protocol import models
from jupyter_dask_slurm.protocol.errors import SiteRefuses
from tests.jupyter.contract import contract

CONTRACT = Path(__file__).parents[2] / "contract"
KINDS = {
    "cluster": models.Cluster,
    "job": models.Job,
    "site": models.Site,
    "history-entry": models.HistoryEntry,
    "log-tail": models.LogTail,
    "progress": models.Progress,
    "snippet": models.Snippet,
}


def _model(name: str) -> type[models.Model]:
    return next(kind for prefix, kind in KINDS.items() if name.startswith(prefix))


@pytest.mark.parametrize(
    "path", sorted([*CONTRACT.glob("[chjls]*.json"), CONTRACT / "progress.json"]), ids=lambda path: path.stem
)
def test_sample_survives_its_model(path: Path) -> None:
    sample = json.loads(path.read_text())
    assert _model(path.stem).from_json(sample).to_json() == sample


def test_samples_have_every_option() -> None:
    sample = json.loads((CONTRACT / "cluster-running.json").read_text())
    assert set(sample["options"]) == set(OPTION_NAMES)


def test_preview_sample_is_one_of_the_rest_contract() -> None:
    contract().validate("Preview", json.loads((CONTRACT / "preview.json").read_text()))


def test_error_sample() -> None:
    sample = json.loads((CONTRACT / "error.json").read_text())
    error = SiteRefuses(sample["message"], field=sample["field"])
    assert error.to_json() == sample


@pytest.mark.parametrize("action", ["changed", "removed"])
def test_event_sample_fits_the_schema(action: str) -> None:
    from jupyter_events import EventLogger

    logger = EventLogger()
    logger.register_event_schema(CONTRACT.parent / "jupyter_dask_slurm" / "events" / "cluster.yaml")
    sample = json.loads((CONTRACT / f"event-{action}.json").read_text())
    told = logger.emit(schema_id="https://schema.jupyter.org/jupyter_dask_slurm/cluster/v1", data=sample)
    assert sample["action"] == action
    assert told is None or told.keys() >= sample.keys()
