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

SERVED_S = 75
"""For so long a node can be called, in seconds: a shared directory may show its report half a minute late."""

# Each address gets one greeting; the report is a file where clusters stand. Everybody on the node can read
# the command line: the key is in a file, which none but its user can open. When the report is written, this
# host calls the node, which answers none but who has the key, and ends some seconds after the first call.
_PROBE = """
import fcntl, hashlib, hmac, json, os, socket, struct, sys, time
{proof}
def own_addresses():
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for _, name in socket.if_nameindex():
            try:
                answer = fcntl.ioctl(asking.fileno(), 0x8915, struct.pack("256s", name.encode()[:15]))
            except OSError:
                continue
            found.append({{"name": name, "address": socket.inet_ntoa(answer[20:24])}})
    return found
def answer_call(connection):
    connection.settimeout(2)
    with connection.makefile("rb") as lines:
        challenge = os.urandom(32).hex()
        connection.sendall(challenge.encode() + b"\\n")
        said, proven = json.loads(lines.readline(4096).decode("latin-1"))
        if not hmac.compare_digest(proven.encode(), proof(key, "caller", challenge, said).encode()):
            return False
        claim = json.loads(said)
        if [claim["address"], claim["port"]] != list(connection.getsockname()[:2]):
            return False
        connection.sendall(proof(key, "called", challenge, said).encode() + b"\\n")
        return True
def serve(server, end):
    while time.monotonic() < end:
        server.settimeout(max(0.1, end - time.monotonic()))
        try:
            connection, _ = server.accept()
        except OSError:
            continue
        try:
            with connection:
                if answer_call(connection):
                    end = min(end, time.monotonic() + 6)
        except Exception:
            pass
asked = json.loads(sys.argv[1])
try:
    with open(asked["key"], "rb") as file:
        key = file.read()
except OSError as error:
    sys.stderr.write("%s\\n" % error)
    sys.exit({no_key})
report = {{"node": socket.gethostname(), "reached": [], "errors": {{}}, "interfaces": own_addresses()}}
server = socket.socket()
server.bind(("", 0))
server.listen(20)
report["port"] = server.getsockname()[1]
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
if report["interfaces"]:
    serve(server, time.monotonic() + {served_s})
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
    program = _PROBE.format(proof=inspect.getsource(proof), no_key=NO_KEY, served_s=SERVED_S)
    first = "\n".join(["#!/bin/sh", *lines_before(), "umask 077"])
    return f"{first}\nexec {words} <<'PROBE'\n{program}PROBE\n"
