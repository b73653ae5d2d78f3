"""The wheel in the oldest JupyterLab and Notebook that we name, and behind what sites put before Jupyter."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.labs.browser import tell_the_plain_story
from tests.labs.servers import environment, hub, hub_proxy, lab, lab_on_demand, notebook
from tests.labs.wheel import Built, build
from tests.slurm import SlurmClient

# Or another one, of a matrix.
OLDEST = os.environ.get("TEST_JUPYTERLAB", "4.0.0")
OLDEST_NOTEBOOK = os.environ.get("TEST_NOTEBOOK", "7.0.0")

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(tmp_path_factory.mktemp("wheels"))


def test_the_oldest_jupyterlab(built: Built, slurm: SlurmClient, tmp_path: Path) -> None:
    programs = environment(tmp_path, str(built.wheel), f"jupyterlab=={OLDEST}")
    with lab(programs, tmp_path) as (url, session):
        tell_the_plain_story(url, session, tmp_path)


def test_the_oldest_notebook(built: Built, slurm: SlurmClient, tmp_path: Path) -> None:
    of_its_age = ["jupyterlab==4.0.*"] if OLDEST_NOTEBOOK.startswith("7.0.") else []
    programs = environment(tmp_path, str(built.wheel), f"notebook=={OLDEST_NOTEBOOK}", *of_its_age)
    with notebook(programs, tmp_path) as (url, session):
        tell_the_plain_story(url, session, tmp_path, "plainNotebook.spec.ts")


def test_jupyterhub_behind_its_proxy(built: Built, slurm: SlurmClient, tmp_path: Path) -> None:
    programs = environment(tmp_path, str(built.wheel), "jupyterlab>=4,<5", "jupyterhub")
    with hub(programs, tmp_path, hub_proxy(tmp_path)) as (url, session):
        tell_the_plain_story(url, session, tmp_path)


def test_below_the_path_of_a_node_as_open_ondemand_has_it(
    built: Built, slurm: SlurmClient, tmp_path: Path
) -> None:
    programs = environment(tmp_path, str(built.wheel), "jupyterlab>=4,<5")
    with lab_on_demand(programs, tmp_path) as (url, session):
        tell_the_plain_story(url, session, tmp_path)
