"""Workers that do nothing but be there: connected by TLS, with heartbeats, all in one process.

To a scheduler they are workers as others: each registers by name over a connection of its own, which stays,
and sends as much in its heartbeats as a real one does. Names come in on standard input, a line each; what is
told on standard output is "connected" when the last one is. They leave when standard input ends.
``python -m benchmarks.fake_workers ADDRESS CERTIFICATE KEY``, where the certificate is its own authority.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import time
from typing import Any

from distributed.comm import connect
from distributed.core import rpc
from distributed.security import Security
from distributed.versions import get_versions

AT_ONCE = 40
"""So many register at a time."""
CHANNELS = 50
"""Connections that heartbeats share: Dask's workers have a pool of them too."""
MEMORY = 4 * 10**9


def metrics() -> dict[str, Any]:
    """Return numbers as a worker measures them, of which those that drift do."""
    network = {"read_bps": 100.0, "write_bps": 100.0}
    names = ("incoming_bytes", "incoming_count", "outgoing_bytes", "outgoing_count")
    return {
        "task_counts": {},
        "bandwidth": {"total": 1e8, "workers": {}, "types": {}},
        "digests_total_since_heartbeat": {"latency": 0.001, "tick-duration": 0.5},
        "managed_bytes": 10**7,
        "spilled_bytes": {"memory": 0, "disk": 0},
        "transfer": {**dict.fromkeys(names, 0), "incoming_count_total": 0, "outgoing_count_total": 0},
        "event_loop_interval": 0.02,
        "cpu": random.uniform(5, 395),
        "memory": random.randrange(2 * 10**8, MEMORY),
        "time": time.time(),
        "num_fds": 30,
        "host_net_io": network,
        "host_disk_io": network,
    }


class Workers:
    """All workers of one scheduler."""

    def __init__(self, address: str, certificate: str, key: str) -> None:
        security = Security(
            require_encryption=True, tls_ca_file=certificate, tls_worker_cert=certificate, tls_worker_key=key
        )
        self._address = address
        self._arguments = security.get_connection_args("worker")
        self._versions = get_versions()
        self._channels = [rpc(address, connection_args=self._arguments) for _ in range(CHANNELS)]
        self._registering = asyncio.Semaphore(AT_ONCE)
        self.connected: list[asyncio.Future[None]] = []

    async def be(self, number: int, name: str) -> None:
        """Register a worker and keep it until cancelled."""
        here = f"tls://127.0.{1 + number // 250}.{1 + number % 250}:{20000 + number % 40000}"
        async with self._registering:
            comm = await connect(self._address, **self._arguments)
            await comm.write(self._greeting(number, name, here), serializers=["msgpack"])
            answer = await comm.read(deserializers=["msgpack"])
        if answer["status"] != "OK":
            raise RuntimeError(answer)
        listening = asyncio.ensure_future(_read_all(comm))
        self.connected[number].set_result(None)
        interval = answer["heartbeat-interval"]
        await asyncio.sleep(random.uniform(0, interval))
        while not listening.done():
            reply = await self._channels[number % CHANNELS].heartbeat_worker(
                address=here, now=time.time(), metrics=metrics(), executing={}, extensions={}
            )
            await asyncio.sleep(reply.get("heartbeat-interval", interval))

    def _greeting(self, number: int, name: str, here: str) -> dict[str, Any]:
        return {
            "op": "register-worker",
            "reply": False,
            "address": here,
            "status": "running",
            "nthreads": 4,
            "name": name,
            "now": time.time(),
            "resources": {},
            "memory_limit": MEMORY,
            "local_directory": "/tmp/none",
            "services": {},
            "nanny": None,
            "pid": os.getpid(),
            "versions": self._versions,
            "metrics": metrics(),
            "extra": {},
            "stimulus_id": "benchmark",
            "server_id": f"fake-{number}",
        }


async def _read_all(comm: Any) -> None:
    while True:
        await comm.read()


async def main(address: str, certificate: str, key: str) -> None:
    """Be the workers whose names stand on standard input until an empty line, until that input ends."""
    workers = Workers(address, certificate, key)
    names = list(iter(sys.stdin.readline, "\n"))
    loop = asyncio.get_running_loop()
    workers.connected = [loop.create_future() for _ in names]
    tasks = [asyncio.create_task(workers.be(i, name.strip())) for i, name in enumerate(names)]
    everyone = asyncio.gather(*workers.connected)
    failed = asyncio.gather(*tasks)
    await asyncio.wait([everyone, failed], return_when=asyncio.FIRST_COMPLETED)
    if failed.done():
        failed.result()
    print("connected", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    os._exit(0)  # as the jobs of workers end: without a farewell


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
