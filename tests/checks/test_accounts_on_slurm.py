"""What accounts and QoS of slurmdbd do not allow is said before it is sent: Slurm would let it wait."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from typing import Any

import pytest

from tests.jupyter.api import Api
from tests.jupyter.controllers import SMALL
from tests.slurm import Options, Partition, PrivateSlurm
from tests.slurm.client import wait_until

pytestmark = pytest.mark.usefixtures("quick_starts")

PARTITIONS = (
    Partition("normal", default=True),
    Partition("strict", extra="AllowQos=normal AllowAccounts=physics"),
    Partition("quick", extra="QoS=express"),
    Partition("closed", extra="AllowAccounts=biology"),
)


@pytest.fixture(scope="module")
def accounted() -> Iterator[PrivateSlurm]:
    """Return a Slurm with accounts, of which the user may charge two."""
    with PrivateSlurm(Options(nodes=1, gpus=0, accounting=True, partitions=PARTITIONS)) as slurm:
        user = getpass.getuser()
        for words in (
            ("modify", "qos", "express", "set", "MaxTRESPerUser=cpu=4"),
            ("add", "qos", "patient", "MaxWall=1-12:00:00"),
            ("modify", "user", user, "where", "account=physics", "set", "qos+=patient"),
            ("add", "user", user, "account=chemistry", "qos=normal,express", "DefaultQOS=express"),
            ("add", "account", "atoms", "parent=chemistry"),
            ("add", "user", user, "account=atoms", "qos=normal"),
            ("modify", "account", "chemistry", "set", "GrpTRESMins=cpu=6000,billing=60000"),
            ("modify", "user", user, "where", "account=physics", "set", "GrpTRESMins=cpu=12000"),
            (
                "modify",
                "user",
                user,
                "where",
                "account=physics",
                "set",
                "MaxWall=1-00:00:00",
                "GrpTRES=cpu=8",
            ),
        ):
            slurm.run("sacctmgr", "-i", *words)
        yield slurm


@pytest.fixture(autouse=True)
def use(accounted: PrivateSlurm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everything speak to that Slurm."""
    monkeypatch.setenv("SLURM_CONF", str(accounted.conf))


@pytest.mark.any_slurm
async def test_site(api: Api) -> None:
    site = (await api("GET", "site")).json
    assert site["slurm"]["error"] is None
    assert {found["name"]: found["allowed"] for found in site["partitions"]} == {
        "normal": True, "strict": True, "quick": True, "closed": False,
    }  # fmt: skip
    strict, quick = (
        next(found for found in site["partitions"] if found["name"] == name) for name in ("strict", "quick")
    )
    assert (strict["allowed_qos"], strict["allowed_accounts"]) == (["normal"], ["physics"])
    assert quick["max_walltime_s"] == 300
    accounts = {found["name"]: found for found in site["accounts"]}
    assert (accounts["physics"]["max_walltime_s"], accounts["physics"]["max_cpus"]) == (86400, 8)
    assert (accounts["physics"]["default"], accounts["chemistry"]["max_cpus"]) == (True, None)
    express = next(found for found in site["qos"] if found["name"] == "express")
    assert express == {"name": "express", "max_walltime_s": 300, "max_cpus_per_user": 4}


@pytest.mark.parametrize(
    ("options", "field", "words"),
    [
        ({"walltime": "2-00:00:00"}, "walltime", 'over the limit of account "physics", which is 1-00:00:00'),
        ({"cores": 9}, "cores", 'over the limit of account "physics", which is 8'),
        ({"qos": "express", "cores": 5, "walltime": "1"}, "cores", 'limit of QoS "express", which is 4'),
        ({"qos": "express", "walltime": "10"}, "walltime", 'limit of QoS "express", which is 00:05:00'),
        ({"account": "chemistry", "walltime": "10"}, "walltime", 'limit of QoS "express", which is 00:05:00'),
        ({"qos": "patient", "walltime": "2-00:00:00"}, "walltime", 'QoS "patient", which is 1-12:00:00'),
        ({"partition": "quick", "cores": 5, "walltime": "1"}, "cores", 'QoS "express" of partition quick'),
        ({"partition": "quick", "walltime": "10"}, "walltime", "limit of partition quick, which is 00:05:00"),
        (
            {"partition": "strict", "qos": "express", "walltime": "1"}, "qos",
            'QoS "express" is not allowed in partition strict. It takes: normal.',
        ),
        (
            {"partition": "strict", "account": "chemistry"}, "account",
            'Account "chemistry" is not allowed in partition strict. It takes: physics.',
        ),
        ({"partition": "closed"}, "partition", 'Partition "closed" is not open to you: it takes other'),
        ({"account": "biology"}, "account", "You can use: "),
        ({"qos": "long"}, "qos", 'QoS "long" does not exist here. There are: '),
    ],
)  # fmt: skip
async def test_over_a_limit(api: Api, options: dict[str, Any], field: str, words: str) -> None:
    refused = await api("POST", "clusters", {"options": {**SMALL, **options}})
    assert (refused.status, refused.json["reason"]) == (422, "SiteRefuses"), refused.text
    assert refused.json["field"] == f"options.{field}"
    assert words in refused.json["message"]


async def test_within_the_limits(api: Api, accounted: PrivateSlurm) -> None:
    options = {**SMALL, "account": "chemistry", "qos": "express", "cores": 4, "walltime": "5"}
    cluster = await api.start(options=options)
    await api.until(cluster["id"], lambda found: found["jobs"]["working"] == 1, timeout=90)
    (job,) = (await api("GET", f"clusters/{cluster['id']}/jobs")).json
    shown = accounted.run("scontrol", "show", "job", job["job_id"])
    assert "Account=chemistry QOS=express" in shown
    await api("DELETE", f"clusters/{cluster['id']}")
    await api.until_gone(cluster["id"], timeout=60)


@pytest.mark.any_slurm
async def test_what_is_left_of_the_hours(api: Api, accounted: PrivateSlurm) -> None:
    size = ("--account=atoms", "--time=60", "--cpus-per-task=2")
    job = accounted.run("sbatch", "--parsable", *size, "--output=/dev/null", "--wrap=sleep 300")
    wait_until(lambda: accounted.jobs().get(job) == "RUNNING", "the job runs")

    async def told(account: str | None, *, ask_slurm: bool = False, **options: Any) -> Any:
        body = {"options": {**SMALL, "account": account, **options}, "ask_slurm": ask_slurm}
        preview = (await api("POST", "preview", body)).json
        short = [words for words in preview["warnings"] if "until their walltime" in words]
        return {found["resource"]: found for found in preview["budgets"]}, short

    assert await told("atoms") == ({}, [])  # nobody has asked Slurm
    found, short = await told("atoms", ask_slurm=True, cores=4, walltime="1-00:00:00")
    # The limit of the account above; what the job may still use is not left: it was counted when it started.
    cores = found["cores"]
    assert (cores["account"], cores["yours"], cores["limit_hours"]) == ("chemistry", False, 100)
    assert (97 <= cores["left_hours"] <= 98.1, cores["asked_hours"]) == (True, 96)
    assert (found["billing"]["limit_hours"], found["billing"]["asked_hours"], short) == (1000, None, [])
    # What was learnt once serves every account, and what is typed on.
    (cores,) = (await told(None, walltime="01:00:00"))[0].values()
    assert (cores["account"], cores["yours"], cores["limit_hours"]) == ("physics", True, 200)
    _, (short,) = await told("Atoms", cores=5, walltime="1-00:00:00")
    assert short.startswith(
        'All jobs together may use 120 core hours until their walltime, and account "chem'
    )
    accounted.run("scancel", job)


async def test_a_qos_lifts_what_the_account_limits(api: Api, accounted: PrivateSlurm) -> None:
    options = {**SMALL, "account": "Physics", "qos": "Patient", "walltime": "1-06:00:00"}
    cluster = await api.start(options=options)
    await api.until(cluster["id"], lambda found: found["jobs"]["working"] == 1, timeout=90)
    (job,) = (await api("GET", f"clusters/{cluster['id']}/jobs")).json
    shown = accounted.run("scontrol", "show", "job", job["job_id"])
    assert "Account=physics QOS=patient" in shown
    assert "TimeLimit=1-06:00:00" in shown
    await api("DELETE", f"clusters/{cluster['id']}")
    await api.until_gone(cluster["id"], timeout=60)
