"""Where a value of a configuration stands, and how it is spelt there. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Place:
    """Where a value stands.

    Attributes
    ----------
    origin : str
        A file, or a variable of the environment.
    line : int, optional
        Of the file, counted from 1.
    text : str, optional
        The value as it is spelt there, without quotation marks; YAML makes numbers of some texts.
    """

    origin: str
    line: int | None = None
    text: str | None = None

    def __str__(self) -> str:
        return self.origin if self.line is None else f"{self.origin}, line {self.line}"


@dataclass(frozen=True)
class Source:
    """A mapping of options, for sentences about it.

    Attributes
    ----------
    name : str
        What it is called, such as ``jobqueue.slurm``; empty where file and line say enough.
    places : mapping
        Those of its keys, by their names with underscores; of what is inside with dots between.
    whole : Place, optional
        Where the mapping itself stands.
    of_dask : bool
        Whether it was written for dask-jobqueue: what means another thing here is then said.
    """

    name: str = ""
    places: Mapping[str, Place] = field(default_factory=dict)
    whole: Place | None = None
    of_dask: bool = False

    @classmethod
    def below(cls, name: str, places: Mapping[str, Place]) -> Source:
        """Return the source of a mapping in a whole configuration, given all places of that."""
        above = underscored(name) + "."
        inside = {path.removeprefix(above): place for path, place in places.items() if path.startswith(above)}
        return cls(name, inside, places.get(underscored(name)), of_dask=True)

    def text(self, key: str) -> str | None:
        """Return how a value is spelt, None where that is not known."""
        place = self.places.get(underscored(key))
        return place.text if place else None

    def stands(self, keys: Iterable[str]) -> str | None:
        """Return where the first of these keys stands that there is, in words; None where none is known."""
        for key in keys:
            place = self.places.get(underscored(key))
            if place:
                return f"{place}: {self.name}.{key}"
        return None

    def as_spelt(self, key: str, value: Any, say: Callable[[str], object]) -> Any:
        """Return what is in a list or a table with each number, and the like, as the text that it is there.

        Where how it is spelt is not known it stays what YAML made of it. `say` is told what it would be else.
        """
        if isinstance(value, Mapping):
            return {name: self.as_spelt(f"{key}.{name}", part, say) for name, part in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.as_spelt(f"{key}.{index}", part, say) for index, part in enumerate(value)]
        spelt = None if value is None or isinstance(value, (bool, str)) else self.text(key)
        if spelt is None:
            return value
        if spelt != str(value):
            say(f"has {spelt}, which is taken as it stands there; YAML reads {value}.")
        return spelt

    def says(self, key: str, sentence: str) -> str:
        """Return a sentence about a key, with the file and the line where that stands."""
        place = self.places.get(underscored(key), self.whole)
        named = f"{self.name}.{key}" if self.name else key
        return f"{f'{place}: ' if place else ''}{named} {sentence}"


def underscored(key: object) -> str:
    """Return a key as all spellings of it are known here; Dask's configuration takes both."""
    return str(key).replace("-", "_")


def places_of(told: object) -> dict[str, Place]:
    """Return places as `controller.options.dask_config` tells them: ``[path, origin, line, text]`` each."""
    listed: Any = told if isinstance(told, list) else []
    return {underscored(path): Place(origin, line, text) for path, origin, line, text in listed}
