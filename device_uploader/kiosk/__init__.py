"""The kiosk: asks who comes to a door what they want, looks at them, and says what the site answered.

The front file holds its words: what the site has set, what is sent, and what is answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from device_uploader.reading import Reading
from device_uploader.speech import Command, Language

Turn = Literal["left", "right"]
BASE_WIDTH_PX = 1280


@dataclass(frozen=True, slots=True)
class Section:
    """One course that meets in this room."""

    course_id: str
    title: str
    section: str

    @property
    def label(self) -> str:
        """For a button."""
        return f"{self.title} {self.section}".strip()


@dataclass(frozen=True, slots=True)
class Told:
    """What the site has set for this kiosk (GET /kiosk)."""

    name: str = ""
    language: Language = "en"
    min_face_px: int = 250  # in a picture of BASE_WIDTH_PX
    liveness: str = "turn"
    speech: str = "buttons"
    volume: float = 0.7
    quiet_from: str | None = None
    quiet_until: str | None = None
    undo_s: float = 5.0
    sections: Sequence[Section] = ()
    phrases: Sequence[str] = ()

    @staticmethod
    def of(words: dict[str, Any]) -> Told:
        """Of the site's JSON; what it does not say is as above. Raises ValueError, TypeError, KeyError."""
        plain = Told()
        return Told(
            str(words.get("name", "")),
            "ko" if words.get("language") == "ko" else "en",
            int(words.get("min_face_px", plain.min_face_px)),
            str(words.get("liveness", plain.liveness)),
            str(words.get("speech", plain.speech)),
            float(words.get("volume", plain.volume)),
            words.get("quiet_from"),
            words.get("quiet_until"),
            float(words.get("undo_s", plain.undo_s)),
            [
                Section(str(one["course_id"]), str(one.get("title", "")), str(one.get("section") or ""))
                for one in words.get("sections", ())
            ],
            [str(one) for one in words.get("phrases") or ()],
        )


@dataclass(frozen=True, slots=True)
class Registering:
    """Who wants to be registered, in which course."""

    course_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants, before it has an id: pictures are JPEGs in order of time, the first looks ahead."""

    command: Command
    language: Language
    turn: Turn | None = None
    frames: Sequence[bytes] = field(default=(), repr=False)
    registering: Registering | None = None
    reading: Reading | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the names of an unsure answer."""

    ref: str
    name: str


STORED = "stored"  # our own outcome: the site does not answer, and the attempt waits in the outbox
FAILED = "failed"  # our own: what was asked could not be done now, and nothing of it waits


@dataclass(frozen=True, slots=True)
class Answer:
    """What the site said of an attempt, or what this program says in its place."""

    id: str
    outcome: str
    sentence: str
    speak: str
    name: str | None = None
    photo: str | None = None
    at: str = ""
    temperature_c: float | None = None
    temperature_high: bool = False
    can_undo: bool = False
    choices: Sequence[Choice] = ()
    needs_pin: bool = False

    @staticmethod
    def of(words: dict[str, Any]) -> Answer:
        """Of the site's JSON. Raises ValueError, TypeError, KeyError."""
        student = words.get("student") or {}
        temperature = words.get("temperature_c")
        return Answer(
            str(words["id"]),
            str(words["outcome"]),
            str(words["sentence"]),
            str(words.get("speak") or words["sentence"]),
            student.get("name"),
            student.get("photo"),
            str(words.get("at") or ""),
            float(temperature) if temperature is not None else None,
            bool(words.get("temperature_high")),
            words.get("undo_until") is not None,
            [Choice(str(one["ref"]), str(one["name"])) for one in words.get("choices") or ()][:3],
            bool(words.get("needs_pin")) or words["outcome"] == "needs_pin",
        )
