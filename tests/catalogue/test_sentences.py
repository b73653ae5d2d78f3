"""What the search for sentences finds in the code, and what it leaves."""

from __future__ import annotations

import re

import pytest

from tests.catalogue.sentences import all_sentences

FOUND = {
    "This cannot be understood: {error*}.": "profiles/dask.py",
    '"{name}" has sent no job to Slurm yet.': "clusters/snippets.py",
    "Say which kind of snippet: ?kind=connect.": "routes/snippets.py",
    "must be a host name or an address": "options/types.py",
    "The controller's own job {job_id} will never start: {sentence*}": "clusters/following/own_job.py",
    "is missing": "protocol/models/base.py",
}
CODE = re.compile(
    r"\| None|'none'|charset=|max-age|PYTHONPATH=|import |bash -c|^dask-slurm"
    r"|^(?:put back|slurm said|Invalid user|labextension .*|user env .*|attachment.*)$"
)


@pytest.fixture(scope="module")
def sentences() -> dict[str, str]:
    """Return all sentences, each with a file that makes it."""
    return {sentence.text: sentence.path for sentence in all_sentences()}


@pytest.mark.parametrize(("text", "path"), FOUND.items())
def test_what_reaches_a_reader_is_found(sentences: dict[str, str], text: str, path: str) -> None:
    assert text in sentences
    assert path in {one.path.partition("/")[2] for one in all_sentences() if one.text == text}


def test_what_is_code_is_left(sentences: dict[str, str]) -> None:
    assert [text for text in sentences if CODE.search(text)] == []
