"""A command that was late gets more time, for a while."""

from __future__ import annotations

import pytest

from jupyter_dask_slurm.slurm.installation.configuration import limits_requests
from jupyter_dask_slurm.slurm.patience import MEMORY_S, Patience
from jupyter_dask_slurm.system import clock


def test_patience_grows_is_bounded_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 5000.0
    monkeypatch.setattr(clock, "now", lambda: now)
    patience = Patience()
    limits = [patience.limit_s(20)]
    for _ in range(3):
        patience.was_late()
        limits.append(patience.limit_s(20))
    assert limits == [20, 40, 80, 80]
    now += MEMORY_S + 1
    assert patience.limit_s(20) == 20


def test_whether_requests_are_limited() -> None:
    assert limits_requests({"SlurmctldParameters": "enable_configless,RL_Enable,rl_bucket_size=3"})
    assert not limits_requests({"SlurmctldParameters": "enable_configless"})
    assert not limits_requests({})
