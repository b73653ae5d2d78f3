"""How fast Chromium draws: an event into a card, 5,000 jobs that scroll, and a field's refusal.

An event's time is taken where the browser hands over the websocket's message, a pixel's where the next
frame begins after the card has changed. The jobs are real ones that wait in a private Slurm. A refusal's
time is from the key that makes a field malformed, as the page hears it, to the words below the field;
the question to Jupyter lies in between.
"""

from __future__ import annotations

import json
import sys
from statistics import median, quantiles
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks.create import API, create, stop
from benchmarks.environments import Jupyter, jupyter
from benchmarks.panel import ARGUMENTS, CHROMIUM

JOBS = 5000
EVENTS = 15
KEYS = 15
FRAMES = 240

# Notes when a message about a cluster arrives, before anybody else learns of it.
WATCH_EVENTS = """
const Socket = window.WebSocket;
window.WebSocket = class extends Socket {
  constructor(...args) {
    super(...args);
    this.addEventListener('message', ({ data }) => {
      if (typeof data === 'string' && data.includes('jupyter_dask_slurm')) {
        window.eventAt = performance.now();
      }
    });
  }
};
"""

# Resolves to the milliseconds from the last event to the frame after the card has changed.
EVENT_TO_PIXEL = """() => new Promise(resolve => {
  const card = document.querySelector('.jp-DaskSlurmCard');
  window.eventAt = undefined;
  const observer = new MutationObserver(() => {
    if (window.eventAt !== undefined) {
      observer.disconnect();
      requestAnimationFrame(() => resolve(performance.now() - window.eventAt));
    }
  });
  observer.observe(card, { subtree: true, childList: true, characterData: true, attributes: true });
})"""

# Scrolls down by some rows in each frame; resolves to the milliseconds between frames.
SCROLL = """frames => new Promise(resolve => {
  const table = document.querySelector('.jp-DaskSlurmTable');
  const times = [];
  const step = now => {
    times.push(now);
    table.scrollTop += 90;
    if (times.length <= frames) {
      requestAnimationFrame(step);
    } else {
      resolve(times.slice(1).map((time, index) => time - times[index]));
    }
  };
  requestAnimationFrame(step);
})"""

# Resolves to the milliseconds from the next key in the field to the words of its refusal.
KEY_TO_WORDS = """field => new Promise(resolve => {
  let pressed;
  field.addEventListener('keydown', () => (pressed = performance.now()), { once: true });
  const observer = new MutationObserver(() => {
    if (pressed !== undefined && document.querySelector('.jp-DaskSlurmField-error')) {
      observer.disconnect();
      resolve(performance.now() - pressed);
    }
  });
  observer.observe(document.body, { subtree: true, childList: true, characterData: true });
})"""


def open_panel(page: Page, server: Jupyter) -> None:
    """Open JupyterLab with our panel in front."""
    page.add_init_script(WATCH_EVENTS)
    page.goto(f"{server.url}lab?token={server.token}&reset")
    page.wait_for_selector("#jupyterlab-splash", state="detached")
    tab = page.get_by_role("tab", name="Dask on Slurm")
    if tab.get_attribute("aria-selected") != "true":
        tab.click()


def event_to_pixel_ms(page: Page, server: Jupyter, cluster: dict[str, Any]) -> list[float]:
    """Rename the cluster again and again; return how long each event took to be drawn."""
    page.locator(".jp-DaskSlurmCard").first.wait_for(timeout=60_000)
    times = []
    for number in range(EVENTS):
        page.evaluate(f"window.drawn = ({EVENT_TO_PIXEL})(); undefined")
        server.request("PATCH", f"{API}/{cluster['id']}", {"name": f"drawn-{number}"})
        times.append(page.evaluate("window.drawn"))
    return times


def frames_ms(page: Page) -> list[float]:
    """Open the jobs and scroll through them; return the time of each frame."""
    page.get_by_role("button", name="Jobs", exact=True).first.click()
    page.get_by_text(f"All {JOBS}").wait_for(timeout=120_000)
    page.locator(".jp-DaskSlurmTable-rows .jp-DaskSlurmTable-row").first.wait_for()
    times: list[float] = page.evaluate(SCROLL, FRAMES)
    return times


def key_to_words_ms(page: Page) -> list[float]:
    """Make a field of the form malformed again and again; return how long its refusal took to be shown."""
    page.get_by_role("button", name="New cluster", exact=True).click()
    memory = page.get_by_label("Memory per job", exact=True)
    refusals = page.locator(".jp-DaskSlurmField-error")
    times = []
    for _ in range(KEYS):
        memory.fill("4 GB")
        page.get_by_role("button", name="Copy job script").and_(page.locator(":enabled")).wait_for()
        memory.evaluate(f"field => {{ window.refused = ({KEY_TO_WORDS})(field); }}")
        memory.press("x")
        times.append(page.evaluate("window.refused"))
        memory.fill("4 GB")
        refusals.wait_for(state="detached")
    return times


def measure() -> dict[str, Any]:
    """Return medians and the slow ends, in milliseconds."""
    with sync_playwright() as playwright, jupyter(sys.executable) as server:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        open_panel(page, server)
        refusals = key_to_words_ms(page)
        cluster = create(server, jobs=0, cores=16)[2]
        drawn = event_to_pixel_ms(page, server, cluster)
        server.request("PATCH", f"{API}/{cluster['id']}", {"scaling": {"mode": "manual", "jobs": JOBS}})
        frames = frames_ms(page)
        browser.close()
        stop(server, cluster)
    return {
        "event_to_pixel_ms": {"median": round(median(drawn), 1), "max": round(max(drawn), 1)},
        "key_to_words_ms": {"median": round(median(refusals), 1), "max": round(max(refusals), 1)},
        "scroll_frame_ms": {
            "median": round(median(frames), 1),
            "p95": round(quantiles(frames, n=20)[-1], 1),
            "max": round(max(frames), 1),
        },
    }


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
