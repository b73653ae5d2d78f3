"""What runs on a compute node, in whatever Python is there: standard library only."""

from __future__ import annotations

import inspect
import json
import shlex
from collections.abc import Sequence
from typing import Any

from ...slurm.address.variables import lines_before
from .greeting import proof

NO_KEY = 78
"""Exit code of a job that cannot read the key: its node does not see where clusters stand (``EX_CONFIG``)."""

# Each address gets one greeting; the report is a file where clusters stand. Everybody on the node can read
# the command line: the key is in a file, which none but its user can open.
_PROBE = """
import hashlib, hmac, json, os, socket, sys, time
{proof}
asked = json.loads(sys.argv[1])
try:
    with open(asked["key"], "rb") as file:
        key = file.read()
except OSError as error:
    sys.stderr.write("%s\\n" % error)
    sys.exit({no_key})
report = {{"node": socket.gethostname(), "reached": [], "errors": {{}}}}
for address, port in asked["addresses"]:
    claim = {{"partition": asked["partition"], "node": report["node"], "address": address, "port": port}}
    try:
        with socket.create_connection((address, port), 5) as connection, connection.makefile("rb") as lines:
            challenge = lines.readline(200).decode("latin-1").strip()
            said = json.dumps(dict(claim, time=time.time()))
            greeting = [said, proof(key, "node", challenge, said)]
            connection.sendall(json.dumps(greeting).encode() + b"\\n")
            heard = lines.readline(200).decode("latin-1").strip()
            if hmac.compare_digest(heard.encode(), proof(key, "host", challenge, said).encode()):
                report["reached"].append(address)
            else:
                report["errors"][address] = "something else answers there"
    except OSError as error:
        report["errors"][address] = str(error)
with open(asked["report"] + ".new", "x") as file:
    json.dump(dict(report, time=time.time()), file)
os.rename(asked["report"] + ".new", asked["report"])
"""


def probe_script(
    python: str, *, key: str, partition: str, addresses: Sequence[tuple[str, int]], report: str
) -> str:
    """Return the job script; there is no secret in it, nor in any command line of its job.

    Parameters
    ----------
    python : str
        A Python that the nodes see.
    key : str
        The file with the key of the check, where clusters stand.
    addresses : sequence of (str, int)
        Addresses and ports to try.
    report : str
        The file to write at the end.
    """
    asked: dict[str, Any] = {
        "key": key, "partition": partition, "addresses": addresses, "report": report,
    }  # fmt: skip
    words = shlex.join([python, "-", json.dumps(asked)])
    program = _PROBE.format(proof=inspect.getsource(proof), no_key=NO_KEY)
    first = "\n".join(["#!/bin/sh", *lines_before(), "umask 077"])
    return f"{first}\nexec {words} <<'PROBE'\n{program}PROBE\n"
