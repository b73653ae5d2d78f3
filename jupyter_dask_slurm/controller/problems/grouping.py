"""One problem for all jobs that have it for one cause, and none longer than an event may be. Pure.

Every kind of problem that jobs can have goes through here: `by_cause` puts the jobs together, the kind makes
a sentence that is right for one and for many (`protocol.naming`), `about` says which they are.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from ...protocol.models import Problem
from ...protocol.naming import MOST_NAMED

MOST_CAUSES = 3
"""So many causes of one kind of problem are told by themselves, the most frequent; the others together."""

MOST_DETAILS = 1800
"""So many characters of what others said are told, in all problems together: each event carries them."""

LEAST_DETAILS = 300
"""So many of them each problem may have, though others have used them up."""

MOST_WORDS = 1000
"""So many characters a message or an advice may have."""

_LEFT_OUT = "\n… ({} characters are left out) …\n"

_Fact = TypeVar("_Fact")
_Cause = TypeVar("_Cause", bound=Hashable)


@dataclass(frozen=True)
class Group(Generic[_Fact, _Cause]):
    """Facts that have the same cause.

    Parameters
    ----------
    cause : object or None
        None where the causes are too many to be told: these are the rest, of `causes` causes.
    """

    cause: _Cause | None
    facts: tuple[_Fact, ...]
    causes: int = 1


def by_cause(facts: Iterable[_Fact], cause: Callable[[_Fact], _Cause]) -> list[Group[_Fact, _Cause]]:
    """Return the facts by cause, the most frequent first: `MOST_CAUSES`, and one group for all others."""
    found: dict[_Cause, list[_Fact]] = {}
    for fact in facts:
        found.setdefault(cause(fact), []).append(fact)
    groups = [Group(key, tuple(members)) for key, members in found.items()]
    groups.sort(key=lambda group: -len(group.facts))
    told = MOST_CAUSES + 1 if len(groups) == MOST_CAUSES + 1 else MOST_CAUSES
    rest = groups[told:]
    if rest:
        others = tuple(fact for group in rest for fact in group.facts)
        return [*groups[:told], Group(None, others, len(rest))]
    return groups


def about(job_ids: Sequence[str], problem: Problem) -> Problem:
    """Return the problem with the jobs that have it: their number, and the first of them."""
    return dataclasses.replace(
        problem,
        job_id=job_ids[0] if problem.job_id is None else problem.job_id,
        job_ids=tuple(job_ids[:MOST_NAMED]),
        jobs=len(job_ids),
    )


def quoted(words: Iterable[tuple[str, str | None]]) -> str | None:
    """Return what jobs said: the words where all said the same, else those of the first few with their jobs.

    Parameters
    ----------
    words : iterable of (job id, words)
    """
    said: dict[str, str] = {}
    for job_id, text in words:
        if text:
            said.setdefault(text, job_id)
    if len(said) <= 1:
        return next(iter(said), None)
    return "\n\n".join(f"Job {job_id}:\n{text}" for text, job_id in list(said.items())[:MOST_NAMED])


def bounded(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Yield the problems with no more words than an event may carry; the first get most of the room."""
    room = MOST_DETAILS
    for problem in problems:
        details = problem.details
        if details is not None:
            details = shortened(details, max(room, LEAST_DETAILS))
            room -= len(details)
        yield dataclasses.replace(
            problem,
            message=shortened(problem.message, MOST_WORDS),
            advice=shortened(problem.advice, MOST_WORDS),
            details=details,
        )


def shortened(text: str, most: int) -> str:
    """Return a text of at most `most` characters: where it is longer, its beginning and its end."""
    if len(text) <= most:
        return text
    kept = most - len(_LEFT_OUT) - len(str(len(text)))
    end = kept // 3
    return text[: kept - end] + _LEFT_OUT.format(len(text) - kept) + text[-end:]
