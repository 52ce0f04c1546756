"""What a device asks and says of itself, and what became of the things that it sent."""

from __future__ import annotations

from typing import Any

from attendance.model import DeviceStatus, is_id
from attendance.use_cases.devices.devices import hear_of
from attendance.use_cases.devices.items import items_of_device
from attendance.use_cases.devices.readings import MOST_READINGS
from website.current import current_services, current_settings
from website.device_api.arguments import (
    HeartbeatSchema,
    ItemsAnswer,
    ItemsQuery,
    MeAnswer,
    NotUnderstood,
    TimeAnswer,
)
from website.device_api.blueprint import blueprint
from website.device_api.keys import current_device
from website.security import takes_up_to
from website.sentences import in_words

MOST_ITEMS = 100
_MOST_BYTES = 20_000


@blueprint.route("/me", methods=["GET"])
@blueprint.doc(**blueprint.needs)
@blueprint.response(200, MeAnswer)
@blueprint.refuses(401)
def me() -> dict[str, Any]:
    """Who I am, and how and how much I may send."""
    services, device = current_services(), current_device()
    return {
        "id": device.id,
        "name": device.name,
        "room": device.room,
        "kind": device.kind.value,
        "records_visits": device.visits_since is not None,
        "server_time": services.now(),
        "uploads": "direct" if services.uploads.appended is None else "tus",
        "most_upload_bytes": current_settings().most_upload_bytes,
        "most_readings": MOST_READINGS,
    }


@blueprint.route("/me/heartbeat", methods=["POST"])
@takes_up_to(lambda settings: _MOST_BYTES)
@blueprint.doc(**blueprint.needs)
@blueprint.arguments(HeartbeatSchema)
@blueprint.response(200, TimeAnswer)
@blueprint.refuses(401, 422)
def heartbeat(said: dict[str, Any]) -> dict[str, Any]:
    """Say how I am."""
    services = current_services()
    hear_of(services, current_device(), _status(said))
    return {"server_time": services.now()}


@blueprint.route("/me/items", methods=["GET"])
@blueprint.doc(**blueprint.needs)
@blueprint.arguments(ItemsQuery, location="query")
@blueprint.response(200, ItemsAnswer)
@blueprint.refuses(401)
def items(asked: dict[str, Any]) -> dict[str, Any]:
    """What became of these clips, snapshots and readings of mine.

    Those that are neither stored nor refused are to be sent, or to be sent on.
    """
    ids = [item_id for item_id in asked["ids"].split(",") if item_id]
    if len(ids) > MOST_ITEMS or not all(map(is_id, ids)):
        raise NotUnderstood("Ask for at most %(most)s ids of 32 hexadecimal digits.", most=MOST_ITEMS)
    found = items_of_device(current_services(), current_device(), ids)
    return {"whole": found.whole, "refused": {key: in_words(why) for key, why in found.refused.items()}}


def _status(said: dict[str, Any]) -> DeviceStatus:
    spool, plain = said["spool"], {name: value for name, value in said.items() if name != "spool"}
    return DeviceStatus(
        **plain,
        spool_items=spool["items"],
        spool_bytes=spool["bytes"],
        refused=spool["refused"],
        **{f"dropped_{kind}": count for kind, count in spool["dropped"].items()},
        **{f"damaged_{kind}": count for kind, count in (spool["damaged"] or {}).items()},
        cut_clips=spool["cut_clips"],
    )
