"""How the local engine probes recordings, and who is who in a snapshot."""

from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from attendance.adapters.local.faces import LocalFaces, open_faces
from attendance.adapters.local.photos import search_snapshot
from attendance.disk.files import DiskFile
from attendance.errors import BadRecording
from attendance.model import Face as EnrolledStudentFace
from attendance.model import RecordingKind
from attendance.settings import load_settings
from demo.drawn_people import CLASS_SEEDS, person, portrait
from face_engine.gallery import Gallery
from face_engine.model import Face
from face_engine.search_model import SearchOptions
from face_engine.similarity import similarity
from tests.contract.faces_kits import drawn, jpeg
from tests.face_data import FACE_DATA
from tests.face_engine.films import film, noisy_pictures
from tests.still_files import stills
from tests.unit.test_faces_local import a_face, saved


@pytest.fixture(scope="module")
def faces() -> LocalFaces:
    return open_faces("local", load_settings(FACE_DATA))


def a_video(path: Path, container_format: str, codec: str) -> Path:
    with av.open(str(path), "w", format=container_format) as container:
        stream = container.add_stream(codec, rate=5)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.time_base = Fraction(1, 5)
        for number in range(5):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 40 * number, np.uint8), format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, 5)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@pytest.mark.parametrize(
    ("container_format", "codec", "extension"),
    [
        ("mp4", "libx264", ".mp4"),
        ("mov", "libx264", ".mov"),
        ("matroska", "libx264", ".mkv"),
        ("webm", "libvpx", ".webm"),
        ("avi", "mpeg4", ".avi"),
    ],
)
def test_the_extension_comes_from_the_file_and_not_from_its_name(
    faces: LocalFaces, tmp_path: Path, container_format: str, codec: str, extension: str
):
    assert faces.probe(DiskFile(a_video(tmp_path / "data.exe", container_format, codec))).extension == extension


def test_a_container_that_no_browser_plays_is_refused_by_name(faces: LocalFaces, tmp_path: Path):
    with pytest.raises(BadRecording, match=r"^Videos of this kind \(mpegts\) are not taken; MP4, MOV, .* are\.$"):
        faces.probe(DiskFile(a_video(tmp_path / "data", "mpegts", "libx264")))


@pytest.mark.parametrize(("still_faces", "flat"), [("review", True), ("allow", False)])
def test_a_face_that_moves_as_a_picture_does_is_told_unless_it_is_allowed(tmp_path: Path, still_faces: str, flat: bool):
    faces = open_faces("local", load_settings({**FACE_DATA, "ROLLCALL_STILL_FACES": still_faces}))
    picture = portrait(person(CLASS_SEEDS[0]), 240)
    enrolled = faces.enrol("21", jpeg(picture))
    own = EnrolledStudentFace("f", "21", faces.name, "", "", 1.0, datetime.now(UTC), enrolled.vector)
    path = film(tmp_path / "a.mp4", [picture] * 24, fps=2)
    (seen,) = faces.search(DiskFile(path), RecordingKind.VIDEO, [own])
    assert (seen.student_id, seen.flat) == ("21", flat)


@pytest.mark.parametrize(("kind", "extension"), [("JPEG", ".jpg"), ("PNG", ".png")])
def test_a_snapshot_is_a_jpeg_or_a_png(faces: LocalFaces, tmp_path: Path, kind: str, extension: str):
    (tmp_path / "data").write_bytes(saved(np.zeros((48, 64, 3), np.uint8), kind))
    info = faces.probe(DiskFile(tmp_path / "data"))
    assert (info.extension, info.width, info.height, info.duration_s) == (extension, 64, 48, 0)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "TIFF", "BMP"])
def test_other_pictures_are_no_recordings(faces: LocalFaces, tmp_path: Path, kind: str):
    (tmp_path / "data").write_bytes(saved(np.zeros((48, 64, 3), np.uint8), kind))
    with pytest.raises(BadRecording, match=r"^The recording .*\.$"):
        faces.probe(DiskFile(tmp_path / "data"))


def test_a_snapshot_that_is_cut_short_is_refused(faces: LocalFaces, tmp_path: Path):
    (tmp_path / "data").write_bytes(saved(drawn(0), "PNG")[:5000])
    with pytest.raises(BadRecording, match=r"^The recording is damaged or cut short\.$"):
        faces.probe(DiskFile(tmp_path / "data"))


def test_a_recording_that_is_gone_is_refused_without_its_path(faces: LocalFaces, tmp_path: Path):
    with pytest.raises(BadRecording) as refused:
        faces.probe(DiskFile(tmp_path / "gone"))
    assert str(tmp_path) not in refused.value.sentence


class EngineOfVectors:
    """Finds faces side by side whose vectors are given."""

    def __init__(self, *vectors: np.ndarray) -> None:
        self._vectors = np.array(vectors, np.float32)

    def find(self, image: np.ndarray) -> list[Face]:
        return [a_face(20, left=20 * i) for i in range(len(self._vectors))]

    def embed(self, image: np.ndarray, faces: list[Face]) -> np.ndarray:
        return self._vectors


def along(axis: int, length: float) -> np.ndarray:
    vector = np.zeros(128, np.float32)
    vector[axis] = length
    return vector


def test_of_two_faces_like_one_student_the_nearer_is_the_student_and_the_other_nobody(tmp_path: Path):
    (tmp_path / "data").write_bytes(jpeg(np.zeros((48, 64, 3), np.uint8)))
    gallery = Gallery(["ada", "ben"], np.array([along(0, 1), along(1, 1)]))
    engine = EngineOfVectors(along(0, 0.7), along(0, 0.9))
    seen = search_snapshot(tmp_path / "data", gallery, engine, SearchOptions(), None)
    assert [one.student_id for one in seen] == ["ada", None]
    assert seen[0].similarity == pytest.approx(similarity(0.1), abs=0.01)
    assert (seen[0].good_frames, seen[1].similarity) == (1, None)


def test_a_face_in_a_snapshot_that_may_be_either_of_two_is_weak_for_both(tmp_path: Path):
    (tmp_path / "data").write_bytes(jpeg(np.zeros((48, 64, 3), np.uint8)))
    gallery = Gallery(["ann", "eve"], np.array([along(0, 0.2), along(0, 0.5)]))
    seen = search_snapshot(tmp_path / "data", gallery, EngineOfVectors(along(0, 0.25)), SearchOptions(), None)
    assert [(one.student_id, one.good_frames) for one in seen] == [("ann", 0), ("eve", 0)]
    assert seen[0].margin == pytest.approx(-seen[1].margin) and seen[0].margin > 0
    assert seen[0].picture == seen[1].picture


def test_a_video_that_ends_before_its_time_is_refused(faces: LocalFaces, tmp_path: Path):
    path = film(tmp_path / "a.mp4", noisy_pictures(24), fps=2, container_options={"movflags": "faststart"})
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadRecording, match=r"^The recording is cut short"):
        faces.probe(DiskFile(path))


@pytest.mark.parametrize("what", [what for what in stills() if what not in ("JPEG", "PNG", "animated PNG")])
def test_a_still_is_refused_by_its_name(faces, tmp_path, what):
    kind, content = stills()[what]
    (tmp_path / "data").write_bytes(content)
    with pytest.raises(BadRecording, match=rf"The recording is an? (animated )?picture \(({kind})\), not a video"):
        faces.probe(DiskFile(tmp_path / "data"))


def test_a_large_snapshot_has_the_size_of_its_file(faces, tmp_path):
    Image.new("L", (8400, 4200)).save(tmp_path / "data", "JPEG")
    info = faces.probe(DiskFile(tmp_path / "data"))
    assert (info.width, info.height) == (8400, 4200)
