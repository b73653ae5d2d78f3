"""The words of the command line."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import Any, NoReturn, get_args

from ..protocol.models import SnippetKind
from ..system.installed_version import installed_version

_UNITS = ("jobs", "workers", "cores", "memory")


def parse_words(words: Sequence[str]) -> argparse.Namespace:
    """Return what a command line says; exits with 2 where it cannot be understood.

    Of ``run`` all that follows ``--`` is the script's own, and so are words that are no options.
    """
    words, rest = list(words), []
    if words[:1] == ["run"] and "--" in words:
        words, rest = words[: words.index("--")], words[words.index("--") + 1 :]
    parser = make_parser(words)
    arguments, more = parser.parse_known_args(words)
    strange = more if arguments.command != "run" else [word for word in more if word.startswith("-")]
    if strange:
        hint = " (what the script shall have comes after --)" if arguments.command == "run" else ""
        parser.error(f"unrecognized arguments: {' '.join(strange)}{hint}")
    arguments.script_arguments = [*more, *rest]
    return arguments


def make_parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """Return the parser; the options of a cluster are only loaded where `words` ask for them."""
    parser = argparse.ArgumentParser(
        prog="jupyter dask-slurm", description="Dask clusters on Slurm. No Jupyter server is needed."
    )
    parser.add_argument(
        "--version", action=_Version, nargs=0, default=argparse.SUPPRESS, help="say which version this is"
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    _add(commands, "list", "list all clusters")
    _create(_add(commands, "create", "start a cluster"), with_options="create" in words)
    _run(_add(commands, "run", "run a script on a cluster of its own"), with_options="run" in words)
    _scale(_add(commands, "scale", "give a cluster a fixed size"))
    adapt = _named(_add(commands, "adapt", "let a cluster grow and shrink with its work"))
    adapt.add_argument("minimum", type=int, help="jobs at least")
    adapt.add_argument("maximum", type=int, help="jobs at most")
    stop = _named(_add(commands, "stop", "stop a cluster, or forget one that has ended"), several=True)
    stop.add_argument("--no-wait", action="store_true", help="do not wait until its jobs are gone")
    _named(_add(commands, "jobs", "list the jobs of a cluster"))
    _logs(_named(_add(commands, "logs", "show the end of a log")))
    snippet = _named(_add(commands, "snippet", "print a cluster as code"))
    snippet.add_argument("kind", choices=get_args(SnippetKind), nargs="?", default="connect")
    doctor = _add(commands, "doctor", "say what was found here, and what was left behind")
    doctor.add_argument(
        "--check-interfaces",
        action="store_true",
        help="submit a small job to each partition that tries to reach this host",
    )
    doctor.add_argument("--cancel", action="store_true", help="cancel jobs of clusters that are not known")
    return parser


class _Version(argparse.Action):
    """Looks the version up only where it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_rest: Any) -> NoReturn:
        print(f"jupyter-dask-slurm {installed_version()}")
        parser.exit()


def _add(commands: Any, name: str, explanation: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=explanation, description=explanation)
    parser.add_argument("--json", action="store_true", help="print JSON, as the REST interface has it")
    return parser


def _named(parser: argparse.ArgumentParser, *, several: bool = False) -> argparse.ArgumentParser:
    parser.add_argument(
        "cluster", nargs="+" if several else None, help="name or id of a cluster, as in the list"
    )
    return parser


def _scale(parser: argparse.ArgumentParser) -> None:
    _named(parser)
    size = parser.add_mutually_exclusive_group(required=True)
    size.add_argument("jobs", type=int, nargs="?", help="number of jobs")
    for unit in _UNITS[1:]:
        size.add_argument(f"--{unit}", type=str if unit == "memory" else int, help=f"size by its {unit}")


def _logs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("job", nargs="?", help="a job's id; without it: the scheduler's log")
    parser.add_argument("--stdout", action="store_true", help="the job's stdout in place of its stderr")
    parser.add_argument("-n", "--lines", type=int, default=200, help="how many lines (default: 200)")


def _run(parser: argparse.ArgumentParser, *, with_options: bool) -> None:
    parser.usage = "%(prog)s [options] SCRIPT [ARG …] [-- ARG …]"
    parser.add_argument(
        "script", metavar="SCRIPT", help="a Python file; its Client() without arguments is of the cluster"
    )
    _named_and_where(parser)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--jobs", type=_one_or_more, help="jobs of its cluster (default: 1), each by itself")
    size.add_argument(
        "--nodes", type=_one_or_more, help="nodes of its one allocation, with all workers at once"
    )
    if with_options:
        _cluster_options(parser.add_argument_group("options of a job"))


def _one_or_more(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"one or more, not {number}")
    return number


def _named_and_where(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", help="its name (default: dask-<n>)")
    parser.add_argument("--profile", help="options under a name, which the others here change")
    parser.add_argument("--backend", choices=("slurm", "local"), help="where its jobs run")


def _create(parser: argparse.ArgumentParser, *, with_options: bool) -> None:
    _named_and_where(parser)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--jobs", type=int, help="number of jobs (default: 1)")
    size.add_argument("--adapt", type=int, nargs=2, metavar=("MINIMUM", "MAXIMUM"), help="jobs as needed")
    parser.add_argument("--no-wait", action="store_true", help="do not wait until its scheduler is up")
    if with_options:
        _cluster_options(parser.add_argument_group("options of a job"))


def _cluster_options(group: Any) -> None:
    """Add a flag for each option of the schema that the form is made from."""
    from ..options.schema import options_schema

    for name, about in options_schema()["properties"].items():
        flag, text = f"--{name.replace('_', '-')}", about["description"].replace("%", "%%")
        common = {"dest": f"option_{name}", "help": text}
        kind = about.get("type", "object")
        if kind == "boolean":
            group.add_argument(flag, action=argparse.BooleanOptionalAction, **common)
        elif kind == "array":
            group.add_argument(flag, action="append", metavar="TEXT", **common)
        elif kind == "object":
            group.add_argument(flag, type=json.loads, metavar="JSON", **common)
        elif "enum" in about:
            group.add_argument(flag, choices=about["enum"], **common)
        else:
            group.add_argument(flag, type=int if kind == "integer" else str, metavar=kind.upper(), **common)


def scaling_of(arguments: argparse.Namespace) -> dict[str, Any] | None:
    """Return the size that was asked for, as the body of a request has it; None where nothing was said."""
    if arguments.command == "adapt":
        return _adaptive(arguments.minimum, arguments.maximum)
    if getattr(arguments, "adapt", None) is not None:
        return _adaptive(*arguments.adapt)
    given = {unit: getattr(arguments, unit, None) for unit in _UNITS}
    size = {unit: value for unit, value in given.items() if value is not None}
    return {"mode": "manual", **size} if size else None


def _adaptive(minimum: int, maximum: int) -> dict[str, Any]:
    return {"mode": "adaptive", "minimum_jobs": minimum, "maximum_jobs": maximum}


def options_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the options of a cluster that were given."""
    return {
        name.removeprefix("option_"): value
        for name, value in vars(arguments).items()
        if name.startswith("option_") and value is not None
    }
