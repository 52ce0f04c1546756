"""The blueprint of all that devices may ask; its modules add their views to it."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from website.device_api.arguments import PlainParser
from website.device_api.errors import answer_errors
from website.device_api.keys import authorize


class DeviceBlueprint(Blueprint):
    """Tells in a sentence what is wrong with a request."""

    ARGUMENTS_PARSER = PlainParser()


blueprint = DeviceBlueprint(
    "device_api", __name__, url_prefix="/api/v1/devices", description="Devices in rooms, by their own keys."
)
blueprint.before_request(authorize)
answer_errors(blueprint)

KEY_NEEDED: dict[str, Any] = {"security": [{"deviceKey": []}]}
