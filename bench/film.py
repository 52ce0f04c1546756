"""Films of a drawn lecture with known truth, for measuring a video search: who is there when, how large the faces are.

What is drawn, and why:

- A hall of six rows seen from its front: faces of 160 px in the front row to 24 in the last (1080p), and their sizes
  in other pictures after that, but none below 24. 30 of the 40 enrolled and 5 strangers among them; more are people
  of no truth. Late, early, and going and coming back: four of ten each way, see `cast`.
- Nobody sits still: heads turn (up to 50 degrees), nod, roll, lean, rise, talk; some hold a book before the face; the
  teacher walks past before the front row. See `behaviour`.
- The camera has grain in every pixel of every frame, slides change and flicker, a lamp goes out for a minute, the lens
  hunts for its focus, rows are not equally sharp and quick heads are smeared: no part of the picture can be
  skipped because it is equal to what was there before. See `camera`.

H.264 in MP4 at 10 pictures a second, as x264 makes it (closed groups, B-frames), with key frames only where the plan
says. All follows from seeds: the same plan is the same film.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import cv2

import bench
import demo
from bench.cast import Stays
from bench.encoding import encode, joined
from bench.looks import Box, drawn_poses
from bench.scene import Scene, ShownFace, figures_needed, shown_faces, sitters

_CHUNK_S = 20.0
_DRAWING = ("behaviour", "camera", "cast", "encoding", "film", "looks", "people", "planes", "room", "scene", "seating")
_DRAWN_BY_DEMO = ("canvas", "drawn_people", "features", "head", "looks")
_DRAWN_PART = 0.15  # of the time goes into drawing people, the rest into frames


@dataclass(frozen=True)
class FilmPlan:
    """What to film.

    Parameters
    ----------
    size
        Width and height in pixels, multiples of four.
    seconds
        A whole number of times `key_every_s`.
    people
        How many sit in the hall; from 36 on some are of no truth.
    """

    size: tuple[int, int] = (1920, 1080)
    seconds: float = 600.0
    key_every_s: float = 2.0
    fps: int = 10
    people: int = 35

    def __post_init__(self) -> None:
        if any(side % 4 for side in self.size):
            raise ValueError("a film's width and height are multiples of four")
        groups = self.seconds / self.key_every_s
        if abs(groups - round(groups)) > 1e-9 or (self.key_every_s * self.fps) % 1:
            raise ValueError("a film is a whole number of groups from key frame to key frame")

    @property
    def group_frames(self) -> int:
        """From one key frame to the next."""
        return round(self.key_every_s * self.fps)


@dataclass(frozen=True)
class Presence:
    """One person of the film.

    Parameters
    ----------
    stays
        From first to last second in which the face can be seen; what covers it for moments does not count.
    face_px
        Width of the face from ear to ear in this film; people move nearer and away by a few percent.
    """

    label: str
    enrolled: bool
    stays: Stays
    face_px: int


@dataclass(frozen=True)
class Film:
    """A film and what is true of it; `repeats` times the same for a lengthened one."""

    path: Path
    plan: FilmPlan
    truth: tuple[Presence, ...]
    repeats: int = 1


def make_film(
    plan: FilmPlan,
    folder: Path,
    progress: Callable[[float], None] | None = None,
    *,
    processes: int | None = None,
) -> Film:
    """Make the film, or take it from the folder where an equal one was made before.

    Parameters
    ----------
    folder
        Keeps films and drawings under names that hold a digest of plan and drawing code.
    progress
        Called with the part that is done, 0 to 1.
    processes
        None for one a core. The film does not depend on it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"film-{plan.size[1]}p-{digest(plan)}.mp4"
    report = progress or _ignore
    report(0.0)
    if not path.exists():
        with tempfile.TemporaryDirectory(dir=folder) as parts:
            _film(
                plan, path, Path(parts), folder / f"people-{_code_digest()}", report, processes or os.cpu_count() or 1
            )
    report(1.0)
    return Film(path, plan, _truth(plan))


def lengthened(film: Film, seconds: float, folder: Path) -> Film:
    """The same film again and again until so many seconds, without encoding anything anew.

    Raises ValueError where that is not a whole number of times.
    """
    repeats = round(seconds / film.plan.seconds)
    if repeats < 1 or abs(repeats * film.plan.seconds - seconds) > 1e-6:
        raise ValueError(f"{seconds:g} s is not a whole number of films of {film.plan.seconds:g} s")
    path = folder / f"{film.path.stem}-{repeats}-times.mp4"
    if not path.exists():
        with _whole_or_not(path) as half_done:
            joined([film.path] * repeats, half_done, round(film.plan.seconds * film.plan.fps))
    truth = tuple(replace(one, stays=_repeated(one.stays, film.plan.seconds, repeats)) for one in film.truth)
    return Film(path, replace(film.plan, seconds=seconds), truth, repeats * film.repeats)


def truth_boxes(film: Film, t_s: float) -> list[tuple[str, Box]]:
    """Label and box (left, top, right, bottom) of every face that can be seen at a second, people of no truth too."""
    return [(face.actor.label, face.box) for face in _faces(film, t_s) if not face.is_covered]


def covered_boxes(film: Film, t_s: float) -> list[tuple[str, Box]]:
    """Those that a book, a desk or the teacher covers in part: a detector need not find them, and is not wrong to."""
    return [(face.actor.label, face.box) for face in _faces(film, t_s) if face.is_covered]


def _faces(film: Film, t_s: float) -> list[ShownFace]:
    once_s = film.plan.seconds / film.repeats
    return shown_faces(film.plan.size, film.plan.people, once_s, t_s % once_s)


def _film(
    plan: FilmPlan, path: Path, parts: Path, people: Path, report: Callable[[float], None], processes: int
) -> None:
    people.mkdir(exist_ok=True)
    with get_context("spawn").Pool(processes, cv2.setNumThreads, (1,)) as pool:
        needed = [(seed, side_px, people) for seed, side_px in figures_needed(plan.size, plan.people)]
        drawings = {}
        for done, (seed, drawing) in enumerate(pool.imap_unordered(_draw, needed, chunksize=1), 1):
            drawings[seed] = drawing
            report(_DRAWN_PART * done / len(needed))
        chunks = [_Chunk(plan, drawings, first, end, parts / f"{first}.mp4") for first, end in _spans(plan)]
        for done, _ in enumerate(pool.imap_unordered(_film_chunk, chunks, chunksize=1), 1):
            report(_DRAWN_PART + (1 - _DRAWN_PART) * done / (len(chunks) + 1))
    with _whole_or_not(path) as half_done:
        joined([chunk.path for chunk in chunks], half_done, chunks[0].end - chunks[0].first)


@dataclass(frozen=True)
class _Chunk:
    """Frames `first` to `end` of a film, whole groups, and the file that they go to."""

    plan: FilmPlan
    drawings: dict[int, Path]
    first: int
    end: int
    path: Path


def _spans(plan: FilmPlan) -> Iterator[tuple[int, int]]:
    """The frames of the film in runs of whole groups, all but the last of one length."""
    frames = round(plan.seconds * plan.fps)
    step = plan.group_frames * max(1, round(_CHUNK_S / plan.key_every_s))
    for first in range(0, frames, step):
        yield first, min(frames, first + step)


def _draw(needed: tuple[int, float, Path]) -> tuple[int, Path]:
    return needed[0], drawn_poses(*needed)


def _film_chunk(chunk: _Chunk) -> None:
    plan = chunk.plan
    scene = _scene(plan, tuple(sorted(chunk.drawings.items())))
    frames = (scene.frame(number, number / plan.fps) for number in range(chunk.first, chunk.end))
    encode(chunk.path, frames, plan.size, plan.fps, plan.group_frames)


@cache
def _scene(plan: FilmPlan, drawings: tuple[tuple[int, Path], ...]) -> Scene:
    """Once a process."""
    return Scene(plan.size, plan.people, plan.seconds, dict(drawings))


def _truth(plan: FilmPlan) -> tuple[Presence, ...]:
    """The people of whom the truth speaks, by label; who never comes has no entry."""
    known = [one for one in sitters(plan.size, plan.people, plan.seconds) if one.actor.is_known]
    presences = [
        Presence(one.actor.label, one.actor.is_enrolled, one.actor.stays, round(one.seat.face_px)) for one in known
    ]
    return tuple(sorted(presences, key=lambda presence: presence.label))


def _repeated(stays: Stays, seconds: float, repeats: int) -> Stays:
    """The stays of each time after the other; one that ends where the next begins goes on."""
    joined_stays: list[tuple[float, float]] = []
    for number in range(repeats):
        for first, last in stays:
            begin = first + number * seconds
            goes_on = bool(joined_stays) and joined_stays[-1][1] == begin
            joined_stays.append((joined_stays.pop()[0] if goes_on else begin, last + number * seconds))
    return tuple(joined_stays)


def digest(plan: FilmPlan) -> str:
    """Changes with the plan and with whatever code draws the film."""
    return hashlib.sha256(f"{plan} {_code_digest()}".encode()).hexdigest()[:12]


@cache
def _code_digest() -> str:
    files = [Path(bench.__file__).with_name(f"{name}.py") for name in _DRAWING]
    files += [Path(demo.__file__).with_name(f"{name}.py") for name in _DRAWN_BY_DEMO]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


@contextmanager
def _whole_or_not(path: Path) -> Iterator[Path]:
    """A name to write under; the file gets its own only when it is whole."""
    half_done = path.with_name(f"{os.getpid()}-{path.name}")
    try:
        yield half_done
        half_done.replace(path)
    finally:
        half_done.unlink(missing_ok=True)


def _ignore(part: float) -> None:
    """Nobody asked for the progress."""
