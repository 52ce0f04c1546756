"""Reads single frames of a film, for whoever is measured on pictures and not on videos."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import av
import numpy as np

from face_engine.model import BGRImage


def frames_at(path: Path, seconds: Sequence[float]) -> Iterator[tuple[float, BGRImage]]:
    """The first frame at or after each second, with its own time; none for a second after the last frame."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        clock = float(stream.time_base or 1)
        for second in seconds:
            due = round(second / clock)
            container.seek(due, stream=stream, backward=True)
            for frame in container.decode(stream):
                if frame.pts is not None and frame.pts >= due:
                    yield frame.pts * clock, np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
                    break


def spread(seconds: float, count: int, step_s: float) -> list[float]:
    """`count` seconds spread evenly over a film, each a whole number of steps, none twice, in order."""
    steps = int(seconds / step_s)
    return sorted({int((i + 0.5) * steps / count) * step_s for i in range(count)})
