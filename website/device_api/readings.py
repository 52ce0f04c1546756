"""Batches of thermal readings."""

from __future__ import annotations

from typing import Any

from attendance.use_cases.devices.readings import receive_readings
from website.current import current_services
from website.device_api.arguments import ReadingsAnswer, ReadingsSchema
from website.device_api.blueprint import blueprint
from website.device_api.keys import current_device
from website.security import takes_up_to

MOST_BYTES = 2_500_000
"""A thousand readings with every digit that a float can have."""


@blueprint.route("/me/readings", methods=["POST"])
@takes_up_to(lambda settings: MOST_BYTES)
@blueprint.doc(**blueprint.needs)
@blueprint.arguments(ReadingsSchema)
@blueprint.response(200, ReadingsAnswer)
@blueprint.refuses(401, 413)
def readings(batch: dict[str, Any]) -> dict[str, Any]:
    """Send 1 to 1000 readings, all or nothing.

    The same reading again counts as known, so a batch whose answer was lost is simply sent again.
    """
    services = current_services()
    received = receive_readings(services, current_device(), batch["readings"])
    return {"stored": received.stored, "known": received.known, "server_time": services.now()}
