"""Speech at a kiosk: what may be said, what was heard, and how the answer sounds. The front file holds the port.

`hear` never guesses: what is near enough and clearly nearer than everything else is `sure`; the rest are candidates,
nearest first, of which a screen shows three. No adapter writes sound to a disk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

Command = Literal["check_in", "check_out", "register"]
Language = Literal["ko", "en"]
LANGUAGES: tuple[Language, ...] = ("ko", "en")
RATE_HZ = 16_000
BYTES_A_SECOND = 2 * RATE_HZ  # 16 bits, one channel, little end first


@dataclass(frozen=True, slots=True)
class Phrase:
    """One thing that may be said, and what it means. `pronounced` are phonemes; without them they are looked up."""

    command: Command
    language: Language
    text: str
    pronounced: tuple[str, ...] = ()
    name: str | None = None
    section: str | None = None

    @property
    def meaning(self) -> tuple[Command, str | None, str | None]:
        """Several ways to say one thing have the same."""
        return self.command, self.name, self.section


@dataclass(frozen=True, slots=True)
class Candidate:
    """A phrase, and how far what was said is from it: 0 is exactly that. Distances of two adapters differ in scale."""

    phrase: Phrase
    distance: float


@dataclass(frozen=True, slots=True)
class Heard:
    """The nearest phrase of each meaning, the nearest first; `sure` where it may be taken without asking."""

    candidates: Sequence[Candidate] = ()
    sure: Candidate | None = None


@dataclass(frozen=True, slots=True)
class Sound:
    """16-bit samples of one channel, little end first."""

    pcm: bytes
    rate_hz: int = RATE_HZ

    @property
    def lasts_s(self) -> float:
        """Seconds."""
        return len(self.pcm) / 2 / self.rate_hz


NOTHING_HEARD = Heard()


class Speech(Protocol):
    """One of speech.choice.ADAPTERS."""

    listens: bool
    """Whether a microphone is of use to it at all."""

    def hear(self, pcm16k: bytes, phrases: Sequence[Phrase]) -> Heard:
        """Which phrase this is: samples of 16 bits at 16 kHz, with a breath of silence around. Raises SourceFailed."""

    def say(self, text: str, language: Language) -> Sound | None:
        """None where captions have to do. Raises SourceFailed."""


@dataclass(frozen=True, slots=True)
class Limits:
    """From which distance, and with which lead over the next meaning, something is sure."""

    distance: float
    margin: float


def decided(candidates: Sequence[Candidate], limits: Limits) -> Heard:
    """Nearest first, one a meaning; sure only where no other meaning is near."""
    nearest: dict[tuple[Command, str | None, str | None], Candidate] = {}
    for one in sorted(candidates, key=lambda each: each.distance):
        nearest.setdefault(one.phrase.meaning, one)
    order = list(nearest.values())
    if not order or order[0].distance > limits.distance:
        return Heard(order)
    lead = order[1].distance - order[0].distance if len(order) > 1 else float("inf")
    return Heard(order, order[0] if lead >= limits.margin else None)


@dataclass(frozen=True, slots=True)
class Nothing(Speech):
    """`buttons`: hears nothing, and says everything by captions."""

    listens: bool = field(default=False)

    def hear(self, pcm16k: bytes, phrases: Sequence[Phrase]) -> Heard:
        """Nothing."""
        return NOTHING_HEARD

    def say(self, text: str, language: Language) -> Sound | None:
        """None: the screen shows it."""
        return None
