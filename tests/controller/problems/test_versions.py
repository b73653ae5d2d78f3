"""Who connects with other versions is named, for as long as they stay."""

from __future__ import annotations

from typing import Any

import pytest
from distributed import versions

from jupyter_dask_slurm.controller.problems.versions import differences, environment_mismatch
from jupyter_dask_slurm.controller.state.state import Mismatch
from tests.controller.conftest import Launch


def answer(python: str = "3.11.7.final.0", **packages: str | None) -> dict[str, Any]:
    return {"host": {"python": python}, "packages": {"dask": "2026.8.0", "numpy": "2.0", **packages}}


@pytest.mark.parametrize(
    ("theirs", "found"),
    [
        (answer(), ()),
        (answer(python="3.11.2.final.0"), ()),
        (answer(python="3.12.7.final.0"), ("python 3.12 instead of 3.11",)),
        (answer(dask="2024.1.0"), ("dask 2024.1.0 instead of 2026.8.0",)),
        (answer(numpy=None), ()),
        (answer(pandas="2.2"), ()),
        (answer(toolz="1.0"), ()),
        ({}, ()),
    ],
)
def test_what_differs(theirs: dict[str, Any], found: tuple[str, ...]) -> None:
    assert differences(answer(), theirs) == found


def test_all_are_counted_and_the_first_is_named() -> None:
    assert environment_mismatch({}) is None
    mismatch = Mismatch("client", ("dask 1 instead of 2",), 0.0)
    other = Mismatch("client", ("dask 3 instead of 2",), 0.0)
    problem = environment_mismatch({"a": mismatch, "b": other, "c": other})
    assert problem is not None
    assert problem.message.startswith("2 clients have other versions than the scheduler: dask 3 instead")
    assert problem.message.endswith(" 1 more differs in other ways.")


def test_a_client_with_another_dask_is_named_until_it_leaves(
    launch: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    controller = launch("local", options={"cores": 1, "processes": 1, "memory": "500 MB"})
    controller.working(jobs=1)
    assert controller.cluster.problems == ()
    ours = versions.get_versions()
    # Another environment would be a long download: this client says that it comes from one.
    claimed = {**ours, "packages": {**ours["packages"], "dask": "2020.1.0"}}
    with monkeypatch.context() as patch:
        patch.setattr(versions, "get_versions", lambda packages=None: claimed)
        with pytest.warns(versions.VersionMismatchWarning):
            client = controller.client()
        with client:
            cluster = controller.until(lambda c: c.problems)
            assert [problem.code for problem in cluster.problems] == ["environment_mismatch"]
            assert "dask 2020.1.0" in cluster.problems[0].message
    controller.until(lambda c: not c.problems)
