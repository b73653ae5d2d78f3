"""The REST contract as a test speaks it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tornado.httpclient import HTTPClientError

from tests.jupyter.contract import contract

BASE = "dask-slurm/api"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Any
    text: str

    @property
    def json(self) -> Any:
        """The body as plain JSON values."""
        return json.loads(self.text)


class Api:
    """Calls ``{base}/<path>`` of the Jupyter server under test; each answer must be one of the contract's."""

    def __init__(self, fetch: Callable[..., Awaitable[Any]]) -> None:
        self._fetch = fetch

    async def __call__(self, method: str, path: str, body: Any = None, **options: Any) -> Answer:
        """Send `body`, JSON unless it is text, and return the answer whatever its status."""
        text = body if isinstance(body, str) or body is None else json.dumps(body)
        headers = options.pop("headers", {"Content-Type": "application/json"} if text is not None else {})
        path, _, query = path.partition("?")
        params = dict(part.split("=") for part in query.split("&")) if query else {}
        params |= options.pop("params", {})
        base = options.pop("base", BASE)
        try:
            response = await self._fetch(
                base, path, method=method, body=text, headers=dict(headers), params=params,
                allow_nonstandard_methods=True, request_timeout=60, **options,
            )  # fmt: skip
        except HTTPClientError as error:
            if error.response is None:
                raise
            response = error.response
        answer = Answer(response.code, response.headers, response.body.decode())
        if base == BASE:
            contract().check(method, f"/{path}", answer.status, answer.text)
        return answer

    async def start(self, **body: Any) -> dict[str, Any]:
        """Start a cluster and return it."""
        answer = await self("POST", "clusters", body)
        assert answer.status == 201, answer.text
        return answer.json  # type: ignore[no-any-return]

    async def until(
        self, cluster_id: str, condition: Callable[[dict[str, Any]], bool], timeout: float = 90
    ) -> dict[str, Any]:
        """Return the cluster as soon as `condition` holds for it."""
        deadline = time.monotonic() + timeout
        while True:
            answer = await self("GET", f"clusters/{cluster_id}")
            if answer.status == 200 and condition(answer.json):
                return answer.json  # type: ignore[no-any-return]
            assert time.monotonic() < deadline, f"not within {timeout} s: {answer.text}"
            await asyncio.sleep(0.1)

    async def forget(self, cluster_id: str) -> None:
        """Dismiss a cluster that has ended; a busy machine may take longer than the answer waits."""
        assert (await self("DELETE", f"clusters/{cluster_id}")).status in (202, 204)
        await self.until_gone(cluster_id)

    async def until_gone(self, cluster_id: str, timeout: float = 90) -> None:
        """Wait until the cluster has left the list."""
        deadline = time.monotonic() + timeout
        while (await self("GET", f"clusters/{cluster_id}")).status != 404:
            assert time.monotonic() < deadline, f"{cluster_id} is still there"
            await asyncio.sleep(0.1)


def working(jobs: int) -> Callable[[dict[str, Any]], bool]:
    """Return the condition that so many jobs have all their workers connected."""
    return lambda cluster: cluster["jobs"]["working"] == jobs


def status(*words: str) -> Callable[[dict[str, Any]], bool]:
    """Return the condition that the status is one of `words`."""
    return lambda cluster: cluster["status"] in words
