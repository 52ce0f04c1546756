"""Stays at a door: pictures and what the sensor saw, as one item."""

from __future__ import annotations

from typing import Any

from attendance.use_cases.doors.receiving import MOST_PICTURE_BYTES, MOST_PICTURES, SentStay, receive_stay
from website.current import current_services
from website.device_api.arguments import StayAnswer, StaySchema
from website.device_api.blueprint import blueprint
from website.device_api.keys import current_device
from website.security import takes_up_to

MOST_BYTES = MOST_PICTURES * MOST_PICTURE_BYTES * 4 // 3 + 20_000
"""In base64, with a reading."""


@blueprint.route("/me/visits", methods=["POST"])
@takes_up_to(lambda settings: MOST_BYTES)
@blueprint.doc(**blueprint.needs)
@blueprint.arguments(StaySchema)
@blueprint.response(200, StayAnswer)
@blueprint.refuses(401, 413, 422)
def stay(sent: SentStay) -> dict[str, Any]:
    """Send one stay at a door, whole or not at all.

    The same id again is the same visits, so a stay whose answer was lost is simply sent again. What shows nobody is
    not stored.
    """
    services = current_services()
    known = receive_stay(services, current_device(), sent)
    visits = [{"id": one.visit.id, "verdict": one.visit.verdict.value, "name": one.name} for one in known]
    return {"visits": visits, "server_time": services.now()}
