"""The blueprint of all that devices may ask; its modules add their views to it."""

from __future__ import annotations

from website.device_api.arguments import DeviceParser
from website.device_api.errors import answer_errors
from website.device_api.keys import authorize
from website.openapi.blueprint import ApiBlueprint


class DeviceBlueprint(ApiBlueprint):
    """Wants the device's key."""

    ARGUMENTS_PARSER = DeviceParser()
    schemes = ("deviceKey",)


blueprint = DeviceBlueprint(
    "device_api", __name__, url_prefix="/api/v1/devices", description="Devices in rooms, by their own keys."
)
blueprint.before_request(authorize)
answer_errors(blueprint)
