"""Slurm's clock, which is another one than ours, and may be wrong or set right at any time.

How far it is ahead is learnt from each submission: Slurm took it between our asking and its answer, and says
when that was by its own clock. As long as that can be so, the clocks are taken for equal.
"""

from __future__ import annotations

from ...protocol.models import epoch_time

# Slurm's times are whole seconds.
_COARSE_S = 1.0


class SlurmTime:
    """Turns Slurm's times into moments of `system.clock`."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def learn(self, submitted_at: str, asked: float, answered: float) -> None:
        """Learn from a submission.

        Parameters
        ----------
        submitted_at : str
            When Slurm took it, by its own clock.
        asked, answered : float
            Moments of ours before and after.
        """
        submitted = epoch_time(submitted_at)
        least, most = submitted - answered - _COARSE_S, submitted + 2 * _COARSE_S - asked
        self.ahead_s = min(max(self.ahead_s, least), most)

    def ours(self, at: str | None) -> float | None:
        """Return a time of Slurm's as a moment of ours."""
        return None if at is None else epoch_time(at) - self.ahead_s
