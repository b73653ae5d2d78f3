"""The example notebooks through REST."""

from __future__ import annotations

import nbformat
import pytest

from tests.jupyter.api import Api


async def test_every_listed_example_is_a_notebook_with_a_title(api: Api) -> None:
    listed = (await api("GET", "examples")).json
    assert [example["name"] for example in listed] == ["array-sum", "difference-of-gaussians", "futures"]
    for example in listed:
        notebook = (await api("GET", f"examples/{example['name']}")).json
        nbformat.validate(nbformat.from_dict(notebook))
        assert example["title"] in notebook["cells"][0]["source"][0]


@pytest.mark.parametrize("name", ["nothing", "%2e%2e", "array-sum.ipynb"])
async def test_no_such_example(api: Api, name: str) -> None:
    answer = await api("GET", f"examples/{name}")
    assert answer.status == 404
