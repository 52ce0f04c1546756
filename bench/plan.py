"""How much a run of the bench measures: the full one, and the quick one that ends in three minutes."""

import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
WORKERS = min(4, len(os.sched_getaffinity(0)))
"""With so many processes the videos are searched: one a core, as the product does."""

HD = (1280, 720)
FULL_HD = (1920, 1080)


@dataclass(frozen=True)
class Plan:
    """The sizes of a run.

    Parameters
    ----------
    films, film_s
        Sizes, and seconds from key frame to key frame, of the films with known truth, and their length.
    film_repeats, searches
        How often in a row each film is shown, and how often that is searched.
    peer_frames
        How many frames of each film the peer's way reads; its time is extrapolated.
    growth_minutes, crowd_film_s, crowds
        How long the lengthened films are, and the films of so many faces a frame.
    warm_minutes, encoding_film_s
        How long the films are that are searched by processes that wait, and the one that is encoded in other ways.
    detector_frames, detector_rounds
        Frames a size, and how often each detector reads each.
    """

    quick: bool
    films: tuple[tuple[tuple[int, int], float], ...]
    film_s: float
    film_repeats: int
    searches: int
    peer_frames: int
    growth_minutes: tuple[int, ...]
    crowd_film_s: float
    crowds: tuple[int, ...]
    cores: tuple[int, ...]
    warm_minutes: tuple[int, ...]
    encoding_film_s: float
    detector_frames: int
    detector_rounds: int
    finds_frames: int
    vector_rounds: int
    gallery_sizes: tuple[int, ...]
    gallery_rounds: int

    def to_json(self) -> dict[str, Any]:
        """The settings that JSON shows, paths left out."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


FULL = Plan(
    quick=False,
    films=((FULL_HD, 2), (FULL_HD, 10), (HD, 2), (HD, 10)),
    film_s=300,
    film_repeats=12,
    searches=3,
    peer_frames=24,
    growth_minutes=(3, 10, 30, 60),
    crowd_film_s=120,
    crowds=(10, 40, 100),
    cores=(1, 2, 4)[: 1 + WORKERS // 2],
    warm_minutes=(3, 10),
    encoding_film_s=60,
    detector_frames=4,
    detector_rounds=3,
    finds_frames=16,
    vector_rounds=40,
    gallery_sizes=(1_000, 10_000, 100_000, 1_000_000),
    gallery_rounds=7,
)

QUICK = Plan(
    quick=True,
    films=((FULL_HD, 2), (FULL_HD, 10), (HD, 2)),
    film_s=30,
    film_repeats=6,
    searches=1,
    peer_frames=4,
    growth_minutes=(3, 6, 9),
    crowd_film_s=4,
    crowds=(10, 40),
    cores=(1, 2, 4)[: 1 + WORKERS // 2],
    warm_minutes=(3,),
    encoding_film_s=10,
    detector_frames=1,
    detector_rounds=1,
    finds_frames=2,
    vector_rounds=8,
    gallery_sizes=(1_000, 10_000, 100_000, 1_000_000),
    gallery_rounds=2,
)


@dataclass(frozen=True)
class Places:
    """Where films are kept and results go, and the photographs that the environment names."""

    films: Path = FOLDER / "films"
    results: Path = FOLDER / "results"
    photographs: Path | None = None

    @classmethod
    def from_environment(cls) -> "Places":
        """ROLLCALL_FACES_DIR."""
        return cls(photographs=_named("ROLLCALL_FACES_DIR"))


def _named(variable: str) -> Path | None:
    value = os.environ.get(variable)
    return Path(value) if value else None
