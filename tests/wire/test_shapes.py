"""What is written of a model, for TypeScript and for the OpenAPI document."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import pytest

from jupyter_dask_slurm.protocol.models import Model, Time
from jupyter_dask_slurm.protocol.models.base import GROWING, UNSENT, Schema
from tests.wire import openapi, typescript
from tests.wire.shapes import kind_of

Mood = Literal[
    "sunny",  # it shines
    "grey",  # it does not
]
Wind = Annotated[Literal["calm", "storm"], GROWING]


@dataclass(frozen=True)
class Weather(Model):
    """How it is outside.

    It does not last.
    """

    seen_at: Time
    mood: Mood
    """How it looks; None is no mood."""
    wind: Wind = "calm"
    degrees: float | None = None
    clouds: tuple[str, ...] = ()
    places: Annotated[dict[str, Any], Schema("Options")] = field(default_factory=dict)
    notes: tuple[str, ...] = field(default=(), metadata=UNSENT)


_TYPESCRIPT = """\
export const mood = word(
  'sunny', // it shines
  'grey' // it does not
);
export type Mood = Infer<typeof mood>;

/** How it is outside. It does not last. */
export const weather = object({
  seen_at: text,
  /** How it looks; null is no mood. */
  mood,
  /** `calm`; `storm`. Words may be added. */
  wind: added(text, 'calm'),
  degrees: nullable(number),
  clouds: added(list(text), []),
  places: added(record(anything), {})
});
export type Weather = Infer<typeof weather>;
"""
_OPENAPI = """\
    Mood:
      description: |
        * `sunny`: it shines
        * `grey`: it does not
      enum: [sunny, grey]
    Weather:
      description: |
        How it is outside.

        It does not last.
      type: object
      required: [seen_at, mood, wind, degrees, clouds, places]
      properties:
        seen_at: {$ref: "#/components/schemas/Time"}
        mood: {$ref: "#/components/schemas/Mood", description: How it looks; null is no mood.}
        wind: {type: string, description: "`calm`; `storm`. Words may be added."}
        degrees: {type: [number, "null"]}
        clouds: {type: array, items: {type: string}}
        places: {$ref: "#/components/schemas/Options"}
"""


def test_a_model_in_typescript() -> None:
    assert typescript.declarations((Weather,)) == _TYPESCRIPT


def test_what_is_read_at_the_start_is_written_once() -> None:
    start, rest = typescript.start_ts(), typescript.contract_ts()
    made = [[name for name in ("cluster", "job") if f"const {name} =" in text] for text in (start, rest)]
    assert made == [["cluster"], ["job"]]
    assert re.search(r"import \{.*\bbackend\b.*\} from './atStart'", rest)


def test_a_model_as_schemas() -> None:
    assert openapi.schemas((Weather,)) == _OPENAPI


@pytest.mark.parametrize("hint", [bytes, set[str], Annotated[str, "a colour"]])
def test_what_no_json_has_is_refused(hint: Any) -> None:
    with pytest.raises(TypeError, match="wire has no"):
        kind_of(hint)


def test_a_default_is_read_where_an_older_program_leaves_a_field_out() -> None:
    weather = Weather.from_json({"seen_at": "2026-11-20T21:00:00Z", "mood": "grey"})
    assert (weather.wind, weather.clouds, "notes" in weather.to_json()) == ("calm", (), False)
