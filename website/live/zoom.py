"""One address, for Zoom alone: what it sends is signed, and nothing else is read."""

from __future__ import annotations

import json

from flask import abort, jsonify, request
from flask.typing import ResponseReturnValue

from attendance.use_cases.live.witnessing import note_passage
from website.current import current_services
from website.limits import is_first
from website.live.views import blueprint


@blueprint.post("/zoom")
def passages() -> ResponseReturnValue:
    """Who joined and left; of two that are the same the second is refused."""
    services = current_services()
    meetings = services.meetings
    if meetings is None or not meetings.tells_who_joins:
        abort(404)
    body = request.get_data()
    if not meetings.is_genuine(body, dict(request.headers), services.now()):
        abort(401)
    said = _json(body)
    payload = said.get("payload")
    if said.get("event") == "endpoint.url_validation":
        token = payload.get("plainToken") if isinstance(payload, dict) else None
        if not isinstance(token, str) or len(token) > 200:
            abort(400)
        return jsonify(plainToken=token, encryptedToken=meetings.proof(token))
    if not is_first("zoom-signature", request.headers.get("x-zm-signature", "")):
        abort(409)
    note_passage(services, said)
    return "", 204


def _json(body: bytes) -> dict[str, object]:
    try:
        said = json.loads(body)
    except ValueError:
        abort(400)
    if not isinstance(said, dict):
        abort(400)
    return said
