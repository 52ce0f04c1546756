"""A device gets its key for the code that somebody typed on it."""

from __future__ import annotations

from typing import Any

from attendance.use_cases.devices.devices import pair_device
from website.current import current_services
from website.device_api.arguments import PairAnswer, PairSchema
from website.device_api.blueprint import blueprint
from website.device_api.limits import count_pairing
from website.security import takes_up_to

_MOST_BYTES = 10_000


@blueprint.route("/pair", methods=["POST"])
@takes_up_to(lambda settings: _MOST_BYTES)
@blueprint.arguments(PairSchema)
@blueprint.response(201, PairAnswer)
@blueprint.refuses(401, 429)
def pair(words: dict[str, Any]) -> dict[str, Any]:
    """Exchange a pairing code for a key.

    The code works once, for one hour. The key is said here and never again.
    """
    count_pairing()
    services = current_services()
    paired = pair_device(services, words["code"])
    return {
        "device_id": paired.device.id,
        "name": paired.device.name,
        "room": paired.device.room,
        "key": paired.key,
        "server_time": services.now(),
    }
