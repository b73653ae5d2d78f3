"""Which limits of accounts and QoS hold for a job: the first that Slurm looks at, where it enforces them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from jupyter_dask_slurm.checks.accounts import refusals_of_accounts
from jupyter_dask_slurm.protocol.models import (
    Account,
    Association,
    Level,
    Limits,
    Partition,
    Qos,
    Rules,
    Site,
    SlurmInfo,
)

DAY = 86400
NORMAL = Partition("normal", True, "UP", None, None, 4, 64, 2**38, 0, None, (), 64, True)
QUICK, GPU = replace(NORMAL, name="quick"), replace(NORMAL, name="gpu")
SHORT = replace(NORMAL, name="short", max_walltime_s=600)
PHYSICS = Association(
    "physics", None, True, ("long", "normal"), None, Limits('account "physics"', DAY, 16, None, 32)
)
LEVELS = (
    Level("normal", Limits('QoS "normal"')),
    Level("long", Limits('QoS "long"', walltime_s=7 * DAY)),
    Level("wide", Limits('QoS "wide"', cpus_of_job=48, cpus_of_all=64)),
    Level("small", Limits('QoS "small"', cpus_of_user=4)),
    Level("first", Limits('QoS "first"', walltime_s=3 * DAY), over_partition=True),
    Level("quick", Limits('QoS "quick"', walltime_s=2 * DAY, cpus_of_user=8)),
)
RULES = Rules(True, True, True, (PHYSICS,), LEVELS, {"quick": "quick"})
TWO_DAYS, FOUR_DAYS = "2-00:00:00", "4-00:00:00"


def _said(options: dict[str, Any], rules: Rules = RULES, *places: Partition) -> list[str]:
    site = Site(
        SlurmInfo(True),
        places,
        accounts=(Account("physics", True),),
        qos=tuple(Qos(level.name) for level in rules.levels),
        rules=rules,
    )
    return [refusal.message for refusal in refusals_of_accounts(options, site, places or [NORMAL])]


def _with(**changes: Any) -> Rules:
    return replace(RULES, associations=(replace(PHYSICS, **changes),))


@pytest.mark.parametrize(
    ("options", "place", "whose"),
    [
        ({"walltime": "1-00:00:00", "cores": 16}, NORMAL, None),
        ({"walltime": TWO_DAYS}, NORMAL, 'account "physics", which is 1-00:00:00'),
        ({"walltime": "UNLIMITED"}, NORMAL, 'account "physics"'),
        ({"qos": "long", "walltime": TWO_DAYS}, NORMAL, None),
        ({"qos": "LONG", "account": "Physics", "walltime": TWO_DAYS}, NORMAL, None),
        ({"qos": "long", "walltime": "8-00:00:00"}, NORMAL, 'QoS "long", which is 7-00:00:00'),
        ({"qos": "long", "cores": 17}, NORMAL, 'account "physics", which is 16 for one job'),
        ({"qos": "wide", "cores": 40}, NORMAL, None),
        ({"qos": "wide", "cores": 49}, NORMAL, 'QoS "wide", which is 48 for one job'),
        ({"qos": "wide", "walltime": TWO_DAYS}, NORMAL, 'account "physics"'),
        ({"qos": "small", "cores": 5}, NORMAL, 'QoS "small", which is 4 for all of your jobs'),
        ({"walltime": TWO_DAYS}, QUICK, None),
        (
            {"qos": "long", "walltime": FOUR_DAYS},
            QUICK,
            'QoS "quick" of partition quick, which is 2-00:00:00',
        ),
        ({"qos": "first", "walltime": "3-00:00:00"}, QUICK, None),
        ({"qos": "first", "walltime": FOUR_DAYS}, QUICK, 'QoS "first", which is 3-00:00:00'),
        ({"cores": 9}, QUICK, 'QoS "quick" of partition quick, which is 8'),
        # The partition says so itself.
        ({"walltime": TWO_DAYS}, SHORT, None),
        # Slurm takes the one of several QoS that fits.
        ({"qos": "normal,long", "walltime": TWO_DAYS}, NORMAL, None),
    ],
)
def test_the_first_limit_that_is_set_holds(
    options: dict[str, Any], place: Partition, whose: str | None
) -> None:
    said = _said(options, RULES, place)
    assert len(said) == (whose is not None), said
    assert whose is None or whose in said[0]


@pytest.mark.parametrize(
    ("changes", "whose"),
    [
        ({"default_qos": "long"}, None),
        ({"default_qos": "Long"}, None),
        ({"qos": ("long",)}, None),
        ({"default_qos": "first", "limits": Limits("")}, 'QoS "first"'),
        ({"default_qos": "wide"}, 'account "physics"'),
        # Nobody knows what it would allow.
        ({"default_qos": "hidden"}, None),
    ],
)
def test_a_job_that_names_no_qos_has_the_usual_one(changes: dict[str, Any], whose: str | None) -> None:
    said = _said({"walltime": FOUR_DAYS}, _with(**changes))
    assert len(said) == (whose is not None), said
    assert whose is None or whose in said[0]


@pytest.mark.parametrize(
    ("places", "walltime", "refused"),
    [
        ([NORMAL], TWO_DAYS, True),
        ([GPU], TWO_DAYS, False),
        ([GPU], FOUR_DAYS, True),
        # Where one of the partitions would take it, so does Slurm.
        ([NORMAL, GPU], TWO_DAYS, False),
        ([NORMAL, GPU], FOUR_DAYS, True),
        ([NORMAL, SHORT], TWO_DAYS, True),
    ],
)
def test_an_association_of_a_partition_replaces_the_one_for_all(
    places: list[Partition], walltime: str, refused: bool
) -> None:
    in_gpu = replace(PHYSICS, partition="gpu", limits=replace(PHYSICS.limits, walltime_s=3 * DAY))
    rules = replace(RULES, associations=(PHYSICS, in_gpu))
    assert len(_said({"walltime": walltime}, rules, *places)) == refused


def test_what_is_known_of_another_partition_alone_says_nothing() -> None:
    assert _said({"walltime": FOUR_DAYS}, _with(partition="gpu")) == []
    assert _said({"walltime": FOUR_DAYS}, replace(RULES, associations=())) == []
    assert _said({"walltime": FOUR_DAYS}, replace(RULES, levels=())) == []
    assert _said({"walltime": FOUR_DAYS}, replace(RULES, qos_of_partitions={"normal": "hidden"})) == []


@pytest.mark.parametrize(
    ("enforced", "fields"),
    [
        ({}, ["account", "account", "qos", "qos"]),
        ({"qos": False}, ["account", "account"]),
        ({"accounts": False, "qos": False, "limits": False}, []),
    ],
)
def test_names_are_refused_where_slurm_enforces_them(enforced: dict[str, bool], fields: list[str]) -> None:
    place = replace(NORMAL, allowed_accounts=("physics",), allowed_qos=("normal",))
    site = Site(
        SlurmInfo(True),
        accounts=(Account("physics", True),),
        qos=(Qos("normal"),),
        rules=replace(RULES, **enforced),  # type: ignore[arg-type]
    )
    options = {"account": "bio", "qos": "other", "walltime": FOUR_DAYS}
    found = list(refusals_of_accounts(options, site, [place]))
    assert [refusal.field for refusal in found] == [f"options.{field}" for field in fields]


def test_limits_are_refused_where_slurm_enforces_them() -> None:
    assert _said({"walltime": TWO_DAYS, "cores": 60}, replace(RULES, limits=False)) == []
    assert _said({"walltime": TWO_DAYS, "cores": 60}, Rules()) == []
    assert len(_said({"walltime": TWO_DAYS, "cores": 60})) == 2


def test_names_are_the_same_in_any_case() -> None:
    place = replace(NORMAL, allowed_accounts=("physics",), allowed_qos=("normal",))
    assert _said({"account": "PHYSICS", "qos": "Normal"}, RULES, place) == []


def test_the_browser_is_not_told_the_rules() -> None:
    assert "rules" not in Site(SlurmInfo(True), rules=RULES).to_json()
