"""What Slack sends when somebody does something with a message, in our words; and what it is answered."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from itertools import groupby, islice
from typing import Any

from attendance.errors import InvalidInput, NotAllowed
from attendance.model import ActionKind, Answer, Choice, Search

_MOST_OPTIONS = 100
_MOST_LABEL = 75


def read(payload: Mapping[str, Any], workspace: str) -> Answer | Search | None:
    """None for what is none of ours, such as a click on a link. Raises NotAllowed (another workspace), InvalidInput."""
    try:
        _check_workspace(payload, workspace)
        if payload["type"] == "block_suggestion" and payload["action_id"] == ActionKind.NAME_UNKNOWN:
            key, target = _question(payload["block_id"])
            return Search(key, target, str(payload["value"]), _word(payload["user"]["id"]))
        if payload["type"] == "block_actions":
            return _answer(payload)
    except (KeyError, IndexError, TypeError, AttributeError, ValueError) as other:
        raise InvalidInput("This is nothing that Slack sends.") from other
    return None


def _check_workspace(payload: Mapping[str, Any], workspace: str) -> None:
    """People of another workspace may be in a shared channel. Slack says of each where they are from: of members of an
    enterprise's workspaces, that enterprise.
    """
    homes = {workspace, (payload.get("enterprise") or {}).get("id")}
    if payload["team"]["id"] != workspace or payload["user"].get("team_id", workspace) not in homes:
        raise NotAllowed("This comes from another Slack workspace.")


def _answer(payload: Mapping[str, Any]) -> Answer | None:
    action = payload["actions"][0]
    if action["action_id"] not in set(ActionKind):
        return None
    kind = ActionKind(action["action_id"])
    if kind is ActionKind.KEEP_PHOTO:  # Slack tells of each tick; it counts when a name is chosen
        return None
    choice = _word(action["selected_option"]["value"]) if kind is ActionKind.NAME_UNKNOWN else None
    container = payload["container"]
    reference = f"{_word(container['channel_id'])} {_word(container['message_ts'])}"
    key, target = _question(action["block_id"])
    account = _word(payload["user"]["id"])
    same = "\n".join((reference, account, kind, target, choice or "", str(action["action_ts"])))
    return Answer(
        hashlib.sha256(same.encode()).hexdigest()[:32],
        key,
        kind,
        target,
        account,
        reference,
        choice,
        _keeps_photo(payload, action),
    )


def _keeps_photo(payload: Mapping[str, Any], action: Mapping[str, Any]) -> bool:
    """Whether the tick beside it is set."""
    values = (payload.get("state") or {}).get("values", {}).get(action["block_id"], {})
    return bool(values.get(ActionKind.KEEP_PHOTO.value, {}).get("selected_options"))


def _question(block_id: object) -> tuple[str, str]:
    """The notice's key and the target, as blocks.py joined them."""
    if not isinstance(block_id, str):
        raise ValueError("no block")
    key, target = block_id.split(" ")
    return _word(key), _word(target)


def _word(value: object) -> str:
    """An id: printable, without blanks, and no longer than Slack's longest. Raises ValueError."""
    if not isinstance(value, str) or not 1 <= len(value) <= 255 or not value.isprintable() or " " in value:
        raise ValueError("no id")
    return value


def options(choices: Sequence[Choice]) -> Mapping[str, Any]:
    """By their groups; Slack refuses a list of none."""
    shown = [
        {"label": _plain(group), "options": [_option(one) for one in islice(some, _MOST_OPTIONS)]}
        for group, some in groupby(choices, key=lambda choice: choice.group)
    ]
    return {"option_groups": shown} if shown else {"options": []}


def _option(choice: Choice) -> Mapping[str, Any]:
    return {"text": _plain(choice.label), "value": choice.key}


def _plain(text: str) -> Mapping[str, Any]:
    clipped = text if len(text) <= _MOST_LABEL else text[: _MOST_LABEL - 1] + "…"
    return {"type": "plain_text", "text": clipped, "emoji": False}


def email_of(user: Mapping[str, Any], workspace: str) -> str | None:
    """The address by which a full member of this workspace is known here, once Slack has seen that it is theirs.

    Not that of guests, programs, those who have left, and people of other workspaces, who set their addresses there.
    """
    refused = ("deleted", "is_bot", "is_app_user", "is_restricted", "is_ultra_restricted", "is_stranger")
    workspaces = {user.get("team_id"), *(user.get("enterprise_user") or {}).get("teams", ())}
    if any(user.get(name) for name in refused) or workspace not in workspaces:
        return None
    if user.get("is_email_confirmed") is not True:
        return None
    return user.get("profile", {}).get("email") or None
