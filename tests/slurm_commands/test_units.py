from __future__ import annotations

import pytest

from jupyter_dask_slurm.slurm import units


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30", 1800),
        ("30:15", 1815),
        ("1:30:15", 5415),
        ("2-0", 172800),
        ("2-03", 183600),
        ("2-03:04", 183840),
        ("2-03:04:05", 183845),
        (" 00:10:00 ", 600),
        ("0", 0),
        ("UNLIMITED", None),
        ("infinite", None),
    ],
)
def test_reads_every_form_of_walltime(text: str, seconds: int | None) -> None:
    assert units.parse_walltime(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "abc", "1:2:3:4", "-1", "1h", "1.5", "1-", "1-2:3:4:5", "10\n#SBATCH", "٣"]
)
def test_refuses_other_walltimes(text: str) -> None:
    with pytest.raises(ValueError, match="is no walltime"):
        units.parse_walltime(text)


@pytest.mark.parametrize(
    ("seconds", "text"), [(600, "00:10:00"), (183845, "2-03:04:05"), (None, "UNLIMITED")]
)
def test_writes_walltimes_that_it_reads_back(seconds: int | None, text: str) -> None:
    assert units.format_walltime(seconds) == text
    assert units.parse_walltime(text) == seconds


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("4G", 4 * 1024**3),
        ("62.50G", 64000 * 1024**2),
        ("500", 500 * 1024**2),
        ("0", 0),
        ("1.5T", 1536 * 1024**3),
    ],
)
def test_reads_memory_as_slurm_writes_it(text: str, size: int) -> None:
    assert units.parse_slurm_memory(text) == size


@pytest.mark.parametrize("text", ["", "lots", "4GB", "4 parsecs", "-4G", "4Gc"])
def test_refuses_other_slurm_memory(text: str) -> None:
    with pytest.raises(ValueError, match="is no size"):
        units.parse_slurm_memory(text)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("1795217757", "2026-11-20T23:35:57Z"),
        ("0", None),
        ("N/A", None),
        ("Unknown", None),
        ("None", None),
        ("", None),
    ],
)
def test_reads_times(text: str, iso: str | None) -> None:
    assert units.parse_time(text) == iso
