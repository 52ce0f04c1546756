"""What is found in real photographs and in a clip of a real stage, where ROLLCALL_FACES_DIR names them."""

from __future__ import annotations

import csv
from functools import partial
from pathlib import Path

import numpy as np

from bench.child import in_child
from bench.log import Log
from bench.rows.detector import SMALLEST_PX, Find, ours, peers
from bench.scoring import Finds, finds_of_noses, is_sure
from bench.searching import Enrolled, search_film
from bench.stage import Stage
from bench.table import Column, Figures, Row, Table, row
from face_engine.engine import Engine
from face_engine.images import read_image
from face_engine.model import BGRImage, Point
from face_engine.search_model import PersonSeen

CLIP = "short_hamilton_clip.mp4"
CLIP_PEOPLE = ("lin-manuel-miranda", "alex-lacamoire")

_FINDS_COLUMNS = (
    Column("pictures", "pictures"),
    Column("faces", "noses"),
    Column("found", "found"),
    Column("false", "false"),
)
_CLIP_COLUMNS = (
    Column("similarity", "similarity", "of 100", 1),
    Column("margin", "next best farther", "distance", 2),
    Column("good_frames", "good frames"),
    Column("present", "mark"),
)


def tables(stage: Stage) -> list[Table]:
    """Two tables, or one row that says why not."""
    folder = stage.places.photographs
    if folder is None:
        missing = Row("photographs", {"found": "not given"})
        return [Table("photographs", "Real photographs", _FINDS_COLUMNS, (missing,), ("Set ROLLCALL_FACES_DIR.",))]
    finds = in_child(_finds_rows, folder, stage.log, one_thread=True).value
    stage.log.say("photographs: the clip")
    clip = in_child(_clip_rows, folder).value
    finds_note = "Group pictures with counted noses; a face is found where its nose is inside a find."
    clip_note = "Ten seconds of a stage, 640x360, dark, hard cuts; two are enrolled with one picture each."
    return [
        Table("photographs", "Real photographs: faces found", _FINDS_COLUMNS, tuple(finds), (finds_note,)),
        Table("clip", "Real photographs: a clip of a stage", _CLIP_COLUMNS, tuple(clip), (clip_note,)),
    ]


def _finds_rows(folder: Path, log: Log) -> list[Row]:
    pictures = [(read_image(folder / "counted" / name), noses) for name, noses in group_noses(folder).items()]
    theirs = peers()
    ways = {
        **{f"ours, faces from {px} px": ours(px) for px in SMALLEST_PX},
        "dlib HOG": theirs["hog"],
        "dlib HOG upsampled": theirs["hog_up"],
        "YuNet": theirs["yunet"],
    }
    rows = []
    for name, find in ways.items():
        log.say(f"photographs: {name}")
        rows.append(row(name, partial(_finds, find, pictures)))
    return rows


def _finds(find: Find, pictures: list[tuple[BGRImage, list[Point]]]) -> Figures:
    finds = sum((finds_of_noses(find(image), noses) for image, noses in pictures), Finds())
    return Figures({"pictures": len(pictures), "faces": finds.faces, "found": finds.found, "false": finds.false})


def group_noses(folder: Path) -> dict[str, list[Point]]:
    """Where the noses of the counted group pictures are; none for a picture without a face."""
    noses: dict[str, list[Point]] = {}
    with (folder / "counted" / "noses.csv").open() as file:
        for line in csv.DictReader(file):
            # 016_8.jpg holds eight faces; 001_A.jpg is a portrait of A.
            if line["image"][4].isdigit():
                points = noses.setdefault(line["image"], [])
                points += [(float(line["nose_x"]), float(line["nose_y"]))] if line["nose_x"] else []
    return noses


def _clip_rows(folder: Path) -> list[Row]:
    engine = Engine()
    vectors = []
    for name in CLIP_PEOPLE:
        photo = read_image(folder / f"{name}.png")
        vectors.append(engine.embed(photo, engine.find(photo)[:1], mirrored=True))
    search = search_film(folder / CLIP, Enrolled(CLIP_PEOPLE, np.concatenate(vectors)), processes=1).search
    seen = {person.label: person for person in search.people}
    rows = [row(name, partial(_person, seen.get(name))) for name in CLIP_PEOPLE]
    return [*rows, Row("nobody of the two", {"present": f"{len(search.unknown)} people"})]


def _person(person: PersonSeen | None) -> Figures:
    if person is None:
        return Figures({"present": "not seen"})
    return Figures(
        {
            "similarity": person.similarity,
            "margin": person.margin,
            "good_frames": person.good_frames,
            "present": "present" if is_sure(person) else "unsure",
        }
    )
