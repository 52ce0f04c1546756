"""Messages as notices are composed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from attendance.model import Action, ActionKind, Fact, Link, Message, NoticeKind, Picture

AT = datetime(2026, 11, 30, 9, 12, tzinfo=UTC)


def picture(number: int) -> Picture:
    return Picture(f"jpeg {number}".encode(), "image/jpeg", f"Unknown {number + 1}", f"evidence/{number}.jpg")


def who_is_that(*targets: str, pictures: int | None = None, **changed: Any) -> Message:
    targets = targets or ("recording-1/1",)
    actions = [
        action
        for target in targets
        for action in (
            Action(ActionKind.NAME_UNKNOWN, "This is ...", target),
            Action(ActionKind.IGNORE_UNKNOWN, "Nobody of ours: ignore", target),
        )
    ]
    words: dict[str, Any] = {
        "kind": NoticeKind.UNKNOWN_SEEN,
        "subject": "Somebody unknown was seen in CS101",
        "paragraphs": ("Who is that?",),
        "at": AT,
        "facts": (Fact("When", "09:12"),),
        "pictures": tuple(picture(n) for n in range(len(targets) if pictures is None else pictures)),
        "links": (Link("Open the lecture", "https://school.example/lectures/1"),),
        "actions": tuple(actions),
    }
    return Message(**words | changed)
