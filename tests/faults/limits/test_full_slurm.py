"""``MaxJobCount``: sbatch waits inside itself, and is not waited for."""

from __future__ import annotations

import pytest

from tests.faults.conftest import Launch, StartSlurm
from tests.faults.views import HELD, codes, jobs_of
from tests.slurm.variants import full_with

pytestmark = [pytest.mark.any_slurm, pytest.mark.nightly]


def test_as_many_as_slurm_holds_and_the_others_when_there_is_room(
    start_slurm: StartSlurm, launch: Launch
) -> None:
    slurm = start_slurm(full_with(5))
    others = [slurm.run("sbatch", "--parsable", "--hold", "--wrap", "true") for _ in range(2)]
    controller = launch(options=HELD, jobs=4)
    cluster = controller.until(lambda c: c.jobs.queued == 2 and c.problems, timeout=90)
    assert codes(cluster) == ["submit_postponed"]
    (problem,) = cluster.problems
    assert problem.message.startswith("Slurm takes no more jobs now: ")
    assert "(MaxJobCount)" in problem.message.partition(". ")[0]
    assert "Slurm temporarily unable to accept job, sleeping and retrying" in (problem.details or "")
    slurm.run("scancel", *others)
    # A job that has ended counts until Slurm forgets it.
    controller.until(lambda c: c.jobs.queued == 4 and not c.problems, timeout=120)
    assert {job.job_id for job in controller.jobs} == jobs_of(slurm, controller, ended=True).keys()
    assert "doubt" not in controller.history
    assert controller.stop() == 0
