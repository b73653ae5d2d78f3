"""Profiles as YAML: values as they are written, and the line of what is wrong."""

from __future__ import annotations

import pytest

from jupyter_dask_slurm.profiles.checking import profile_of_entry
from jupyter_dask_slurm.profiles.documents import DocumentError, Entry, read_one, read_several

SITE = """\
profiles:
  large:
    description: Whole nodes
    options:
      cores: 64
      memory: 240 GB
      walltime: 12:00:00
      account: 00123
    scaling: {mode: manual, jobs: 4}
  wrong:
    options:
      cores: 4
      memory: lots
  named:
    options:
      job-extra-directives: ["--hint=nomultithread", "-H -J mine", "--output=/tmp/x"]
"""


def test_times_and_accounts_are_text() -> None:
    large, _wrong, _named = (profile_of_entry(entry, "site", "site.yaml") for entry in read_several(SITE))
    assert large.error is None
    assert large.options == {"cores": 64, "memory": "240 GB", "walltime": "12:00:00", "account": "00123"}
    assert large.scaling == {"mode": "manual", "jobs": 4}


def test_what_is_wrong_is_pointed_at_and_hides_nothing() -> None:
    _large, wrong, named = (profile_of_entry(entry, "site", "site.yaml") for entry in read_several(SITE))
    assert wrong.error is not None
    assert wrong.error.startswith("site.yaml, line 13: memory must be a size")
    assert named.error is None


def test_managed_directives_are_left_out_with_a_warning() -> None:
    named = profile_of_entry(read_several(SITE)[2], "site", "site.yaml")
    assert named.options == {"job_extra_directives": ["--hint=nomultithread"]}
    assert named.warnings == (
        (
            'site.yaml, line 16: job-extra-directives has the directive "-H -J mine", which is left out: '
            "--job-name is managed here."
        ),
        (
            'site.yaml, line 16: job-extra-directives has the directive "--output=/tmp/x", which is left '
            "out: --output is managed here."
        ),
    )


@pytest.mark.parametrize(
    "text",
    [
        "a:\n  backend: local\nb:\n  options: {cores: 1}\n",
        "profiles:\n- name: a\n  backend: local\n- {name: b, options: {cores: 1}}\n",
        "- {name: a, backend: local}\n- {name: b, options: {cores: 1}}\n",
    ],
)
def test_ways_to_write_several(text: str) -> None:
    first, second = (profile_of_entry(entry, "site", "x") for entry in read_several(text))
    assert (first.name, first.backend, first.error) == ("a", "local", None)
    assert (second.name, second.options, second.error) == ("b", {"cores": 1}, None)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("profiles: 3\n", 1),
        ("profiles:\n  a: {b\n  c: d\n", 3),
        ("profiles:\n  a: 1\n  a\tb\n", 3),
        ("a: &x [*x]\nb: *nothing\n", 2),
    ],
)
def test_no_profiles(text: str, line: int) -> None:
    with pytest.raises(DocumentError) as told:
        read_several(text)
    assert told.value.line == line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("good: {}\na:\n  backend: !!python/object/apply:os.system [true]\n", 3),
        ("- {name: good}\n- backend: local\n", 2),
        ("good: {}\na: {b: 1,\n  b: 2}\n", 3),
    ],
)
def test_one_that_is_no_profile_hides_no_other(text: str, line: int) -> None:
    good, wrong = read_several(text)
    assert (good.name, good.error) == ("good", None)
    assert wrong.error is not None
    assert wrong.error.line == line
    assert profile_of_entry(wrong, "site", "x").error == f"x, line {line}: {wrong.error.message}"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "must have options"),
        (["cores"], "must have options"),
        ({"option": {}}, 'There is no field "option"'),
        ({"options": {"core": 1}}, 'There is no option "core". Did you mean cores?'),
        ({"options": {"cores": "eight"}}, "must be a whole number"),
        ({"backend": "pbs"}, "Backend must be"),
        ({"scaling": {"mode": "manual"}}, "Scaling must name exactly one"),
    ],
)
def test_wrong_profiles(value: object, words: str) -> None:
    error = profile_of_entry(Entry("a", value, {"": 7}), "user", "a.yaml").error
    assert error is not None
    assert error.startswith("a.yaml, line 7: ")
    assert words in error


def test_all_that_is_wrong_is_said_at_once() -> None:
    text = "options:\n  cores: two\n  memory: lots\n  qos: a b\nbackend: pbs\n"
    error = profile_of_entry(read_one("large", text), "user", "a.yaml").error
    assert error is not None
    assert [f"a.yaml, line {line}: " in error for line in (2, 3, 4, 5)] == [True] * 4


def test_one() -> None:
    entry = read_one("large", "options:\n  cores: 2\n")
    assert (entry.name, entry.value) == ("large", {"options": {"cores": 2}})
    assert entry.line("options.cores") == 2
    assert entry.line("options.memory") == 1
    assert entry.line(None) == 1
