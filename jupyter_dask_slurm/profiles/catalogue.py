"""All profiles of this user: their own, the site's, and those of Dask's configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..protocol.errors import NotAllowed, ProfileNotFound, Unprocessable
from ..system.beside_loop import in_thread
from .kernel import KernelProfiles
from .merging import Merged, merge
from .profile import Profile
from .site import SiteProfiles
from .user import UserProfiles

if TYPE_CHECKING:
    from ..options.requests import ClusterRequest


class Profiles:
    """Finds profiles by name, and changes the user's own.

    Of several with one name, the user's own counts, then the site's.

    Parameters
    ----------
    user, site, dask
        Where they come from.
    """

    def __init__(self, user: UserProfiles, site: SiteProfiles, dask: KernelProfiles) -> None:
        self._user = user
        self._site = site
        self._dask = dask

    async def all(self) -> list[Profile]:
        """Return the site's, then those of Dask's configuration, then the user's own; each name once."""
        own = await self._own()
        taken = {profile.name for profile in own}
        listed = []
        for profile in [*await self._sites(), *await self._dask.all()]:
            if profile.name not in taken:
                taken.add(profile.name)
                listed.append(profile)
        return [*listed, *own]

    async def get(self, name: str) -> Profile:
        """Return one; raises `ProfileNotFound`."""
        found = await self._find(name)
        if found is None:
            raise ProfileNotFound(f'There is no profile "{name}".')
        return found

    async def initial(self) -> list[str]:
        """Return the names of those that Dask's configuration wants to be started with Jupyter."""
        return await self._dask.initial()

    async def wanted(self, name: str | None) -> Profile | None:
        """Return the profile that a request names; None where it names none.

        Raises
        ------
        Unprocessable
            If there is no such profile, with those that there are, or if it cannot be used.
        """
        if name is None:
            return None
        found = await self._find(name)
        if found is None:
            there_are = ", ".join(other.name for other in await self.all() if other.error is None) or "none"
            raise Unprocessable(f'There is no profile "{name}". There are: {there_are}.', field="profile")
        if found.error is not None:
            raise Unprocessable(f'The profile "{name}" cannot be used. {found.error}', field="profile")
        return found

    async def _find(self, name: str) -> Profile | None:
        """Look into the files first: what Dask's configuration says takes a process of Dask's."""
        for source in (self._own, self._sites, self._dask.all):
            for profile in await source():
                if profile.name == name:
                    return profile
        return None

    async def merged(self, request: ClusterRequest) -> Merged:
        """Return what a request asks for, filled up from the profile that it names.

        Raises
        ------
        Unprocessable, InvalidRequest
        """
        return merge(request, await self.wanted(request.profile))

    async def put(self, name: str, body: Mapping[str, Any]) -> Profile:
        """Save a profile of the user's own, new or in place of the old one.

        Raises
        ------
        InvalidRequest, NotAllowed, StorageUnavailable
            Nothing was changed.
        """
        from .checking import profile_of_body

        profile = profile_of_body(name, body)
        await self._check_own(name)
        await in_thread(self._user.write, profile)
        return next(saved for saved in await self._own() if saved.name == name)

    async def delete(self, name: str) -> None:
        """Remove a profile of the user's own.

        Raises
        ------
        ProfileNotFound, NotAllowed, StorageUnavailable
        """
        await self.get(name)
        await self._check_own(name)
        await in_thread(self._user.remove, name)

    async def _own(self) -> list[Profile]:
        return await in_thread(self._user.all)

    async def _sites(self) -> list[Profile]:
        return await in_thread(self._site.all)

    async def _check_own(self, name: str) -> None:
        profile = await self._find(name)
        if profile is not None and profile.source != "user":
            where = "the site" if profile.source == "site" else "Dask's configuration"
            raise NotAllowed(
                f'The profile "{name}" is one of {where} and cannot be changed here '
                f"(it stands in {profile.origin}). Save yours under another name.",
                field="name",
            )
