"""Films of nothing but grey, which tells the second that a picture was taken at."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

WIDTH, HEIGHT, FPS = 160, 96, 5


def brightness(second: float) -> int:
    """Of the picture at this second, so that a cut picture tells when it was."""
    return 20 + 5 * int(second)


def film(
    path: Path,
    seconds: int = 30,
    codec: str = "libx264",
    kind: str | None = None,
    options: dict[str, str] | None = None,
) -> Path:
    """A grey video that becomes brighter each second; its left half is darker."""
    with av.open(str(path), "w", format=kind, options=options or {}) as container:
        stream: Any = container.add_stream(codec, rate=FPS)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.time_base = Fraction(1, FPS)
        stream.gop_size = 10 * FPS
        for number in range(seconds * FPS):
            pixels = np.full((HEIGHT, WIDTH, 3), brightness(number / FPS), np.uint8)
            pixels[:, : WIDTH // 2] //= 2
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())
    return path
