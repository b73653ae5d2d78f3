"""A server extension for tests: tells which modules the server has loaded; takes part in `quick_starts`."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado import web

from tests.controller.quick_worker import PLACE


class ModulesHandler(APIHandler):
    @web.authenticated
    def get(self) -> None:
        self.finish(json.dumps(sorted(sys.modules)))


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "tests.jupyter.inside"}]


def _load_jupyter_server_extension(app: Any) -> None:
    if PLACE in os.environ:
        from tests.jupyter.quick_starts import install

        install()
    path = url_path_join(app.web_app.settings["base_url"], "inside/modules")
    app.web_app.add_handlers(".*$", [(path, ModulesHandler)])
