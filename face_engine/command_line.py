"""The command line of the face engine: find, embed, compare, identify and search, without a site or a database."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from face_engine import identify_command, search_command
from face_engine.engine import Engine
from face_engine.errors import BadImage, FaceEngineError
from face_engine.images import read_image, read_photo
from face_engine.model import BGRImage, Face
from face_engine.similarity import SAME_PERSON_DISTANCE, similarity

SMALLEST_FACE_PX = 40
_SMALLEST_THAT_CAN_BE_ASKED_PX = 12

BAD_INPUT = 1
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns 0, or 1 for input that cannot be used. Wrong usage leaves with 2."""
    options = _parser().parse_args(arguments)
    try:
        options.command(options)
    except FaceEngineError as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return INTERRUPTED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m face_engine", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    find = commands.add_parser("find", help="the faces of a picture and how good they are")
    find.add_argument("image", type=Path, metavar="IMAGE")
    _add_json(find)
    _add_smallest_face(find)
    find.set_defaults(command=_find)

    embed = commands.add_parser("embed", help="the face vectors of pictures, always as JSON")
    embed.add_argument("images", type=Path, nargs="+", metavar="IMAGE")
    _add_json(embed)
    _add_smallest_face(embed)
    embed.set_defaults(command=_embed)

    compare = commands.add_parser("compare", help="whether the largest faces of two pictures are one person's")
    compare.add_argument("first", type=Path, metavar="A")
    compare.add_argument("second", type=Path, metavar="B")
    _add_json(compare)
    _add_smallest_face(compare)
    compare.set_defaults(command=_compare)

    identify = commands.add_parser("identify", help="who of a folder of photos is in other photos")
    identify_command.add_arguments(identify)
    _add_json(identify)
    _add_smallest_face(identify)
    identify.set_defaults(command=identify_command.run)

    search = commands.add_parser("search", help="who of a folder of photos is in a video, and when")
    search_command.add_arguments(search)
    _add_json(search)
    _add_smallest_face(search)
    search.set_defaults(command=search_command.run)
    return parser


def _add_json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="write JSON for programs")


def _add_smallest_face(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--smallest-face",
        type=_face_px,
        default=SMALLEST_FACE_PX,
        metavar="PX",
        help="find faces from this size on (default %(default)s); half of it takes four times as long",
    )


def _face_px(text: str) -> int:
    if not text.isdecimal() or int(text) < _SMALLEST_THAT_CAN_BE_ASKED_PX:
        raise argparse.ArgumentTypeError(
            f"a whole number of at least {_SMALLEST_THAT_CAN_BE_ASKED_PX} is needed, not {text!r}"
        )
    return int(text)


def _find(options: argparse.Namespace) -> None:
    photo = read_photo(options.image)
    faces = [photo.in_own_pixels(face) for face in _engine(options).find(photo.image)]
    if options.json:
        _print_json({"image": str(options.image), "faces": [_as_json(face) for face in faces]})
        return
    print(f"{options.image}: {_count(len(faces))}")
    for number, face in enumerate(faces, 1):
        print(f"  {number}. {_in_words(face)}")


def _embed(options: argparse.Namespace) -> None:
    engine = _engine(options)
    images = []
    for path in options.images:
        photo = read_photo(path)
        faces = engine.find(photo.image)
        vectors = engine.embed(photo.image, faces)
        described = [
            {**_as_json(photo.in_own_pixels(face)), "vector": vector.tolist()}
            for face, vector in zip(faces, vectors, strict=True)
        ]
        images.append({"image": str(path), "faces": described})
    _print_json({"engine": engine.name, "same_person_distance": SAME_PERSON_DISTANCE, "images": images})


def _compare(options: argparse.Namespace) -> None:
    engine = _engine(options)
    pictures = [read_image(path) for path in (options.first, options.second)]
    faces = [
        _largest_face(engine, picture, path)
        for picture, path in zip(pictures, (options.first, options.second), strict=True)
    ]
    first, second = (engine.embed(picture, [face])[0] for picture, face in zip(pictures, faces, strict=True))
    distance = float(np.linalg.norm(first - second))
    same = distance < SAME_PERSON_DISTANCE
    if options.json:
        _print_json({"distance": distance, "similarity": similarity(distance), "same": same})
        return
    verdict = "the same person" if same else "different people"
    print(f"{verdict}: similarity {similarity(distance):.1f} of 100, distance {distance:.3f}")


def _largest_face(engine: Engine, picture: BGRImage, path: Path) -> Face:
    faces = engine.find(picture)
    if not faces:
        raise BadImage("There is no face in %(path)s.", path=path)
    return max(faces, key=lambda face: face.width_px * face.height_px)


def _engine(options: argparse.Namespace) -> Engine:
    return Engine(smallest_face_px=options.smallest_face)


def _as_json(face: Face) -> dict[str, Any]:
    return {
        "box": list(face.box),
        "landmarks": [list(point) for point in face.landmarks],
        "score": face.score,
        "quality": face.quality.value,
    }


def _in_words(face: Face) -> str:
    left, top, right, bottom = (round(side) for side in face.box)
    size = f"{right - left} x {bottom - top} px at {left}, {top}"
    words = [problem.value.replace("_", " ") for problem in face.quality.problems]
    remarks = f" ({', '.join(words)})" if words else ""
    return f"{size}, score {face.score:.3f}, quality {face.quality.value:.2f}{remarks}"


def _count(faces: int) -> str:
    return {0: "no face", 1: "1 face"}.get(faces, f"{faces} faces")


def _print_json(content: dict[str, Any]) -> None:
    print(json.dumps(content))
