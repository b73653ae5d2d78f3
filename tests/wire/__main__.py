"""Writes what is made of the models, or with --check says what is not as it would be written."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Callable
from pathlib import Path

from tests.catalogue.pot import catalogue_pot, english_json
from tests.wire.hints_page import hints_page
from tests.wire.openapi import openapi_yaml
from tests.wire.problems_page import problems_page
from tests.wire.typescript import contract_ts, start_ts

_PROJECT = Path(__file__).parents[2]
_WRITTEN: dict[str, Callable[[], str]] = {
    "docs/hints.md": hints_page,
    "docs/problems.md": problems_page,
    "locale/jupyter_dask_slurm.pot": catalogue_pot,
    "jupyter_dask_slurm/openapi.yaml": openapi_yaml,
    "jupyter_dask_slurm/translation/english.json": english_json,
    "src/api/atStart.ts": start_ts,
    "src/api/contract.ts": contract_ts,
}


def main(arguments: list[str]) -> int:
    """Return the exit code: 1 where a file is not as it would be written and none is to be."""
    parser = argparse.ArgumentParser(prog="scripts/contract", description=__doc__)
    parser.add_argument("--check", action="store_true")
    check: bool = parser.parse_args(arguments).check
    differing = [name for name, make in _WRITTEN.items() if not _is_as(_PROJECT / name, make(), check=check)]
    if differing:
        sys.stderr.write("These are not what the models say; run scripts/contract and commit the result.\n")
    return 1 if differing else 0


def _is_as(path: Path, text: str, *, check: bool) -> bool:
    """Write the text; or only look, show what differs, and return whether nothing does."""
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    if not check:
        path.write_text(text, encoding="utf-8")
        return True
    name = str(path.relative_to(_PROJECT))
    lines = difflib.unified_diff(
        before.splitlines(), text.splitlines(), name, "as the models say", n=1, lineterm=""
    )
    sys.stderr.writelines(f"{line}\n" for line in lines)
    return before == text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
