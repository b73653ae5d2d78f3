"""What sbatch says when it refuses, in its own words (those of 22.05)."""

from __future__ import annotations

import pytest

from jupyter_dask_slurm.slurm.refusals import may_pass, not_yet, option_of, words_of

SAID = [
    ("allocation failure: Invalid node name specified\n", "Invalid node name specified", "nodelist"),
    ("sbatch: error: Batch job submission failed: Requested reservation is invalid\n",
     "Requested reservation is invalid", "reservation"),
    ("allocation failure: Access denied to requested reservation\n",
     "Access denied to requested reservation", "reservation"),
    ("allocation failure: Invalid feature specification\n", "Invalid feature specification", "constraint"),
    ("sbatch: error: Invalid generic resource (gres) specification\n",
     "Invalid generic resource (gres) specification", "gres"),
    ("sbatch: unrecognized option '--frobnicate'\nTry \"sbatch --help\" for more information\n",
     "unrecognized option '--frobnicate'", "job_extra_directives"),
    ("Invalid time specification (pos=0): yesterday\nsbatch: error: Invalid --begin specification\n",
     "Invalid time specification (pos=0): yesterday; Invalid --begin specification", "job_extra_directives"),
    (("sbatch: error: Memory specification can not be satisfied\n"
      "sbatch: error: Batch job submission failed: Requested node configuration is not available\n"),
     "Memory specification can not be satisfied; Requested node configuration is not available", "memory"),
    (("sbatch: error: Your project is over.\nsbatch: error: Ask at the desk.\n"
      "sbatch: error: Batch job submission failed: Unspecified error\n"),
     "Your project is over; Ask at the desk", None),
    ("sbatch: error: Batch job submission failed: Unspecified error\n", "Unspecified error", None),
]  # fmt: skip
ALL = dict.fromkeys(("nodelist", "reservation", "constraint", "gres", "job_extra_directives", "memory"), "x")


@pytest.mark.parametrize(("stderr", "words", "option"), SAID)
def test_words_and_option(stderr: str, words: str, option: str | None) -> None:
    assert words_of(stderr) == words
    assert option_of(words, ALL) == option


def test_an_option_that_is_not_set_is_not_meant() -> None:
    assert option_of("Invalid node name specified", {"exclude": "n9"}) == "exclude"
    assert option_of("Invalid node name specified", {"cores": 2}) is None


def test_what_time_mends() -> None:
    limit = (
        "sbatch: error: AssocMaxSubmitJobLimit\nsbatch: error: Batch job submission failed: Job violates …"
    )
    assert may_pass(limit)
    assert may_pass("Required partition not available (inactive or drain)")
    assert not may_pass("Invalid feature specification")
    assert not may_pass("Requested node configuration is not available")
    assert may_pass("Requested node configuration is not available", test_only=True)


LATER = [
    ("AssocMaxSubmitJobLimit", "limit of your account allows", True),
    ("AssocGrpSubmitJobsLimit", "your account and all who use it", True),
    ("QOSMaxSubmitJobPerUserLimit", "the QoS for one user", True),
    ("QOSMaxSubmitJobPerAccountLimit", "the QoS for one account", True),
    ("QOSGrpSubmitJobsLimit", "the QoS and all who use it", True),
    ("Slurm temporarily unable to accept job, sleeping and retrying.", "MaxJobCount", True),
    ("Batch job submission failed: Resource temporarily unavailable", "MaxJobCount", True),
    ("Batch job submission failed: Access/permission denied", "AllocNodes", False),
    (
        "Batch job submission failed: Required partition not available (inactive or drain)",
        "inactive or drained",
        False,
    ),
]


@pytest.mark.parametrize(("line", "words", "in_part"), LATER)
def test_the_first_sentence_names_what_is_in_the_way(line: str, words: str, in_part: bool) -> None:
    why = not_yet(f"sbatch: error: {line}\n")
    assert why is not None
    assert words in why.sentence.partition(". ")[0]
    assert why.in_part is in_part


@pytest.mark.parametrize(
    "stderr",
    [
        "scancel: error: Kill job error on job id 7: Access/permission denied",
        "sbatch: fork: retry: Resource temporarily unavailable",
        "sbatch: error: QOSMaxCpuPerUserLimit\nsbatch: error: Batch job submission failed: Job violates …",
        "sbatch: error: Batch job submission failed: Invalid qos specification",
    ],
)
def test_what_only_the_user_or_nobody_mends(stderr: str) -> None:
    assert not_yet(stderr) is None


def test_a_sites_words_come_before_what_is_in_the_way() -> None:
    why = not_yet(
        "sbatch: error: Maintenance until 5 pm.\n"
        "sbatch: error: Batch job submission failed: Required partition not available (inactive or drain)\n"
    )
    assert why is not None
    assert why.sentence.startswith("Maintenance until 5 pm. Slurm takes no jobs now: ")


def test_a_limit_with_slurms_general_words_is_said_once() -> None:
    why = not_yet(
        "sbatch: error: AssocMaxSubmitJobLimit\nsbatch: error: Batch job submission failed: "
        "Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)\n"
    )
    assert why is not None
    assert why.sentence.startswith("Slurm takes no more jobs now: ")
