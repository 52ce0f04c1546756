"""A snapshot: each of its faces is asked for by itself, and nobody is seen twice."""

from __future__ import annotations

import io
import threading
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError
from PIL import Image

from attendance.disk.files import DiskFile
from attendance.errors import BadRecording
from attendance.model import Face, RecordingKind
from attendance.ports import Seen
from tests.unit.rekognition_stub import made, stored

COLOURS = {"red": (230, 20, 20), "green": (20, 230, 20), "blue": (20, 20, 230), "white": (250, 250, 250)}
IDS = {name: f"{number:08d}-0000-0000-0000-000000000000" for number, name in enumerate(COLOURS)}


class ColourClient:
    """Sees each coloured square of a picture as a face, and knows people by their colours."""

    def __init__(self, squares: dict[str, tuple[int, int, int]], size: tuple[int, int]) -> None:
        self.squares, self.size = squares, size
        self.near: dict[str, dict[str, float]] = {}
        self.blind = False
        self.at_once = self.most_at_once = 0
        self.sent: list[Image.Image] = []
        self._lock = threading.Lock()

    def picture(self) -> Image.Image:
        picture = Image.new("RGB", self.size, "black")
        for name, (left, top, side) in self.squares.items():
            picture.paste(COLOURS[name.partition(" ")[0]], (left, top, left + side, top + side))
        return picture

    def detect_faces(self, **_: Any) -> dict[str, Any]:
        width, height = self.size
        boxes = [
            {"Left": left / width, "Top": top / height, "Width": side / width, "Height": side / height}
            for left, top, side in self.squares.values()
        ]
        return {"FaceDetails": [{"BoundingBox": box, "Confidence": 99.0} for box in boxes]}

    def search_faces_by_image(self, **asked: Any) -> dict[str, Any]:
        with self._lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        time.sleep(0.01)
        with self._lock:
            self.at_once -= 1
        if self.blind:
            message = "There are no faces in the image. Should be at least one."
            raise ClientError({"Error": {"Code": "InvalidParameterException", "Message": message}}, "Search")
        crop = Image.open(io.BytesIO(asked["Image"]["Bytes"]))
        crop.load()
        self.sent.append(crop)
        middle = crop.getpixel((crop.width // 2, crop.height // 2))
        name = min(COLOURS, key=lambda one: sum(abs(a - b) for a, b in zip(COLOURS[one], middle, strict=True)))
        matches = [
            {"Similarity": points, "Face": {"FaceId": IDS[who], "ExternalImageId": who}}
            for who, points in self.near.get(name, {name: 99.5}).items()
            if points >= asked["FaceMatchThreshold"]
        ]
        return {"FaceMatches": matches[: asked["MaxFaces"]]}


def searched(client: ColourClient, tmp_path: Any, *names: str) -> dict[str | None, Seen]:
    path = tmp_path / "data"
    client.picture().save(path, "PNG")
    seen = made(client).search(DiskFile(path), RecordingKind.SNAPSHOT, known(*names))
    return {one.student_id: one for one in seen}


def known(*names: str) -> list[Face]:
    return [stored(IDS[name], name) for name in names]


def test_students_are_told_from_strangers(tmp_path):
    client = ColourClient({"red": (20, 20, 60), "blue": (200, 20, 60)}, (400, 200))
    client.near["blue"] = {}
    seen = searched(client, tmp_path, "red", "green")
    assert set(seen) == {"red", None}
    assert seen["red"].similarity == 99.5
    assert seen["red"].margin == pytest.approx(19.5)
    assert (seen["red"].frames, seen["red"].good_frames, seen["red"].first_s, seen["red"].last_s) == (1, 1, 0.0, 0.0)
    assert seen[None].similarity is None


def test_the_picture_shows_the_face(tmp_path):
    client = ColourClient({"red": (20, 20, 60), "blue": (200, 20, 60)}, (400, 200))
    with Image.open(io.BytesIO(searched(client, tmp_path, "red")["red"].picture or b"")) as picture:
        red, green, blue = picture.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    assert red > 3 * max(green, blue)


def test_two_faces_are_never_the_same_student(tmp_path):
    client = ColourClient({"red": (20, 20, 60), "blue": (200, 20, 60)}, (400, 200))
    client.near = {"red": {"red": 99.9}, "blue": {"red": 99.2, "green": 90.0}}
    seen = searched(client, tmp_path, "red", "green")
    assert (seen["red"].similarity, seen["red"].good_frames) == (99.9, 1)
    assert (seen["green"].similarity, seen["green"].good_frames, seen["green"].margin) == (90.0, 0, 0.0)


def test_a_larger_neighbour_is_not_taken_for_the_face_that_is_asked_for(tmp_path):
    client = ColourClient({"red": (100, 60, 40), "blue": (145, 0, 150)}, (400, 200))
    seen = searched(client, tmp_path, "red", "blue")
    assert set(seen) == {"red", "blue"}
    small = min(client.sent, key=lambda crop: crop.getpixel((crop.width // 2, crop.height // 2))[2])
    assert not any(blue > 150 and red < 100 for _, (red, _, blue) in small.getcolors(1 << 20))


def test_a_small_face_is_enlarged(tmp_path):
    client = ColourClient({"red": (100, 60, 20)}, (400, 200))
    searched(client, tmp_path, "red")
    assert min(client.sent[0].size) >= 72  # so that the face has 40 pixels


def test_a_face_in_which_rekognition_sees_none_is_unknown(tmp_path):
    client = ColourClient({"red": (20, 20, 60)}, (400, 200))
    client.blind = True
    assert set(searched(client, tmp_path, "red")) == {None}


def test_an_empty_room_is_no_error(tmp_path):
    assert searched(ColourClient({}, (400, 200)), tmp_path, "red") == {}


def test_many_faces_are_asked_for_eight_at_once(tmp_path):
    squares = {f"red {number}": (50 * (number % 8), 50 * (number // 8), 40) for number in range(24)}
    client = ColourClient(squares, (400, 200))
    client.near["red"] = {}
    client.picture().save(tmp_path / "data", "PNG")
    seen = made(client).search(DiskFile(tmp_path / "data"), RecordingKind.SNAPSHOT, known("red"))
    assert len(seen) == 24
    assert 2 <= client.most_at_once <= 8


def test_a_collection_that_is_not_there_is_named(tmp_path, monkeypatch):
    client = ColourClient({"red": (20, 20, 60)}, (400, 200))

    def missing(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": "No."}}, "SearchFacesByImage")

    monkeypatch.setattr(client, "search_faces_by_image", missing)
    with pytest.raises(BadRecording, match="There is no collection class in Rekognition"):
        searched(client, tmp_path, "red")
