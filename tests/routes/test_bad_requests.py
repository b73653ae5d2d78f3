"""Whatever is wrong with a request: a sentence that says what is allowed, the field, and nothing started."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from tests.jupyter.api import Api

BAD_BODIES: list[tuple[dict[str, Any], str, str]] = [
    ({"options": {"cores": "8"}}, "options.cores", 'whole number; not "8"'),
    ({"options": {"cores": 8.0}}, "options.cores", "whole number; not 8.0"),
    ({"options": {"cores": True}}, "options.cores", "whole number; not true"),
    ({"options": {"cores": 0}}, "options.cores", "at least 1; not 0"),
    ({"options": {"cores": -3}}, "options.cores", "at least 1; not -3"),
    ({"options": {"cores": 1.5}}, "options.cores", "whole number; not 1.5"),
    ({"options": {"cores": 2, "processes": 4}}, "options.processes", "at most the cores per job"),
    ({"options": {"memory": "lots"}}, "options.memory", '"16 GB"'),
    ({"options": {"memory": "0B"}}, "options.memory", "at least"),
    ({"options": {"memory": "16"}}, "options.memory", "needs a unit"),
    ({"options": {"memory": 16}}, "options.memory", "must be text"),
    ({"options": {"walltime": "abc"}}, "options.walltime", "as Slurm writes it"),
    ({"options": {"walltime": "0"}}, "options.walltime", "longer than nothing"),
    ({"options": {"walltime": 60}}, "options.walltime", "must be text"),
    ({"options": {"partition": "a b; rm -rf /"}}, "options.partition", "letters, digits"),
    ({"options": {"partition": "normal\n#SBATCH --wrap=x"}}, "options.partition", "letters, digits"),
    ({"options": {"queue": "$(id)"}}, "options.partition", "letters, digits"),
    ({"options": {"account": ""}}, "options.account", "letters, digits"),
    ({"options": {"local_directory": "scratch"}}, "options.local_directory", "absolute path"),
    ({"options": {"log_directory": "~/logs"}}, "options.log_directory", "must be a path"),
    ({"options": {"job_extra_directives": ["--wrap=id"]}}, "options.job_extra_directives", "--wrap"),
    ({"options": {"job_extra_directives": ["--arr=0-9"]}}, "options.job_extra_directives", "--array"),
    ({"options": {"job_extra_directives": ["-HJ other"]}}, "options.job_extra_directives", "--job-name"),
    (
        {"options": {"job_extra_directives": ["--hint=x -o /tmp/x"]}},
        "options.job_extra_directives",
        "--output",
    ),
    ({"options": {"job_extra_directives": ["-p short"]}}, "options.job_extra_directives", "option partition"),
    ({"options": {"job_extra_directives": ["-N 2"]}}, "options.job_extra_directives", "nodes_per_job"),
    ({"options": {"job_extra_directives": ["echo hello"]}}, "options.job_extra_directives", "begin with -"),
    ({"options": {"job_extra_directives": ["--"]}}, "options.job_extra_directives", "begin with -"),
    ({"options": {"job_extra_directives": "--hint=x"}}, "options.job_extra_directives", "list of texts"),
    ({"options": {"job_script_prologue": ["a\r\nb"]}}, "options.job_script_prologue", "single lines"),
    (
        {"options": {"job_script_prologue": ["#SBATCH -p x"]}},
        "options.job_script_prologue",
        "extra directives",
    ),
    (
        {"options": {"worker_extra_args": ["--x; id"]}},
        "options.worker_extra_args",
        "arguments of dask worker",
    ),
    ({"options": {"worker_extra_args": ["--name", "me"]}}, "options.worker_extra_args", "--name"),
    (
        {"options": {"environment_variables": {"A B": "1"}}},
        "options.environment_variables",
        "letters, digits",
    ),
    (
        {"options": {"environment_variables": {"SBATCH_PARTITION": "x"}}},
        "options.environment_variables",
        "cannot",
    ),
    ({"options": {"idle_timeout": -1}}, "options.idle_timeout", "at least 0"),
    (
        {"options": {"scheduler_options": {"dashboard_address": ":0"}}},
        "options.scheduler_options.dashboard_address",
        "no field",
    ),
    ({"options": {"queue": "a", "partition": "b"}}, "options.partition", "mean the same"),
    ({"options": {"walltim": "1:00:00"}}, "options.walltim", "Did you mean walltime?"),
    ({"options": []}, "options", "must be an object"),
    ({"colour": "blue"}, "colour", "no field"),
    ({"name": ""}, "name", "at most 40"),
    ({"name": "x" * 41}, "name", "at most 40"),
    ({"name": "a\n"}, "name", "at most 40"),
    ({"name": "-a"}, "name", "at most 40"),
    ({"name": "<b>"}, "name", "at most 40"),
    ({"backend": "pbs"}, "backend", "'slurm' or 'local'"),
    ({"scaling": {"mode": "manual", "jobs": -1}}, "scaling.jobs", "at least 0"),
    ({"scaling": {"mode": "manual", "jobs": "many"}}, "scaling.jobs", "whole number"),
    ({"scaling": {"mode": "manual", "jobs": 100000}}, "scaling.jobs", "at most 10000"),
    ({"scaling": {"mode": "manual"}}, "scaling", "exactly one of"),
    ({"scaling": {"mode": "manual", "jobs": 1, "cores": 4}}, "scaling", "exactly one of"),
    (
        {"scaling": {"mode": "adaptive", "minimum_jobs": 4, "maximum_jobs": 2}},
        "scaling",
        "not over its maximum",
    ),
    ({"scaling": {"mode": "adaptive", "jobs": 2}}, "scaling", "minimum_jobs and maximum_jobs"),
    ({"scaling": {"mode": "sometimes", "jobs": 2}}, "scaling.mode", "'manual' or 'adaptive'"),
    ({"scaling": {"jobs": 2}}, "scaling.mode", "is missing"),
]


async def test_malformed_values(api: Api) -> None:
    for body, field, words in BAD_BODIES:
        await _is_refused(api, body, field, words)
    assert (await api("GET", "clusters")).json == []


async def _is_refused(api: Api, body: dict[str, Any], field: str, words: str) -> None:
    answer = await api("POST", "clusters", {"backend": "local", **body})
    said = (body, answer.text)
    assert answer.status == 400, said
    assert answer.json.keys() == {"message", "reason", "field", "details"}, said
    assert (answer.json["reason"], answer.json["field"]) == ("InvalidRequest", field), said
    assert words in answer.json["message"], said
    assert answer.json["message"].endswith((".", "?")), said
    assert "\n" not in answer.json["message"], said
    preview = await api("POST", "preview", {"backend": "local", **body})
    unknown = any(told in words for told in ("no field", "mean the same", "Did you mean"))
    if unknown and not field.startswith("options.scheduler_options"):
        assert (preview.status, preview.json) == (400, answer.json), said
    else:
        assert preview.status == 200, said
        assert {"field": field, "message": answer.json["message"]} in preview.json["errors"], (
            body,
            preview.text,
        )
        assert preview.json["script"] is None, said


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"text"', "8"])
async def test_bodies_that_are_no_json_objects(api: Api, body: str) -> None:
    answer = await api("POST", "clusters", body, headers={"Content-Type": "application/json"})
    assert (answer.status, answer.json["reason"], answer.json["field"]) == (400, "InvalidRequest", None)


async def test_other_content_type(api: Api) -> None:
    answer = await api("POST", "clusters", "{}", headers={"Content-Type": "text/plain"})
    assert (answer.status, answer.json["reason"]) == (400, "InvalidRequest")


@pytest.mark.parametrize(
    ("method", "rest"),
    [
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("POST", "/restart"),
        ("GET", "/jobs"),
        ("POST", "/problems/x/resubmit"),
    ],
)
async def test_unknown_cluster(api: Api, method: str, rest: str) -> None:
    body = {"name": "x"} if method in ("PATCH", "POST") else None
    for cluster_id in ("ocean-0000", "..", "%2e%2e", "a/b", "x" * 300, "OCEAN-0000", "%00"):
        answer = await api(method, f"clusters/{cluster_id}{rest}", body)
        assert answer.status == 404, (cluster_id, answer.text)
        assert answer.json["reason"] in ("ClusterNotFound", "NotFound"), cluster_id


async def test_unknown_route_and_verb(api: Api) -> None:
    answer = await api("GET", "nothing/here")
    assert (answer.status, answer.json["reason"]) == (404, "NotFound")
    answer = await api("PUT", "clusters", {})
    assert (answer.status, answer.json["reason"]) == (405, "MethodNotAllowed")
    assert answer.headers["Allow"] == "GET, POST"


async def test_unknown_profile_and_kernel(api: Api) -> None:
    answer = await api("POST", "clusters", {"backend": "local", "profile": "big"})
    assert (answer.status, answer.json["field"]) == (422, "profile")
    answer = await api("POST", "clusters", {"backend": "local", "options": {"kernel": "julia-1.9"}})
    assert (answer.status, answer.json["reason"], answer.json["field"]) == (
        422,
        "EnvironmentUnusable",
        "options.kernel",
    )
    assert "python3" in answer.json["message"]


async def test_an_unknown_kernel_is_told_though_a_python_is_named(api: Api) -> None:
    options = {"kernel": "julia-1.9", "python": sys.executable}
    answer = await api("POST", "clusters", {"backend": "local", "options": options})
    assert (answer.status, answer.json["field"]) == (422, "options.kernel")


async def test_python_without_distributed(api: Api) -> None:
    answer = await api("POST", "clusters", {"backend": "local", "options": {"python": "/usr/bin/python3"}})
    assert (answer.status, answer.json["field"]) == (422, "options.python")
    assert "-m pip install distributed" in answer.json["message"]
