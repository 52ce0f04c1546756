"""A place in a list of visits as addresses have it: the moment, and the id of the visit there."""

from __future__ import annotations

from datetime import UTC, datetime

from attendance.model import VisitPlace

_MOST_CHARACTERS = 100


def written_place(place: VisitPlace) -> str:
    """For an address."""
    return f"{place.at.astimezone(UTC).replace(tzinfo=None).isoformat()}_{place.id}"


def place_of(text: str) -> VisitPlace | None:
    """The place that `written_place` made the text of; None where it is none."""
    moment, _, visit_id = text[:_MOST_CHARACTERS].partition("_")
    try:
        return VisitPlace(datetime.fromisoformat(moment).replace(tzinfo=UTC), visit_id)
    except ValueError:
        return None
