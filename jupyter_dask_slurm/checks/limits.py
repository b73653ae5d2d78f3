"""What the administrator of this Jupyter server allows; each refusal says which limit it was."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from ..protocol.ceiling import check_ceiling
from ..protocol.errors import LimitExceeded
from ..protocol.models import OVER, Ceiling, Cluster, Placement
from ..protocol.scaling import known_cpus, most_jobs


@dataclass(frozen=True)
class Limits:
    """What the administrator lets one user have; None is no limit.

    Parameters
    ----------
    max_clusters : int, optional
        Clusters at a time.
    max_jobs_per_cluster : int, optional
        Jobs of one cluster, or its maximum where it is adaptive.
    max_cores : int, optional
        Cores of the jobs of all clusters together.
    allowed_partitions : collection of str
        Partitions that may be used; empty is all of them.
    require_secure : bool
        Whether each cluster must speak TLS.
    hidden_options : collection of str
        Options that users may not set.
    required_options : collection of str
        Options that a request, or its profile, must set where its jobs are Slurm's.
    read_only : bool
        Whether nothing may be changed.
    remote_channel : bool
        Whether controllers listen for their user's Jupyter servers on other hosts.
    controller_placement_default : str
        Where controllers run for who does not say: ``here`` or ``job``.
    allowed_controller_placements : collection of str
        Where they may run.
    """

    max_clusters: int | None = None
    max_jobs_per_cluster: int | None = None
    max_cores: int | None = None
    allowed_partitions: Collection[str] = ()
    require_secure: bool = True
    hidden_options: Collection[str] = ()
    required_options: Collection[str] = ()
    read_only: bool = False
    remote_channel: bool = True
    controller_placement_default: Placement = "here"
    allowed_controller_placements: Collection[str] = ("here", "job")

    @property
    def depend_on_size(self) -> bool:
        """Whether a limit can only be judged where all options are known, also those of a configuration."""
        return bool(self.max_cores or self.max_jobs_per_cluster or self.allowed_partitions)

    @property
    def ceiling(self) -> Ceiling:
        """Those that a controller holds too."""
        return Ceiling(self.max_jobs_per_cluster, self.max_cores)

    def check_change(self) -> None:
        """Refuse any change where clusters can only be looked at."""
        if self.read_only:
            raise LimitExceeded("The administrator lets clusters only be looked at (read_only).")

    def check_hidden(self, names: Iterable[str]) -> None:
        """Refuse options that the administrator keeps to the site's profiles."""
        for name in sorted(set(names).intersection(self.hidden_options)):
            raise LimitExceeded(
                f"The administrator does not let users set {name} (hidden_options).", field=f"options.{name}"
            )

    def check_number(self, clusters: Collection[Cluster]) -> None:
        """Refuse one more cluster where there are enough."""
        number = sum(1 for cluster in clusters if cluster.status not in OVER)
        if self.max_clusters is not None and number >= self.max_clusters:
            raise LimitExceeded(
                f"You have {number} clusters, and the administrator allows {self.max_clusters} "
                "at a time (max_clusters). Stop one first."
            )

    def check_options(self, options: dict[str, Any]) -> None:
        """Refuse options that the administrator does not allow."""
        if self.require_secure and options.get("secure") is False:
            raise LimitExceeded("Clusters must be encrypted here (require_secure).", field="options.secure")
        asked = [name for name in (options.get("partition") or "").split(",") if name]
        if self.allowed_partitions and not set(asked) <= set(self.allowed_partitions):
            raise LimitExceeded(
                f"The administrator allows the partitions {', '.join(self.allowed_partitions)} "
                "(allowed_partitions).",
                field="options.partition",
            )

    def refusals(
        self, options: dict[str, Any], jobs: int, others: Iterable[Cluster]
    ) -> Iterator[LimitExceeded]:
        """Yield every limit that a cluster of so many jobs of these options is over."""
        size = partial(self.check_size, jobs, known_cpus(options), others)
        for check in (partial(self.check_options, options), size):
            try:
                check()
            except LimitExceeded as refusal:
                yield refusal

    def missing(self, options: dict[str, Any]) -> Iterator[LimitExceeded]:
        """Yield each option that the administrator wants to be named and is not."""
        for name in self.required_options:
            if options.get(name) is None:
                yield LimitExceeded(
                    f"The administrator wants each cluster to name its {name} (required_options).",
                    field=f"options.{name}",
                )

    def check_size(self, jobs: int, cores_per_job: int, others: Iterable[Cluster]) -> None:
        """Refuse a size over the limits, given the user's other clusters."""
        check_ceiling(self.ceiling, jobs, cores_per_job, cores_of(others))


def cores_of(clusters: Iterable[Cluster]) -> int:
    """Return how many cores clusters that live may come to have together."""
    return sum(
        most_jobs(cluster.scaling) * known_cpus(cluster.options)
        for cluster in clusters
        if cluster.status not in OVER
    )
