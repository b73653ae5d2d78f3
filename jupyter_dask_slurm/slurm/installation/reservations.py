"""Reservations: ``scontrol show reservation``, read; pure functions."""

from __future__ import annotations

import re

from ...protocol.models import Reservation
from ..units import parse_time

SCONTROL_RESERVATIONS = ("scontrol", "show", "reservation", "--oneliner")
# What stands in every answer; see `run.ask`.
RESERVATIONS_PROOF = re.compile(r"^ReservationName=|^No reservations in the system", re.MULTILINE)
_NONE = frozenset({"", "(null)", "N/A"})


def parse_reservations(text: str, user: str) -> list[Reservation]:
    """Read one line for each reservation; ``No reservations in the system`` is none.

    Parameters
    ----------
    user : str
        Whose name decides `Reservation.allowed`.
    """
    lines = [dict(word.split("=", 1) for word in line.split() if "=" in word) for line in text.splitlines()]
    return [_reservation(fields, user) for fields in lines if fields.get("ReservationName")]


def _reservation(fields: dict[str, str], user: str) -> Reservation:
    users = _names(fields.get("Users"))
    otherwise = any(_names(fields.get(key)) for key in ("Groups", "Accounts"))
    # "-name" keeps one out and lets all others in (scontrol(1), Users).
    named = users and not otherwise and not any(name.startswith("-") for name in users)
    return Reservation(
        fields["ReservationName"],
        active=fields.get("State") == "ACTIVE",
        allowed=user in users if named else f"-{user}" not in users,
        starts_at=parse_time(fields.get("StartTime", "")),
        users=users,
    )


def _names(text: str | None) -> tuple[str, ...]:
    return () if text is None or text in _NONE else tuple(text.split(","))
