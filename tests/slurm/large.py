"""A site of 3,000 nodes in 60 partitions for slurmctld: nobody runs these nodes, so they are down."""

from __future__ import annotations

from tests.slurm.options import Options, Partition

PARTITIONS = 60
NODES_EACH = 50
_KINDS = (
    "CPUs=64 RealMemory=256000 Feature=zen3,ib",
    "CPUs=128 RealMemory=512000 Feature=zen4,ib,nvme",
    "CPUs=48 RealMemory=190000 Feature=skylake",
)


def large_site() -> Options:
    """Return such a Slurm; its one living node, ``n1``, is in the default partition."""
    return Options(
        nodes=1,
        gpus=0,
        partitions=(
            Partition("alive", nodes="n1", default=True),
            *(Partition(f"p{number}", nodes=_nodes(number)) for number in range(PARTITIONS)),
        ),
        node_lines=tuple(
            # Port 9 (discard): nobody listens, and slurmctld learns that at once.
            f"NodeName={_nodes(number)} NodeAddr=127.0.0.1 Port=9 State=DOWN {_KINDS[number % len(_KINDS)]}"
            for number in range(PARTITIONS)
        ),
    )


def _nodes(partition: int) -> str:
    first = partition * NODES_EACH
    return f"c[{first + 1:04}-{first + NODES_EACH:04}]"
