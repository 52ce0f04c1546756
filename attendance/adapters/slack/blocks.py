"""A message as Slack's Block Kit. Texts are plain text, so that nothing in them is a command to Slack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from attendance.model import Action, ActionKind, Message

MOST_BLOCKS = 50
TICKED = "yes"
_MOST_SECTION, _MOST_HEADER, _MOST_FIELD, _MOST_ALT, _MOST_BUTTON, _MOST_TEXT = 3000, 150, 2000, 2000, 75, 4000
_MOST_FIELDS = 10

_Block = dict[str, Any]


def escaped(text: str) -> str:
    """For Slack's markup, in which only these three signs begin something."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def summary(message: Message) -> str:
    """What a phone shows of it, and screen readers say."""
    return _clipped(escaped(_in_one_line(message.subject)), _MOST_TEXT)


def blocks(message: Message, files: Sequence[str], key: str) -> list[_Block]:
    """With the pictures that Slack has as `files`, in the order of the message's.

    What is answered comes back with the notice's key and its target. Where there are as many pictures as things that
    can be answered about, each answer stands below its picture.
    """
    head = [_header(message.subject), *map(_section, message.paragraphs), *_facts(message)]
    images = [_image(file, picture.alt) for file, picture in zip(files, message.pictures, strict=False)]
    answers = [_answers(f"{key} {target}", list(some)) for target, some in _by_target(message.actions)]
    tail = list(_links(message))
    head = head[: MOST_BLOCKS - len(tail)]
    room = MOST_BLOCKS - len(head) - len(tail)
    if len(images) == len(answers):
        paired = [block for pair in zip(images, answers, strict=True) for block in pair]
        return [*head, *paired[: room - room % 2], *tail]
    return [*head, *[*images, *answers][:room], *tail]


def _by_target(actions: Sequence[Action]) -> Iterator[tuple[str, Iterator[Action]]]:
    return groupby(actions, key=lambda action: action.target)


def _header(text: str) -> _Block:
    return {"type": "header", "text": _plain(_in_one_line(text), _MOST_HEADER)}


def _section(text: str) -> _Block:
    return {"type": "section", "text": _plain(text, _MOST_SECTION)}


def _facts(message: Message) -> Iterator[_Block]:
    """Two columns; ten to a block is all that Slack takes."""
    for first in range(0, len(message.facts), _MOST_FIELDS):
        some = message.facts[first : first + _MOST_FIELDS]
        yield {"type": "section", "fields": [_plain(f"{fact.label}: {fact.value}", _MOST_FIELD) for fact in some]}


def _image(file: str, alt: str) -> _Block:
    return {"type": "image", "slack_file": {"id": file}, "alt_text": _clipped(alt, _MOST_ALT)}


def _answers(block_id: str, actions: Sequence[Action]) -> _Block:
    return {"type": "actions", "block_id": block_id, "elements": [_element(action) for action in actions]}


def _element(action: Action) -> _Block:
    if action.kind is ActionKind.NAME_UNKNOWN:
        return {
            "type": "external_select",
            "action_id": action.kind.value,
            "placeholder": _plain(action.label, _MOST_HEADER),
            "min_query_length": 0,
        }
    if action.kind is ActionKind.KEEP_PHOTO:
        tick = {"text": _plain(action.label, _MOST_BUTTON), "value": TICKED}
        return {"type": "checkboxes", "action_id": action.kind.value, "options": [tick]}
    return {"type": "button", "action_id": action.kind.value, "text": _plain(action.label, _MOST_BUTTON)}


def _links(message: Message) -> Iterator[_Block]:
    """As text, not as buttons, which Slack would tell us of each time they are pressed."""
    shown = [f"<{_address(link.url)}|{escaped(link.text).replace('|', '/')}>" for link in message.links]
    if shown:
        text = {"type": "mrkdwn", "text": _clipped("  ·  ".join(shown), _MOST_SECTION), "verbatim": True}
        yield {"type": "section", "text": text}


def _address(url: str) -> str:
    return escaped(url).replace("|", "%7C").replace(" ", "%20")


def _plain(text: str, most: int) -> Mapping[str, Any]:
    return {"type": "plain_text", "text": _clipped(text, most) or "-", "emoji": False}


def _in_one_line(text: str) -> str:
    return " ".join(text.split())


def _clipped(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
