"""One address, for Slack alone: what it sends is signed, and nothing else is read."""

from __future__ import annotations

import json
from urllib.parse import parse_qs

from flask import Blueprint, Flask, abort, jsonify, request
from flask.typing import ResponseReturnValue

from attendance.errors import SettingsError
from attendance.use_cases.notices.answers import answered_notifier, receive
from website.current import current_services
from website.limits import is_first

blueprint = Blueprint("slack", __name__, url_prefix="/slack")


def init_app(app: Flask) -> None:
    """Slack's signature stands in for forms' tokens here: a browser cannot make one."""
    app.extensions["csrf"].exempt(blueprint)


@blueprint.post("/actions")
def actions() -> ResponseReturnValue:
    """What somebody pressed is stored, and done by a worker; what somebody types is answered here."""
    services = current_services()
    try:
        notifier = answered_notifier(services)
    except SettingsError:
        abort(404)
    body = request.get_data()
    if not notifier.is_genuine(body, dict(request.headers), services.now()):
        abort(401)
    if not is_first("slack-signature", request.headers["X-Slack-Signature"]):  # of one body and moment: a replay
        abort(409)
    answer = receive(services, _payload(body))
    return jsonify(answer) if answer is not None else ("", 200)


def _payload(body: bytes) -> dict[str, object]:
    """Whatever is wrong with what Slack has signed is no fault of anybody here."""
    try:
        payload = json.loads(parse_qs(body.decode())["payload"][0])
    except (ValueError, KeyError):
        abort(400)
    if not isinstance(payload, dict):
        abort(400)
    return payload
