"""Names of nodes that Slurm writes together, read as its own ``scontrol show hostnames`` reads them."""

from __future__ import annotations

import pytest

from jupyter_dask_slurm.slurm.installation.hostlist import MOST, expand
from tests.slurm import SlurmClient


@pytest.mark.parametrize(
    "expression",
    ["n1", "n[1-3]", "n[08-11,3]", "gpu-a,n[1,2]", "rack[1-2]n[01-03]", "a.b-c_d", "n[7]"],
)
def test_as_scontrol_does(slurm: SlurmClient, expression: str) -> None:
    assert expand(expression) == slurm.run("scontrol", "show", "hostnames", expression).split()


@pytest.mark.parametrize("expression", ["n[1-", "n]1[", "n[a-b]", "n[3-1]", "a,,b", "a,", "n[]", "n[1-[2]]"])
def test_what_is_none(expression: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - it says no more
        expand(expression)


@pytest.mark.parametrize(
    "expression", [f"n[1-{MOST + 1}]", "n[1-999999999]", "n[1-9999][1-9999][1-9999]", "n[1-99999],m[1-99999]"]
)
def test_what_is_too_much_takes_no_memory(expression: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - it says no more
        expand(expression)


def test_nothing() -> None:
    assert expand("") == []
