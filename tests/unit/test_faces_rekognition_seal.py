"""The seal on a photo for Rekognition: no two pictures are the same, and no face is lost to it."""

from __future__ import annotations

import io
import random
import secrets

import numpy as np
import pytest
from PIL import Image, ImageChops

from attendance.adapters.rekognition.photos import for_request, jpeg, sealed
from attendance.ports import FoundFace
from tests.contract.faces_kits import LocalKit, drawn


@pytest.fixture(autouse=True)
def same_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "token_bytes", random.Random(1).randbytes)


def face_at(*box: float) -> FoundFace:
    return FoundFace(box, 0.99, 0.9, ())  # type: ignore[arg-type]


def difference(picture: Image.Image, face: FoundFace) -> Image.Image:
    return ImageChops.difference(picture, sealed(picture, face))


@pytest.mark.parametrize("size", [(320, 240), (81, 83), (8, 200)])
def test_a_sealed_picture_has_the_size_it_had_and_nobody_sees_a_difference(size: tuple[int, int]) -> None:
    changed = difference(Image.new("RGB", size, (120, 130, 140)), face_at(0, 0, *size))
    assert changed.size == size
    assert {high for _, high in changed.getextrema()} == {1}


@pytest.mark.parametrize("box", [(0, 0, 60, 80), (200, 150, 320, 240), (-9, 100, 60, 250), (100, 60, 180, 160)])
def test_a_face_and_what_is_near_it_stay_as_they_were(box: tuple[float, ...]) -> None:
    changed = difference(Image.new("RGB", (320, 240), (120, 130, 140)), face_at(*box))
    x1, y1, x2, y2 = box
    across, down = (x2 - x1) / 4, (y2 - y1) / 4
    around = changed.crop((max(0, int(x1 - across)), max(0, int(y1 - down)), int(x2 + across), int(y2 + down)))
    assert around.getbbox() is None
    assert changed.getbbox() is not None


@pytest.mark.parametrize("tone", [0, 128, 255])
@pytest.mark.parametrize("size", [(320, 240), (4096, 3000)])
@pytest.mark.parametrize("part", [0.3, 1.0])
def test_it_is_another_picture_each_time_also_as_the_jpeg_that_is_sent(
    size: tuple[int, int], tone: int, part: float
) -> None:
    picture = Image.new("RGB", size, (tone, tone, tone))
    face = face_at(0, 0, size[0] * part, size[1] * part)
    sent = [for_request(sealed(picture, face)) for _ in range(3)]
    assert len({Image.open(io.BytesIO(data)).tobytes() for data in sent}) == 3


def test_a_picture_that_is_made_much_smaller_for_the_request_keeps_its_seal() -> None:
    noise = Image.frombytes("RGB", (1600, 1200), random.Random(2).randbytes(1600 * 1200 * 3))
    face = face_at(400, 300, 1200, 900)
    sent = [jpeg(sealed(noise, face).resize((400, 300), Image.Resampling.BOX), 80) for _ in range(2)]
    assert Image.open(io.BytesIO(sent[0])).tobytes() != Image.open(io.BytesIO(sent[1])).tobytes()


@pytest.mark.parametrize("edge", ["bottom", "top", "left", "right"])
@pytest.mark.parametrize("who", [3, 5, 7])
def test_a_face_at_the_edge_of_its_picture_is_not_lost(edge: str, who: int) -> None:
    whole = np.ascontiguousarray(drawn(who)[:, :, ::-1])
    with LocalKit().running() as engine:
        x1, y1, x2, y2 = map(round, engine.find(jpeg(Image.fromarray(whole))).faces[0].box)
        for hidden in (0.0, 0.06, 0.12, 0.15, 0.19):
            across, down = round((x2 - x1) * hidden), round((y2 - y1) * hidden)
            cuts = {
                "bottom": whole[: y2 - down],
                "top": whole[y1 + down :],
                "left": whole[:, x1 + across :],
                "right": whole[:, : x2 - across],
            }
            picture = Image.fromarray(np.ascontiguousarray(cuts[edge]))
            found = engine.find(for_request(picture)).faces
            if found:  # it is seen also where nothing is sealed
                assert len(engine.find(for_request(sealed(picture, found[0]))).faces) == len(found)
