"""Settings of real sites, each as the shape of a private Slurm."""

from __future__ import annotations

from tests.slurm.options import Options


def tokens_and_no_configuration() -> Options:
    """Users may come with a token, and a host may come without slurm.conf."""
    return Options(nodes=1, gpus=0, tokens=True, extra=("SlurmctldParameters=enable_configless",))
