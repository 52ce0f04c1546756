"""The peer's way through single frames of a film; called in a process of its own."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.frames_at import frames_at
from bench.peers import FaceRecognitionWay
from bench.searching import Enrolled


@dataclass(frozen=True)
class PeerFrame:
    """Whom the peer's way names in the frame at a second of the film, and the CPU seconds that it took."""

    second: float
    names: tuple[str, ...]
    cpu_s: float


def peer_frames(path: Path, seconds: Sequence[float], enrolled: Enrolled) -> list[PeerFrame]:
    """Let the peer read single frames; reading the file is not counted, as if it were free."""
    peer = FaceRecognitionWay()
    found = []
    for second, image in frames_at(path, seconds):
        start_s = time.process_time()
        names = peer.names(image, enrolled.labels, enrolled.vectors)
        found.append(PeerFrame(second, tuple(names), time.process_time() - start_s))
    return found


def extrapolated_s(cpu_s: Sequence[float], frames: int, processes: int) -> float:
    """Seconds that `frames` frames take at the mean of the measured ones, shared without loss by all processes."""
    return frames * sum(cpu_s) / len(cpu_s) / processes
