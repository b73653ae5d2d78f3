"""A private, real Slurm on this machine: slurmctld, one slurmd per virtual node, munged.

Everything lives in one temporary folder and on free loopback ports and is found through
``SLURM_CONF``, so that several can run side by side, also beside a Slurm of the machine itself.
It is ready after about three seconds.

In tests, take the fixture ``slurm`` (one Slurm for the whole run, to be left as it was found), or start
your own where a test breaks it or needs other options::

    with PrivateSlurm(Options(nodes=2, max_array_size=5)) as slurm:
        slurm.run("sbatch", "--parsable", "--wrap", "hostname")   # stdout; raises with stderr
        subprocess.run(["squeue"], env=slurm.env)
        slurm.freeze()                # slurmctld hangs …
        slurm.thaw()                  # … and goes on
        slurm.stop_controller()       # "Unable to contact slurm controller"
        slurm.start_controller()
        slurm.node_down("n1")         # its jobs end as NODE_FAIL, or are requeued
        slurm.node_up("n1")

On the command line, ``python -m tests.slurm`` prints ``SLURM_CONF=<path>`` and runs until SIGTERM, SIGINT
or the end of its input; ``python -m tests.slurm -- <command>`` runs that command with ``SLURM_CONF`` set
and stops with it.

How it is kept from outliving its user: the daemons are children of a supervising process
(``__main__``), which stops them when its input ends, and that happens however its parent dies. As a
"child subreaper" it also inherits the processes of jobs, so that none is left.

Run as root, jobs run as whoever submits them. Run as another user, all daemons run as that user, and only
that user can submit. Needed are Debian's ``slurm-wlm`` and ``munge`` (``scripts/setup`` installs them), and
``slurmdbd`` and ``mariadb-server-core`` for ``Options(accounting=True)``.
"""

from tests.slurm.client import SlurmClient, SlurmCommandError
from tests.slurm.options import Options, Partition, Place
from tests.slurm.private import PrivateSlurm, SlurmStartError

__all__ = [
    "Options",
    "Partition",
    "Place",
    "PrivateSlurm",
    "SlurmClient",
    "SlurmCommandError",
    "SlurmStartError",
]
