"""The identify command: who of a folder of photos is in other photos."""

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from face_engine.engine import Engine
from face_engine.gallery import load_gallery_folder
from face_engine.images import read_photo
from face_engine.similarity import similarity
from face_engine.snapshot import Answer, Named, name_faces
from face_engine.thresholds import Thresholds


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What is asked for besides --json and --smallest-face."""
    command.add_argument("photos", type=Path, nargs="+", metavar="PHOTO")
    command.add_argument(
        "--gallery",
        type=Path,
        required=True,
        metavar="DIR",
        help="photos of the people to look for: a folder each, or files named NAME.jpg, NAME-2.jpg",
    )


def run(arguments: argparse.Namespace) -> None:
    """Look at all photos and print; raises FaceEngineError before anything is printed."""
    engine = Engine(smallest_face_px=arguments.smallest_face)
    enrolled = load_gallery_folder(arguments.gallery, engine)
    for problem in enrolled.problems:
        print(problem, file=sys.stderr)
    answers = []
    for path in arguments.photos:
        photo = read_photo(path)
        named = name_faces(photo.image, engine.find(photo.image), enrolled.gallery, engine, Thresholds())
        answers.append((path, [replace(one, face=photo.in_own_pixels(one.face)) for one in named]))
    if arguments.json:
        photos = [{"photo": str(path), "faces": [_as_json(one) for one in named]} for path, named in answers]
        print(json.dumps({"engine": engine.name, "photos": photos}))
        return
    for path, named in answers:
        print(f"{path}: {_count(len(named))}")
        for number, one in enumerate(named, 1):
            print(f"  {number}. {_in_words(one)}")


def _as_json(named: Named) -> dict[str, Any]:
    label, distance, margin, runner_up = _nearest(named)
    return {
        "box": list(named.face.box),
        "label": label,
        "verdict": named.answer.value,
        "similarity": similarity(distance),
        "margin": margin,
        "runner_up": runner_up,
    }


def _nearest(named: Named) -> tuple[str | None, float, float | None, str | None]:
    """Label, distance, margin and the next best; without a label those of the nearest of the gallery."""
    second = named.nearest[1] if len(named.nearest) > 1 else None
    if not named.people:
        distance = named.nearest[0][1]
        return None, distance, second and second[1] - distance, second and second[0]
    label, verdict = named.people[0]
    runner_up = next((other for other, _ in named.nearest if other != label), None)
    return label, verdict.distance, verdict.margin, runner_up


def _in_words(named: Named) -> str:
    label, distance, margin, runner_up = _nearest(named)
    left, top, right, bottom = (round(side) for side in named.face.box)
    where = f"{right - left} x {bottom - top} px at {left}, {top}"
    if named.answer is Answer.UNKNOWN:
        return f"unknown, {where}"
    surely = "" if named.answer is Answer.SURE else "not sure, "
    next_best = "" if margin is None else f", {runner_up} is {margin:.2f} farther"
    return f"{label}: {surely}similarity {similarity(distance):.1f} of 100{next_best}, {where}"


def _count(faces: int) -> str:
    return {0: "no face", 1: "1 face"}.get(faces, f"{faces} faces")
