"""Names of clusters: each is had once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

from ...protocol.errors import NameTaken


class Names:
    """Hands out names.

    Parameters
    ----------
    listed : callable
        Returns the names that clusters have now.
    """

    def __init__(self, listed: Callable[[], Collection[str]]) -> None:
        self._listed = listed
        self._reserved: set[str] = set()

    @contextmanager
    def reserve(self, name: str | None, usual: str | None = None) -> Iterator[str]:
        """Hold a name, or the next free one, while its cluster is being made: two requests cannot have it.

        Parameters
        ----------
        usual : str, optional
            Where there is no name, this one, or with a number.

        Raises
        ------
        NameTaken
            If a listed cluster has it, or is about to.
        """
        taken = self._reserved.union(self._listed())
        chosen = name or _free(taken, usual)
        if chosen in taken:
            raise is_taken(chosen)
        self._reserved.add(chosen)
        try:
            yield chosen
        finally:
            self._reserved.discard(chosen)


def is_taken(name: str) -> NameTaken:
    """Return what is said where a name is had already."""
    return NameTaken(f'A cluster with the name "{name}" exists already.', field="name")


def _free(taken: Collection[str], usual: str | None) -> str:
    if usual is not None and usual not in taken:
        return usual
    # A name has 40 characters at most.
    stem, number = (f"{usual[:35]}-", 2) if usual else ("dask-", 1)
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"
