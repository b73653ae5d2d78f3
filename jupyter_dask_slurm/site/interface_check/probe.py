"""What runs on a compute node, in whatever Python is there: standard library only."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from typing import Any

# Each address gets one line of JSON and answers "ok"; the report is a file where clusters stand.
_PROBE = """
import json, os, socket, sys, time
asked = json.loads(sys.argv[1])
report = {"node": socket.gethostname(), "reached": [], "errors": {}}
for address, port in asked["addresses"]:
    hello = {"nonce": asked["nonce"], "partition": asked["partition"], "node": report["node"]}
    try:
        with socket.create_connection((address, port), 5) as connection:
            connection.sendall(json.dumps({**hello, "time": time.time()}).encode() + b"\\n")
            if connection.recv(2) == b"ok":
                report["reached"].append(address)
            else:
                report["errors"][address] = "something else answers there"
    except OSError as error:
        report["errors"][address] = str(error)
with open(asked["report"] + ".new", "x") as file:
    json.dump({**report, "time": time.time()}, file)
os.rename(asked["report"] + ".new", asked["report"])
"""


def probe_script(
    python: str, *, nonce: str, partition: str, addresses: Sequence[tuple[str, int]], report: str
) -> str:
    """Return the job script.

    Parameters
    ----------
    python : str
        A Python that the nodes see.
    addresses : sequence of (str, int)
        Addresses and ports to try.
    report : str
        The file to write at the end.
    """
    asked: dict[str, Any] = {
        "nonce": nonce, "partition": partition, "addresses": addresses, "report": report,
    }  # fmt: skip
    words = shlex.join([python, "-", json.dumps(asked)])
    return f"#!/bin/sh\numask 077\nexec {words} <<'PROBE'\n{_PROBE}PROBE\n"
