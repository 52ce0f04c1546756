"""The search command: who of a folder of photos is in a video, and when."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from tqdm import tqdm

from face_engine.engine import Engine
from face_engine.gallery import load_gallery_folder
from face_engine.search import PersonSeen, SearchOptions, UnknownSeen, VideoSearch, search_video
from face_engine.search_model import StillFaces

BAR = "{desc} {percentage:3.0f} % |{bar}| {elapsed} so far, {remaining} to go"


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What is asked for besides --json and --smallest-face."""
    command.add_argument("video", type=Path, metavar="VIDEO")
    command.add_argument(
        "--gallery",
        type=Path,
        required=True,
        metavar="DIR",
        help="photos of the people to look for: a folder each, or files named NAME.jpg, NAME-2.jpg",
    )
    command.add_argument(
        "--every",
        type=_seconds,
        metavar="SECONDS",
        help="time between the pictures that are searched (default: by the length of the video)",
    )
    command.add_argument(
        "--still-faces",
        type=StillFaces,
        choices=list(StillFaces),
        default=StillFaces.REVIEW,
        help="whether a face that moves as a picture does is not sure (review, the default) or like any other",
    )


def run(arguments: argparse.Namespace) -> None:
    """Search and print; raises FaceEngineError."""
    options = SearchOptions(
        every_s=arguments.every, smallest_face_px=arguments.smallest_face, still_faces=arguments.still_faces
    )
    enrolled = load_gallery_folder(arguments.gallery, Engine())
    for problem in enrolled.problems:
        print(problem, file=sys.stderr)
    with tqdm(total=1.0, desc="searching", leave=False, disable=not sys.stderr.isatty(), bar_format=BAR) as bar:
        found = search_video(arguments.video, enrolled.gallery, options, lambda done: _show(bar, done))
    if arguments.json:
        print(json.dumps(_as_json(arguments.video, found, options)))
    else:
        print("\n".join(_in_words(arguments.video, found, options)))


def _show(bar: "tqdm[Any]", done: float) -> None:
    bar.n = done
    bar.refresh()


def _seconds(text: str) -> float:
    try:
        return SearchOptions(every_s=float(text)).every_s or 0.0
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"a number of seconds from 0.01 to 3600 is needed, not {text!r}") from error


def _is_sure(person: PersonSeen, options: SearchOptions) -> bool:
    clear = person.margin is None or person.margin >= options.margin
    return clear and person.good_frames > 0 and not person.flat


def _as_json(video: Path, found: VideoSearch, options: SearchOptions) -> dict[str, Any]:
    return {
        "video": str(video),
        "duration_s": found.info.duration_s,
        "frames_searched": found.frames_searched,
        "searched_until_s": found.searched_until_s,
        "people": [_person_as_json(person, options) for person in found.people],
        "unknown": [_unknown_as_json(unknown) for unknown in found.unknown],
    }


def _person_as_json(person: PersonSeen, options: SearchOptions) -> dict[str, Any]:
    return {
        "label": person.label,
        "sure": _is_sure(person, options),
        "similarity": person.similarity,
        "distance": person.distance,
        "runner_up": person.runner_up,
        "margin": person.margin,
        "good_frames": person.good_frames,
        "flat": person.flat,
        **_seen_as_json(person),
    }


def _unknown_as_json(unknown: UnknownSeen) -> dict[str, Any]:
    nearest = unknown.nearest
    described = {"label": nearest.label, "similarity": nearest.similarity} if nearest else None
    return {"nearest": described, **_seen_as_json(unknown)}


def _seen_as_json(seen: PersonSeen | UnknownSeen) -> dict[str, Any]:
    return {
        "frames": seen.frames,
        "first_seen_s": seen.first_s,
        "last_seen_s": seen.last_s,
        "appearances": [list(appearance) for appearance in seen.appearances],
    }


def _in_words(video: Path, found: VideoSearch, options: SearchOptions) -> list[str]:
    length = _clock(found.info.duration_s)
    lines = [f"{video}: {length} long, {found.frames_searched} pictures searched"]
    for person in found.people:
        surely = "" if _is_sure(person, options) else ", not sure"
        surely += " (perhaps a picture)" if person.flat else ""
        lines.append(f"  {person.label}: similarity {person.similarity:.1f} of 100{surely}, {_when(person)}")
    for number, unknown in enumerate(found.unknown, 1):
        lines.append(f"  unknown {number}: {_when(unknown)}")
    return lines if len(lines) > 1 else [*lines, "  nobody"]


def _when(seen: PersonSeen | UnknownSeen) -> str:
    pictures = "1 picture" if seen.frames == 1 else f"{seen.frames} pictures"
    return f"in {pictures} from {_clock(seen.first_s)} to {_clock(seen.last_s)}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"
