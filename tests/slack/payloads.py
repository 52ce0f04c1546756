"""What Slack sends when somebody does something with a message: payloads, and requests signed as Slack signs them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from slack_sdk.signature import Clock, SignatureVerifier

from tests.slack.workspace import APP, SIGNING_SECRET, TEAM


def _common(kind: str, user: str, team: str, message: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": kind,
        "team": {"id": team, "domain": "school"},
        "user": {"id": user, "username": "somebody", "name": "somebody", "team_id": team},
        "api_app_id": APP,
        "token": "of-old-verification",
        "container": {"type": "message", "message_ts": message["ts"], "channel_id": message["channel"]},
        "channel": {"id": message["channel"], "name": "teachers"},
        "message": dict(message),
        "enterprise": None,
    }


def elements(message: Mapping[str, Any], kind: str) -> list[tuple[str, dict[str, Any]]]:
    """The elements of a kind in a message, each with the id of its block."""
    found = []
    for block in message["blocks"]:
        for element in [*block.get("elements", ()), block.get("accessory") or {}]:
            if element.get("type") == kind:
                found.append((block["block_id"], element))
    return found


def typed(message: Mapping[str, Any], text: str, *, user: str, team: str = TEAM, number: int = 0) -> dict[str, Any]:
    """Somebody types into the search of a message: block_suggestion."""
    block_id, element = elements(message, "external_select")[number]
    return _common("block_suggestion", user, team, message) | {
        "action_id": element["action_id"],
        "block_id": block_id,
        "value": text,
    }


def chosen(
    message: Mapping[str, Any],
    option: Mapping[str, Any],
    *,
    user: str,
    team: str = TEAM,
    at: str = "1700000900.5",
    ticked: bool = False,
) -> dict[str, Any]:
    """Somebody chooses what the search offered: block_actions. `ticked` is the box beside it."""
    block_id, element = elements(message, "external_select")[0]
    tick = [{"text": {"type": "plain_text", "text": "Keep", "emoji": False}, "value": "yes"}] if ticked else []
    boxes = {
        box["action_id"]: {"type": "checkboxes", "selected_options": tick} for _, box in elements(message, "checkboxes")
    }
    return _acted(message, user, team, at) | {
        "state": {"values": {block_id: boxes}},
        "actions": [
            {"type": "external_select", "action_id": element["action_id"], "block_id": block_id, "action_ts": at}
            | {"selected_option": dict(option)}
        ],
    }


def pressed(
    message: Mapping[str, Any], *, user: str, team: str = TEAM, at: str = "1700000901.5", number: int = 0
) -> dict[str, Any]:
    """Somebody presses a button: block_actions."""
    block_id, element = elements(message, "button")[number]
    return _acted(message, user, team, at) | {
        "actions": [
            {"type": "button", "action_id": element["action_id"], "block_id": block_id, "action_ts": at}
            | {"value": element.get("value", ""), "text": element["text"]}
        ]
    }


def _acted(message: Mapping[str, Any], user: str, team: str, at: str) -> dict[str, Any]:
    more = {"trigger_id": f"9.9.{at}", "response_url": "https://hooks.slack.com/actions/T/1/a", "state": {"values": {}}}
    return _common("block_actions", user, team, message) | more


class _At(Clock):
    def __init__(self, moment: float) -> None:
        self._moment = moment

    def now(self) -> float:
        return self._moment


def signed(payload: object, at: float, secret: str = SIGNING_SECRET) -> tuple[bytes, dict[str, str]]:
    """Body and headers of the request that Slack would send at that moment."""
    return signed_body(urlencode({"payload": json.dumps(payload)}).encode(), at, secret)


def signed_body(body: bytes, at: float, secret: str = SIGNING_SECRET) -> tuple[bytes, dict[str, str]]:
    """The same for any body."""
    stamp = str(int(at))
    signature = SignatureVerifier(secret, _At(at)).generate_signature(timestamp=stamp, body=body) or ""
    return body, {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature,
    }
