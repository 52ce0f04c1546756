"""Makes the kiosk's sounds, of sine tones that fade: `python website/kiosk/sounds.py`."""

from __future__ import annotations

import io
import math
import wave
from pathlib import Path

RATE_HZ = 11_025
_PEAK = 0.6
_FADE_S = 0.012

Note = tuple[float, float]
"""Hertz and seconds; 0 Hz is silence."""

SOUNDS: dict[str, tuple[Note, ...]] = {
    "prompt": ((523.25, 0.12), (659.25, 0.16)),  # c e: somebody has come
    "shutter": ((880.0, 0.06),),
    "good": ((587.33, 0.1), (880.0, 0.2)),  # a fifth up
    "note": ((659.25, 0.12), (0.0, 0.05), (659.25, 0.12)),
    "bad": ((392.0, 0.14), (311.13, 0.22)),  # down: to be told apart without seeing the screen
}


def wav(notes: tuple[Note, ...]) -> bytes:
    """A file of one channel, 8 bits a sample."""
    samples = bytes(128 + round(127 * _PEAK * level) for note in notes for level in _tone(*note))
    stream = io.BytesIO()
    with wave.open(stream, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(RATE_HZ)
        file.writeframes(samples)
    return stream.getvalue()


def _tone(hertz: float, seconds: float) -> list[float]:
    count = round(RATE_HZ * seconds)
    fade = RATE_HZ * _FADE_S
    return [
        math.sin(2 * math.pi * hertz * i / RATE_HZ) * min(1.0, i / fade, (count - i) / fade) * (1 - 0.6 * i / count)
        for i in range(count)
    ]


def write_all(folder: Path) -> None:
    """Each as `NAME.wav`; the same bytes at each run."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, notes in SOUNDS.items():
        (folder / f"{name}.wav").write_bytes(wav(notes))


if __name__ == "__main__":
    write_all(Path(__file__).parents[1] / "static" / "sounds")
