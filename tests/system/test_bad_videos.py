"""Recordings that are broken, hostile or unusual, sent to the site and searched with the real engine."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from flask.testing import FlaskClient

from attendance.model import SearchStatus
from attendance.services import Services
from tests.face_engine.films import animated_gif, film, noisy_pictures, pictures_overwritten, sound_only
from tests.system import school
from tests.system.hostile import png_bomb
from tests.system.keeping import kept_in
from tests.website.lecturing import create, patch

pytestmark = pytest.mark.slow

Make = Callable[[Path], object]
ONE_SENTENCE = re.compile(r"[A-Z][^\n/\\]{5,200}\.")


def _text(path: Path) -> None:
    path.write_text("Dear diary, today there was no lecture.\n" * 50)


def _zeros(path: Path) -> None:
    path.write_bytes(bytes(100_000))


def _cut_with_its_header_at_the_end(path: Path) -> None:
    film(path, noisy_pictures(10))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _cut_in_the_middle_behind_its_header(path: Path) -> None:
    film(path, noisy_pictures(24), fps=2, container_options={"movflags": "faststart"})
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _cut_before_the_first_picture(path: Path) -> None:
    film(path, noisy_pictures(10), container_options={"movflags": "faststart"})
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(b"mdat") + 4])


def _header_only(path: Path) -> None:
    path.write_bytes(b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41")


def _png_bomb(path: Path) -> None:
    path.write_bytes(png_bomb())


def _playlist_of_other_files(path: Path) -> None:
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n")


def _list_of_other_files(path: Path) -> None:
    path.write_text("ffconcat version 1.0\nfile /etc/passwd\n")


def _subtitles(path: Path) -> None:
    path.write_text("1\n00:00:00,000 --> 00:00:02,000\nGood morning\n")


REFUSED: list[Make] = [
    _text,
    _zeros,
    _cut_with_its_header_at_the_end,
    _cut_in_the_middle_behind_its_header,
    _cut_before_the_first_picture,
    pictures_overwritten,
    _header_only,
    sound_only,
    animated_gif,
    _png_bomb,
    _playlist_of_other_files,
    _list_of_other_files,
    _subtitles,
]


@pytest.mark.parametrize("make", REFUSED, ids=lambda make: make.__name__.strip("_"))
def test_a_recording_that_cannot_be_searched_is_refused_and_leaves_nothing(
    teacher: FlaskClient, inline: Services, tmp_path: Path, make: Make
) -> None:
    path = tmp_path / "lecture.mp4"
    make(path)
    before = kept_in(inline.settings.data)
    upload = create(teacher, school.the_course(inline).id, path.stat().st_size).headers["Location"]
    answer = patch(teacher, upload, 0, path.read_bytes())
    assert answer.status_code == 422
    assert ONE_SENTENCE.fullmatch(answer.json["error"]["message"])
    assert kept_in(inline.settings.data) == before


def test_an_empty_recording_is_refused_before_it_is_sent(teacher: FlaskClient, inline: Services) -> None:
    before = kept_in(inline.settings.data)
    answer = create(teacher, school.the_course(inline).id, 0)
    assert answer.status_code == 422
    assert answer.json["error"]["message"] == "The file is empty."
    assert kept_in(inline.settings.data) == before


def pictures_of(video: Path) -> list[np.ndarray]:
    with av.open(str(video)) as container:
        return [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]


def _as(name: str, **options: object) -> pytest.param:
    codec = str(options.get("codec", "libx264"))
    return pytest.param(name, options, id=f"{codec}-{name}")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        _as("lecture.mp4", codec="libx265"),
        _as("lecture.mov", codec="libx265"),
        _as("lecture.webm", codec="libvpx-vp9", options={"cpu-used": "8", "deadline": "realtime"}),
        _as("lecture.mkv", codec="libsvtav1", options={"preset": "12"}),
        _as("lecture.avi", codec="mpeg4", options={"b": "3M"}),
        _as("lecture.mov", codec="libx264"),
        _as("lecture.mkv", codec="libx264"),
    ],
)
def test_usual_codecs_and_containers_are_searched(
    teacher: FlaskClient, inline: Services, video: Path, tmp_path: Path, name: str, options: dict[str, object]
) -> None:
    path = film(tmp_path / name, pictures_of(video), fps=2, **options)
    assert statuses_after(teacher, inline, path) == {"52": "present", "106": "present", "146": "absent"}


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_the_video_of_a_rotated_phone_is_searched_upright(
    teacher: FlaskClient, inline: Services, video: Path, tmp_path: Path, rotation: int
) -> None:
    turned = [np.ascontiguousarray(np.rot90(picture, -rotation // 90)) for picture in pictures_of(video)]
    path = film(tmp_path / "phone.mp4", turned, fps=2, rotation=rotation)
    assert statuses_after(teacher, inline, path) == {"52": "present", "106": "present", "146": "absent"}


def test_seconds_are_right_where_pictures_come_unevenly(
    teacher: FlaskClient, inline: Services, video: Path, tmp_path: Path
) -> None:
    pictures = pictures_of(video)
    # Two pictures a second until the second student comes at 2 s, then one each two seconds.
    times_s = [number / 2 if number < 4 else 2.0 * (number - 3) for number in range(len(pictures))]
    path = film(tmp_path / "uneven.mp4", pictures, times_s=times_s)
    assert statuses_after(teacher, inline, path) == {"52": "present", "106": "present", "146": "absent"}
    (lecture,) = inline.store.lectures().items
    second = next(mark for mark in inline.store.marks(lecture.id) if mark.student_id == "106")
    assert second.evidence is not None
    assert 1.5 <= second.evidence.first_s <= 4
    assert second.evidence.last_s >= 14


def test_a_video_without_its_last_second_is_searched(
    teacher: FlaskClient, inline: Services, video: Path, tmp_path: Path
) -> None:
    path = tmp_path / "cut.mp4"
    whole = video.read_bytes()  # its header comes first
    assert whole.index(b"moov") < whole.index(b"mdat")
    path.write_bytes(whole[: len(whole) * 3 // 4])
    statuses = statuses_after(teacher, inline, path)
    assert statuses["52"] == "present"
    assert statuses["146"] == "absent"


def statuses_after(teacher: FlaskClient, services: Services, path: Path) -> dict[str, str]:
    """Upload it, search it, and say who was there."""
    upload = create(teacher, school.the_course(services).id, path.stat().st_size, filename=path.name)
    answer = patch(teacher, upload.headers["Location"], 0, path.read_bytes())
    assert answer.status_code == 204, answer.text
    recording = services.store.recording(answer.headers["Rollcall-Recording"])
    assert recording.status is SearchStatus.DONE, recording.error
    return {mark.student_id: mark.status.value for mark in services.store.marks(recording.lecture_id)}
