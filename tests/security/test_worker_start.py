"""What job scripts run (`controller.worker_start`), by an unprivileged user beside another one."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from jupyter_dask_slurm.controller.backend.worker_archive import worker_archive
from tests.security.other_user import NOBODY

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become other users")

VICTIM = 1717
# Of this machine, for the one of the tests stands where only root can go. Standard library is enough here.
PYTHON = shutil.which("python3", path="/usr/bin") or "/usr/bin/python3"
# In place of a worker command: it tells how it was started.
ARCHIVE = "worker.pyz"
MODULE = """
import multiprocessing, os, stat, sys, tempfile
if __name__ == "__main__":
    own = os.environ["DASK_TEMPORARY_DIRECTORY"]
    print("own", own, oct(stat.S_IMODE(os.stat(own).st_mode)))
    print("temporary", tempfile.gettempdir())
    print("path", sys.path)
    print("arguments", sys.argv[1:])
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print("multiprocessing", pool.map(abs, [-1]))
"""


@dataclass
class Node:
    """Folders of a node: of the victim, and one that all share."""

    home: Path
    shared: Path
    variables: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run the archive as the victim, as a job's script would."""
        return subprocess.run(
            [PYTHON, str(self.home / ARCHIVE), *arguments],
            cwd=folder or self.home,
            env={"PATH": "/usr/bin:/bin", "SLURM_JOB_ID": "17", "TMPDIR": str(self.shared), **self.variables},
            user=VICTIM,
            group=VICTIM,
            extra_groups=[],
            umask=0o077,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def own(self, done: subprocess.CompletedProcess[str]) -> Path:
        """Return the directory that a run had for itself; it is gone."""
        assert done.returncode == 0, done.stderr
        line = next(line for line in done.stdout.splitlines() if line.startswith("own "))
        path, _, mode = line.removeprefix("own ").rpartition(" ")
        assert mode == "0o700"
        assert not Path(path).exists()
        return Path(path)

    def make(self, name: str, uid: int, mode: int) -> Path:
        """Make a directory of somebody's in the shared one."""
        path = self.shared / name
        path.mkdir()
        os.chown(path, uid, uid)
        path.chmod(mode)
        return path


@pytest.fixture
def node() -> Iterator[Node]:
    """Return what a node has, below a directory that all can enter; a test may take /tmp away."""
    place = Path(tempfile.mkdtemp(prefix="node-", dir="/var/tmp"))
    place.chmod(0o755)
    node = Node(place / "home", place / "tmp")
    for folder, uid, mode in ((node.home, VICTIM, 0o700), (node.shared, 0, 0o1777)):
        folder.mkdir()
        os.chown(folder, uid, uid)
        folder.chmod(mode)
    (node.home / ARCHIVE).write_bytes(worker_archive())
    (node.home / "told.py").write_text(MODULE)
    for name in (ARCHIVE, "told.py"):
        os.chown(node.home / name, VICTIM, VICTIM)
    yield node
    shutil.rmtree(place)


def test_options_of_unset_variables_are_left_out_and_said(node: Node) -> None:
    done = node.run(
        "-m", "told", "--name", "a", "--resources", "", "--preload=", "--nanny", "--interface", ""
    )
    assert "arguments ['--name', 'a', '--nanny']" in done.stdout
    for option in ("--resources", "--preload", "--interface"):
        assert f"{option} is not used: a variable in it is not set in this job." in done.stderr


def test_a_job_has_a_directory_of_its_own_and_its_arguments(node: Node) -> None:
    done = node.run("-m", "told", "--name", "a b", "--nthreads", "1")
    assert node.own(done).parent == node.shared
    assert node.own(done).name.startswith("dask-job-17-")
    assert "arguments ['--name', 'a b', '--nthreads', '1']" in done.stdout
    assert "multiprocessing [1]" in done.stdout
    assert f"temporary {node.own(done)}" in done.stdout
    assert done.stderr == ""


def test_a_temporary_directory_that_is_the_users_alone_stays(node: Node) -> None:
    private = node.make("job17", VICTIM, 0o700)
    node.variables["TMPDIR"] = str(private)
    done = node.run("-m", "told")
    assert f"temporary {private}\n" in done.stdout
    assert node.own(done).parent == private


@pytest.mark.parametrize(
    ("uid", "mode", "said"),
    [
        (VICTIM, 0o777, "can be written by others (its mode is 0777)"),
        (VICTIM, 0o2770, "can be written by others (its mode is 2770)"),
        (NOBODY, 0o755, f"belongs to another user (uid {NOBODY})"),
        (0, 0o755, "Permission denied"),
    ],
)
def test_a_local_directory_that_others_can_take_over_is_not_used(
    node: Node, uid: int, mode: int, said: str
) -> None:
    place = node.make("scratch", uid, mode)
    node.variables["JDS_PLACE"] = str(place)
    done = node.run("-m", "told")
    assert node.own(done).parent == node.shared
    assert f"{place} is not used for temporary files: " in done.stderr
    assert said in done.stderr


def test_nor_one_below_it_nor_by_a_link_of_somebody_elses(node: Node) -> None:
    node.make("scratch", VICTIM, 0o777).joinpath("mine").mkdir()
    os.chown(node.shared / "scratch" / "mine", VICTIM, VICTIM)
    link = node.shared / "link"
    link.symlink_to(node.home)
    os.chown(link, NOBODY, NOBODY, follow_symlinks=False)
    for place in (node.shared / "scratch" / "mine", link):
        node.variables["JDS_PLACE"] = str(place)
        done = node.run("-m", "told")
        assert node.own(done).parent == node.shared
        assert f"{place} is not used for temporary files: " in done.stderr


def test_a_local_directory_is_made_where_it_is_missing(node: Node) -> None:
    place = node.home / "my scratch" / "dask"
    node.variables["JDS_PLACE"] = str(place)
    done = node.run("-m", "told")
    assert (node.own(done).parent, done.stderr) == (place, "")
    assert place.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("argument", [["--local-directory", "{}"], ["--local-directory={}"]])
def test_an_argument_of_the_worker_names_it_too(node: Node, argument: list[str]) -> None:
    words = [word.format(node.home) for word in argument]
    done = node.run("-m", "told", *words, "--nthreads", "1")
    assert node.own(done).parent == node.home
    assert "arguments ['--nthreads', '1']" in done.stdout


def test_an_unset_variable_is_said(node: Node) -> None:
    node.variables["JDS_PLACE"] = ""
    done = node.run("-m", "told")
    assert node.own(done).parent == node.shared
    assert done.stderr == (
        "jupyter-dask-slurm: local_directory is not used: a variable in it is not set in this job.\n"
    )


def test_nothing_starts_where_no_directory_can_be_made(node: Node) -> None:
    """The disk is full, which a file system without a free inode is, and everything else is missing."""
    mounts = [f"mount -t tmpfs -o nr_inodes=1,mode=1777 full {place}" for place in (node.shared, "/tmp")]
    python = f"setpriv --reuid={VICTIM} --regid={VICTIM} --clear-groups {PYTHON} {node.home / ARCHIVE}"
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", f"{' && '.join(mounts)} && exec {python} -m told"],
        cwd=node.home,
        env={
            "PATH": "/usr/bin:/bin:/usr/sbin:/sbin",
            "TMPDIR": str(node.shared),
            "JDS_PLACE": str(node.shared),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{node.shared} is not used for temporary files: No space left on device." in done.stderr
    last = done.stderr.splitlines()[-1]
    assert last.startswith(
        "jupyter-dask-slurm: The workers were not started. No directory of its own could be made"
    )
    assert last.endswith("No space left on device.")


def test_what_others_have_given_the_name_of_what_was_left_is_not_cleared(node: Node) -> None:
    theirs = node.make("kept", VICTIM, 0o700)
    (theirs / "thesis").write_text("")
    node.shared.chmod(0o777)
    left = node.shared / "dask-job-17-left"
    subprocess.run(["mv", theirs, left], user=NOBODY, group=NOBODY, extra_groups=[], check=True)
    assert node.run("--clear").returncode == 0
    assert (left / "thesis").exists()
    # Where nobody can do that, it is what it says.
    node.shared.chmod(0o1777)
    assert node.run("--clear").returncode == 0
    assert not left.exists()


def test_what_was_left_is_cleared_and_nothing_else(node: Node) -> None:
    mine = [node.make(name, VICTIM, 0o700) for name in ("dask-job-17-a", "dask-job-17-b")]
    (mine[0] / "spilled").write_text("")
    others = [
        node.make("dask-job-17-c", NOBODY, 0o777), node.make("dask-job-17-d", VICTIM, 0o755),
        node.make("dask-job-171-e", VICTIM, 0o700), node.make("notes", VICTIM, 0o700),
    ]  # fmt: skip
    link = node.shared / "dask-job-17-f"
    link.symlink_to(node.home)
    os.chown(link, VICTIM, VICTIM, follow_symlinks=False)
    done = node.run("--clear")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not any(path.exists() for path in mine)
    assert all(path.exists() for path in (*others, link, node.home / "told.py"))


def test_two_clusters_in_one_job_clear_up_their_own(node: Node) -> None:
    node.variables |= {"JDS_OF": "ocean-3f9c", "JDS_NODE": "1"}
    assert node.own(node.run("-m", "told")).name.startswith("dask-job-17-ocean-3f9c-1-")
    mine, theirs = (
        node.make(f"dask-job-17-{name}-1-left", VICTIM, 0o700) for name in ("ocean-3f9c", "river-1a2b")
    )
    assert node.run("--clear").returncode == 0
    assert (mine.exists(), theirs.exists()) == (False, True)


def test_parts_of_pythonpath_come_from_where_they_say(node: Node) -> None:
    library, open_to_all = node.home / "library", node.make("open", VICTIM, 0o777)
    library.mkdir(mode=0o755)
    node.variables["JDS_PYTHONPATH"] = f":{library}:{open_to_all}:{node.shared / 'missing'}:.:relative"
    (node.home / "relative").mkdir()
    for folder in (node.home / "relative", node.home, open_to_all):
        (folder / "encodings.py").write_text("raise SystemExit('not this one')")
        (folder / "site.py").write_text("raise SystemExit('not this one')")
    done = node.run("-m", "told")
    assert node.own(done)
    path = next(line for line in done.stdout.splitlines() if line.startswith("path "))
    assert str(library) in path
    assert path.endswith(f"'{node.home}']")
    assert str(node.shared) not in path
    assert f"Nothing is imported from {open_to_all}, which stands in PYTHONPATH: " in done.stderr
    assert f"{node.shared / 'missing'} is missing, and anybody can make it" in done.stderr


@pytest.mark.parametrize("mode", [0o770, 0o707])
def test_a_folder_that_others_can_write_is_not_imported_from(node: Node, mode: int) -> None:
    folder = node.make("project", VICTIM, 0o700)
    (folder / "told.py").write_text("print('theirs')")
    os.chown(folder, VICTIM, 0)
    folder.chmod(mode)
    done = node.run("-m", "told", folder=folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"Modules beside the notebook, in {folder}, cannot be imported: " in done.stderr
    assert "No module named told" in done.stderr


def test_compiled_modules_that_others_can_write_are_not_used(node: Node) -> None:
    (node.home / "__pycache__").mkdir()
    os.chown(node.home / "__pycache__", VICTIM, VICTIM)
    (node.home / "__pycache__").chmod(0o777)
    done = node.run("-m", "told")
    assert "__pycache__ can be written by others" in done.stderr


def test_where_root_has_another_number_as_in_a_container_its_directories_will_do(node: Node) -> None:
    # Right below a sticky directory, as nothing else can be told apart from what belongs to others.
    home = Path(tempfile.mkdtemp(prefix="home-", dir="/var/tmp"))
    try:
        for name in (ARCHIVE, "told.py"):
            shutil.copy(node.home / name, home)
            os.chown(home / name, VICTIM, VICTIM)
        os.chown(home, VICTIM, VICTIM)
        done = subprocess.run(
            ["setpriv", f"--reuid={VICTIM}", f"--regid={VICTIM}", "--clear-groups",
             "unshare", "--user", "--map-current-user", PYTHON, str(home / ARCHIVE), "-m", "told"],
            cwd=home, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert (node.own(done).parent, done.stderr) == (Path("/tmp"), "")
    finally:
        shutil.rmtree(home)
