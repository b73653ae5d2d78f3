"""What the option ``python`` names: what may be a slip is said in the preview."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from jupyter_dask_slurm.slurm.script.python_words import doubt


@pytest.mark.parametrize(
    ("python", "words"),
    [
        ("$CONDA_PREFIX/bin/python", "Only a job knows what $CONDA_PREFIX/bin/python is"),
        ("/nowhere/my env/bin/python", "There is no program /nowhere/my here"),
        ("LANG=C /nowhere/srun python", "There is no program /nowhere/srun here"),
        ("/nowhere/env/bin/python", None),  # it is looked at itself
        ("$TOOLS/bin/apptainer exec image.sif python", None),
        ("apptainer exec image.sif python", None),
        (f"{sys.executable} -X utf8", None),
        ("python", None),
    ],
)
def test_what_was_perhaps_meant_as_a_path_is_said(python: str, words: str | None) -> None:
    told = doubt(python)
    assert told is None if words is None else words in str(told)


def test_a_path_that_is_there_is_none(tmp_path: Path) -> None:
    python = tmp_path / "my env"
    python.touch()
    assert doubt(str(python)) is None
