"""What somebody does with a notice, where its channel lets them: they choose, press, or type to find somebody."""

from __future__ import annotations

from dataclasses import dataclass

from attendance.model.notices import ActionKind


@dataclass(frozen=True, slots=True)
class Answer:
    """Somebody chose or pressed something. `target` is that of the notice's action, `choice` the key of who was chosen.

    `account` is who did it, as the channel calls them; `notice_id` and `reference` say below which message. `id` is the
    same where the channel says the same once more. `keeps_photo` is whether the picture is to become a photo too.
    """

    id: str
    notice_id: str
    action: ActionKind
    target: str
    account: str
    reference: str
    choice: str | None = None
    keeps_photo: bool = False


@dataclass(frozen=True, slots=True)
class Search:
    """Somebody types to find who a face of a notice may be."""

    notice_id: str
    target: str
    text: str
    account: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One person who can be chosen, by key. Those of one `group` (a heading) come one after the other."""

    key: str
    label: str
    group: str
