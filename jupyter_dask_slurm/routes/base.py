"""What all routes share: JSON in and out, and the one place where errors become answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import ensure_async
from tornado.web import HTTPError

from ..protocol.errors import DaskSlurmError, ErrorBody, InvalidRequest, NotFound
from ..protocol.keys import KEY_HEADER, check_key
from ..protocol.models import Model
from ..protocol.paging import whole_number
from ..system.beside_loop import in_thread
from ..system.faults import as_known
from ..translation.languages import english_where_it_fails
from ..translation.wording import in_words_of, reworded
from .page import address_of, is_from_page

if TYPE_CHECKING:
    from ..clusters.inspection import Inspection
    from ..clusters.manager import ClusterManager
    from ..services import Services
    from ..site.source import SiteSource
    from ..translation.language import Language

SERVICES_KEY = "dask_slurm_services"
_VERBS = ("DELETE", "GET", "PATCH", "POST", "PUT")
Reword = Callable[[Any, Callable[[str], str]], Any]
"""Makes a value one in other words, by what translates a sentence."""
CLUSTER = r"(?P<cluster_id>[^/]+)"


class DaskSlurmHandler(APIHandler):
    """Base of all routes.

    Verbs stand in the leaf classes: ``@authorized`` keeps the resource of the first class that it runs for.
    """

    auth_resource = "dask-slurm"
    changes = True
    """Whether verbs other than GET change anything."""
    language: Language | None = None
    """Which one this request is answered in; None is English, as everything is made."""

    @property
    def services(self) -> Services:
        """What the routes stand on."""
        return self.settings[SERVICES_KEY]  # type: ignore[no-any-return]

    @property
    def manager(self) -> ClusterManager:
        """The clusters of this user."""
        return self.services.manager

    @property
    def inspection(self) -> Inspection:
        """What belongs to clusters."""
        return self.services.inspection

    @property
    def sites(self) -> SiteSource:
        """What Slurm offers here."""
        return self.services.sites

    async def prepare(self) -> None:  # type: ignore[override]  # as Jupyter's own APIHandler has it
        """Know who asks, then the clusters, before the first answer."""
        await super().prepare()
        if self.request.method == "OPTIONS":
            return  # a browser's question about the request to come; it has no login yet
        await self._check_user()
        self.language = await self.services.languages.asked_for(self.request.headers.get("Accept-Language"))
        await self.services.open()
        # Not from whoever may only look: what is noted stands in others' notebooks.
        if is_from_page(self.request) and await self._may("write"):
            await self.services.page.note(address_of(self.request, self.base_url), self.base_url)
        self.manager.watch_for_orphans()
        warming = self.services.warm_up()
        if self.request.method != "GET":
            await warming
            if self.changes:
                self.services.limits.check_change()

    def set_default_headers(self) -> None:
        """Say also in errors, whose headers begin anew, that the next reader may read it in other words."""
        super().set_default_headers()
        self.add_header("Vary", "Accept-Language")

    async def _check_user(self) -> None:
        """Refuse who is not let in before anything is done, looked at or told, also at addresses of nothing.

        The decorators of the verbs come after `prepare`.
        """
        if not await self._may("read" if self.request.method in ("GET", "HEAD") else "write"):
            raise HTTPError(403)

    async def _may(self, action: str) -> bool:
        user = self.current_user
        return user is not None and await ensure_async(
            self.authorizer.is_authorized(self, user, action, self.auth_resource)
        )

    def body(self, *, optional: bool = False) -> dict[str, Any]:
        """Return the JSON object of the request's body.

        Raises
        ------
        InvalidRequest
            If it is no JSON object, or has another content type.
        """
        if optional and not self.request.body:
            return {}
        kind = self.request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise InvalidRequest("The content type of the body must be application/json.")
        try:
            value = json.loads(self.request.body)
        except (ValueError, RecursionError):  # the latter: thousands of nested lists
            raise InvalidRequest("The body must be JSON.") from None
        if not isinstance(value, dict):
            raise InvalidRequest("The body must be a JSON object.")
        return value

    @property
    def key(self) -> str | None:
        """The ``Idempotency-Key``, by which a repeated request is known; raises `InvalidRequest`."""
        return check_key(self.request.headers.get(KEY_HEADER))

    async def reply(self, value: Any, status: int = 200, reword: Reword = in_words_of) -> None:
        """Send models, or with another `reword` something else, in the language of the request.

        Plain JSON values are sent as they are.
        """
        told = await self.in_language(value, reword)
        self.set_status(status)
        self.finish(_json(told))

    async def in_language(self, value: Any, reword: Reword = in_words_of) -> Any:
        """Return models as this reader reads them; made in a thread, for a history may have many lines.

        What was asked for is done by now, so that no fault keeps its answer back: then it is English.
        """
        told, language = value, self.language
        if language is not None:
            with english_where_it_fails(language):
                told = await in_thread(reword, value, language.translate)
        return self._said_of(value, told)

    def _said_of(self, value: Any, told: Any) -> Any:
        """Name the language of an answer where anything of it is in that."""
        if told is not value and self.language is not None:
            self.set_header("Content-Language", self.language.code.replace("_", "-"))
        return told

    def number(self, name: str, default: int, most: int) -> int:
        """Return a number of the query string.

        Raises
        ------
        InvalidRequest
            If it is no whole number from 0 to `most`.
        """
        return whole_number(name, self.get_query_argument(name, str(default)), most)

    def send_error(self, status_code: int = 500, **kwargs: Any) -> None:
        """Give our errors their own status; tornado would make each a 500."""
        error = _error_of(kwargs)
        super().send_error(error.status if isinstance(error, DaskSlurmError) else status_code, **kwargs)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Send an error in the contract's shape."""
        error = _error_of(kwargs)
        if isinstance(error, DaskSlurmError):
            body = error.body
            told = body
            if self.language is not None:
                with english_where_it_fails(self.language):
                    told = reworded(body, self.language.translate)
            self.finish(self._said_of(body, told).json_text)
            return
        if status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            self.set_header("Allow", ", ".join(verb for verb in _VERBS if verb.lower() in vars(type(self))))
        phrase = HTTPStatus(status_code).phrase
        message = f"{phrase}."
        if isinstance(error, HTTPError) and error.log_message:
            # tornado doubled the percent signs for its own log.
            message = (
                error.log_message.replace("%%", "%") if not error.args else error.log_message % error.args
            )
        self.finish(ErrorBody(message, phrase.replace(" ", ""), None, None).json_text)

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Log what a user did wrong in a line, and only what we did wrong with its traceback."""
        value = as_known(value)
        if isinstance(value, DaskSlurmError) and value.status != 500:
            self.log.info("%s %s: %s", self.request.method, self.request.path, value.message)
        else:
            super().log_exception(typ, value, tb)


class UnknownRoute(DaskSlurmHandler):
    """Answers 404 in the contract's shape below our path."""

    async def prepare(self) -> None:  # type: ignore[override]
        """Refuse every verb, after Jupyter's own checks."""
        await super().prepare()
        raise NotFound("There is nothing at this address.")


def _error_of(info: dict[str, Any]) -> BaseException | None:
    exc_info = info.get("exc_info")
    return as_known(exc_info[1] if exc_info else None)


def _json(value: Any) -> str:
    if isinstance(value, Model):
        return value.json_text
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_json, value))}]"
    return json.dumps(value)
