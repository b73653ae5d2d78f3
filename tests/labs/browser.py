"""A browser at a Jupyter of any age, with what any page can do: galata needs a JupyterLab of its own."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import requests

from tests.labs.wheel import PROJECT


def tell_the_plain_story(
    url: str, session: requests.Session, folder: Path, story: str = "plain.spec.ts"
) -> None:
    """Run it at `url`, without a slash at its end, as who has logged in by `session`."""
    kept = [
        {"name": cookie.name, "value": cookie.value, "domain": "127.0.0.1", "path": cookie.path,
         "expires": -1, "httpOnly": False, "secure": False, "sameSite": "Lax"}
        for cookie in session.cookies
    ]  # fmt: skip
    cookies = folder / "cookies.json"
    cookies.write_text(json.dumps({"cookies": kept, "origins": []}))
    done = subprocess.run(
        ["node_modules/.bin/playwright", "test", story, "--project=plain", f"--output={folder / 'browser'}"],
        cwd=PROJECT / "ui-tests",
        env={**os.environ, "JUPYTER_URL": url, "JUPYTER_LOGIN": str(cookies)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
