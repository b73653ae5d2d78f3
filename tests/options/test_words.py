"""The form can say of each option what becomes of it."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_dask_slurm.options.requests import ClusterRequest, parse
from jupyter_dask_slurm.options.schema import ClusterOptions, options_schema
from jupyter_dask_slurm.slurm.script.option_table import ROWS
from tests.jupyter.api import Api
from tests.slurm import SlurmClient

# Of these the value is one of sbatch's, as it stands.
SENT: dict[str, Any] = {
    "partition": "short", "cores": 3, "walltime": "5", "account": "ocean", "qos": "long",
    "constraint": "ib", "reservation": "workshop", "gres": "disk:1", "nodelist": "n1", "exclude": "n2",
    "threads_per_core": 1,
}  # fmt: skip

WORDS = {row.name: (row.words, row.page) for row in ROWS}


def test_none_is_missing() -> None:
    assert list(WORDS) == list(ClusterOptions.model_fields)
    for name, about in options_schema()["properties"].items():
        assert about["x-slurm"], name
        assert about.get("x-manual", "https://").startswith("https://"), name


async def test_they_are_in_the_script(api: Api, slurm: SlurmClient) -> None:
    parse(ClusterRequest, {"options": SENT})  # raises nothing
    script = (await api("POST", "preview", {"options": SENT})).json["script"]
    header = [line.removeprefix("#SBATCH ") for line in script.splitlines() if line.startswith("#SBATCH")]
    for name, value in SENT.items():
        option = WORDS[name][0].split(",")[0]
        short = {"--partition": "-p", "--account": "-A", "--time": "-t"}.get(option, option)
        assert {f"{option}={value}", f"{short} {value}"} & set(header), (name, header)


@pytest.mark.parametrize("name", ["partition", "gpus", "log_directory"])
def test_manual_pages_of_slurm_name_their_section(name: str) -> None:
    words, manual = WORDS[name]
    assert manual is not None
    assert f"--{manual.partition('#OPT_')[2]}" in words
