"""What every FaceSearch keeps to."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from attendance.errors import BadPhoto, BadRecording, SearchStopped, SettingsError
from attendance.model import Face, RecordingKind, Turn, TurnVerdict, new_id
from attendance.ports import EnrolledFace, FaceSearch, MediaFile
from attendance.rules.liveness import judge_turn
from tests.contract.faces_kits import KITS, FacesKit
from tests.fakes.faces import FakeFaces

ADA, BEN, STRANGER = 0, 1, 2


@pytest.fixture(params=KITS, scope="module")
def kit(request: pytest.FixtureRequest) -> FacesKit:
    return KITS[request.param]


@pytest.fixture(scope="module")
def faces(kit: FacesKit) -> Iterator[FaceSearch]:
    with kit.running() as faces:
        yield faces


@pytest.fixture(scope="module")
def lecture(faces: FaceSearch, kit: FacesKit, tmp_path_factory: pytest.TempPathFactory) -> MediaFile:
    """Ada from 0 to 6 s, a stranger from 2 to 5 s."""
    path = tmp_path_factory.mktemp("lecture") / "data"
    kit.lecture(path, 6, [(ADA, 0, 6), (STRANGER, 2, 5)])
    return kit.file(path)


def stored(faces: FaceSearch, student_id: str, enrolled: EnrolledFace) -> Face:
    return Face(
        id=new_id(),
        student_id=student_id,
        engine=faces.name,
        photo_key="",
        thumbnail_key="",
        quality=enrolled.found.faces[0].quality,
        created_at=datetime(2026, 3, 2, tzinfo=UTC),
        vector=enrolled.vector,
        external_id=enrolled.external_id,
    )


@contextmanager
def enrolled_for_now(faces: FaceSearch, photo: bytes) -> Iterator[EnrolledFace]:
    """Enrolled as a new student, and forgotten again, as where somebody thinks better of it."""
    enrolled = faces.enrol("new", photo)
    yield enrolled
    faces.remove([stored(faces, "new", enrolled)])


@pytest.fixture(scope="module")
def enrolled(faces: FaceSearch, kit: FacesKit) -> list[Face]:
    """Ada with two photos, and Ben."""
    photos = [("ada", kit.photo(ADA)), ("ada", kit.photo(ADA, another=True)), ("ben", kit.photo(BEN))]
    return [stored(faces, student_id, faces.enrol(student_id, photo)) for student_id, photo in photos]


def picture_size(data: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.format == "JPEG"
        assert not picture.getexif()
        return picture.size


def test_the_lines_are_in_order(faces: FaceSearch) -> None:
    assert 0 < faces.thresholds.review <= faces.thresholds.accept <= 100
    assert 0 < faces.thresholds.margin <= 100


def test_thresholds_that_are_chosen_hold_from_the_next_look_on(
    faces: FaceSearch, kit: FacesKit, enrolled: list[Face]
) -> None:
    usual = faces.thresholds
    assert faces.thresholds_for(None, None, None) == usual
    chosen = faces.thresholds_for(99.5, 99.0, 1.0)
    assert (chosen.accept, chosen.review, chosen.margin) == (99.5, 99.0, 1.0)
    with pytest.raises(SettingsError):
        faces.thresholds_for(50.0, 60.0, None)
    with enrolled_for_now(faces, kit.photo(ADA)) as again:
        assert faces.look_alikes(again, enrolled)
        faces.thresholds = faces.thresholds_for(100.0, 100.0, 0.0)
        try:
            alike = faces.look_alikes(again, enrolled)
        finally:
            faces.thresholds = usual
    assert all(one.similarity >= 100 for one in alike)


def test_every_face_of_a_photo_is_found_inside_of_it(faces: FaceSearch, kit: FacesKit) -> None:
    found = faces.find(kit.photo_of_two())
    assert len(found.faces) == 2
    for face in found.faces:
        x1, y1, x2, y2 = face.box
        assert x1 < (x1 + x2) / 2 < found.width
        assert y1 < (y1 + y2) / 2 < found.height
        assert 0 <= face.quality <= 1


def test_a_photo_without_a_face_is_found_empty_but_cannot_be_enrolled(faces: FaceSearch, kit: FacesKit) -> None:
    assert faces.find(kit.photo_of_nobody()).faces == ()
    with pytest.raises(BadPhoto, match=r"^There is no face in this photo\.$"):
        faces.enrol("ada", kit.photo_of_nobody())


def test_a_photo_of_two_cannot_be_enrolled(faces: FaceSearch, kit: FacesKit) -> None:
    with pytest.raises(BadPhoto, match=r"^There are 2 faces in this photo; choose one with a single face\.$"):
        faces.enrol("ada", kit.photo_of_two())


@pytest.mark.parametrize("junk", [b"", b"not a picture", b"\xff\xd8\xff\xe0 cut short", b"GIF89a"])
def test_what_is_no_picture_is_refused(faces: FaceSearch, junk: bytes) -> None:
    with pytest.raises(BadPhoto, match=r"^The picture .*\.$"):
        faces.find(junk)
    with pytest.raises(BadPhoto, match=r"^The picture .*\.$"):
        faces.enrol("ada", junk)


def test_enrolling_gives_a_vector_or_an_id_and_two_pictures(faces: FaceSearch, kit: FacesKit) -> None:
    face = faces.enrol("ada", kit.photo(ADA))
    # The fake stands for both kinds of engines.
    assert (face.vector is None) != (face.external_id is None) or isinstance(faces, FakeFaces)
    assert len(face.found.faces) == 1
    assert max(picture_size(face.photo)) <= 1600
    assert picture_size(face.thumbnail) == (160, 160)


def test_the_same_photo_gives_the_same_copy_and_another_photo_another(faces: FaceSearch, kit: FacesKit) -> None:
    first = faces.enrol("ada", kit.photo(ADA)).photo
    assert faces.enrol("ada", kit.photo(ADA)).photo == first
    assert faces.enrol("ada", kit.photo(ADA, another=True)).photo != first


def test_another_photo_of_a_student_is_a_look_alike_and_of_somebody_else_is_not(
    faces: FaceSearch, kit: FacesKit, enrolled: list[Face]
) -> None:
    with enrolled_for_now(faces, kit.photo(ADA)) as ada_again:
        alike = faces.look_alikes(ada_again, enrolled)
        assert [one.student_id for one in alike] == ["ada"]
        assert faces.thresholds.accept <= alike[0].similarity <= 100
        assert list(faces.look_alikes(ada_again, [])) == []
    with enrolled_for_now(faces, kit.photo(STRANGER)) as stranger:
        assert list(faces.look_alikes(stranger, enrolled)) == []


def test_those_among_others_who_look_like_a_student_are_told(
    faces: FaceSearch, kit: FacesKit, enrolled: list[Face]
) -> None:
    ada = [face for face in enrolled if face.student_id == "ada"]
    others = [replace(face, student_id=f"{face.student_id} again") for face in enrolled]
    assert faces.alike_among(others, ada) == {"ada again"}
    assert faces.alike_among(others, []) == set()
    assert faces.alike_among([], ada) == set()


def test_faces_of_another_engine_are_never_compared(
    faces: FaceSearch, kit: FacesKit, enrolled: list[Face], lecture: MediaFile
) -> None:
    foreign = [replace(face, engine="another", vector=(0.0,) * 3) for face in enrolled]
    with enrolled_for_now(faces, kit.photo(ADA)) as ada_again:
        assert list(faces.look_alikes(ada_again, foreign)) == []
    assert faces.alike_among(foreign, enrolled) == faces.alike_among(enrolled, foreign) == set()
    assert {seen.student_id for seen in faces.search(lecture, RecordingKind.VIDEO, foreign)} == {None}


def test_forgetting_faces_that_it_does_not_know_is_no_error(faces: FaceSearch, enrolled: list[Face]) -> None:
    faces.remove([replace(enrolled[0], id=new_id(), engine="another")])
    faces.remove([])


def test_a_video_is_probed(faces: FaceSearch, lecture: MediaFile) -> None:
    info = faces.probe(lecture)
    assert info.duration_s == pytest.approx(6, abs=0.5)
    assert info.width > 0
    assert info.height > 0
    assert info.codec == "h264"
    assert info.extension == ".mp4"


def test_a_snapshot_is_probed(faces: FaceSearch, kit: FacesKit, tmp_path: Path) -> None:
    kit.snapshot(tmp_path / "data", [ADA])
    info = faces.probe(kit.file(tmp_path / "data"))
    assert info.duration_s == 0
    assert info.extension in (".jpg", ".png")


@pytest.mark.parametrize("junk", [b"", b"not a video", b"\x00\x00\x00\x18ftypmp42" + bytes(40)])
def test_what_is_no_recording_is_refused_in_a_sentence_that_names_no_path(
    faces: FaceSearch, kit: FacesKit, tmp_path: Path, junk: bytes
) -> None:
    (tmp_path / "data").write_bytes(junk)
    with pytest.raises(BadRecording, match=r"^The recording .*\.$") as refused:
        faces.probe(kit.file(tmp_path / "data"))
    assert str(tmp_path) not in refused.value.sentence
    with pytest.raises(BadRecording, match=r"^The recording .*\.$"):
        faces.search(kit.file(tmp_path / "data"), RecordingKind.VIDEO, [])


def test_a_student_and_a_stranger_are_told_apart(faces: FaceSearch, enrolled: list[Face], lecture: MediaFile) -> None:
    ada, stranger = sorted(
        faces.search(lecture, RecordingKind.VIDEO, enrolled), key=lambda seen: seen.student_id is None
    )
    assert ada.student_id == "ada"
    assert ada.similarity is not None
    assert ada.margin is not None
    assert faces.thresholds.accept <= ada.similarity <= 100
    assert faces.thresholds.margin <= ada.margin <= 100
    assert ada.good_frames >= faces.thresholds.least_good_frames
    assert ada.first_s == pytest.approx(0, abs=0.5)
    assert ada.last_s == pytest.approx(6, abs=0.5)
    assert stranger.student_id is None
    assert stranger.first_s == pytest.approx(2, abs=0.5)
    assert stranger.last_s == pytest.approx(5, abs=0.5)


def test_every_sighting_has_its_picture(faces: FaceSearch, enrolled: list[Face], lecture: MediaFile) -> None:
    for seen in faces.search(lecture, RecordingKind.VIDEO, enrolled):
        assert seen.picture is not None
        assert seen.picture_s is not None
        assert max(picture_size(seen.picture)) <= 320
        assert seen.first_s <= seen.picture_s <= seen.last_s
        assert seen.frames > 0


def test_appearances_follow_each_other_from_the_first_second_to_the_last(
    faces: FaceSearch, enrolled: list[Face], lecture: MediaFile
) -> None:
    for seen in faces.search(lecture, RecordingKind.VIDEO, enrolled):
        assert seen.appearances_s is not None
        assert list(seen.appearances_s) == sorted(seen.appearances_s)
        assert len(seen.appearances_s) % 2 == 0
        assert (seen.appearances_s[0], seen.appearances_s[-1]) == (seen.first_s, seen.last_s)


def test_the_only_enrolled_student_has_the_whole_margin(
    faces: FaceSearch, enrolled: list[Face], lecture: MediaFile
) -> None:
    own = [face for face in enrolled if face.student_id == "ada"]
    (ada,) = [seen for seen in faces.search(lecture, RecordingKind.VIDEO, own) if seen.student_id]
    assert ada.margin == 100


def test_with_nobody_enrolled_everybody_is_unknown(faces: FaceSearch, lecture: MediaFile) -> None:
    seen = faces.search(lecture, RecordingKind.VIDEO, [])
    assert [one.student_id for one in seen] == [None, None]
    assert {one.similarity for one in seen} == {None}


def test_a_search_again_finds_the_same(faces: FaceSearch, enrolled: list[Face], lecture: MediaFile) -> None:
    first, second = (list(faces.search(lecture, RecordingKind.VIDEO, enrolled)) for _ in range(2))
    assert first == second


def test_everybody_in_a_snapshot_is_seen_once(
    faces: FaceSearch, kit: FacesKit, enrolled: list[Face], tmp_path: Path
) -> None:
    kit.snapshot(tmp_path / "data", [BEN, STRANGER])
    seen = faces.search(kit.file(tmp_path / "data"), RecordingKind.SNAPSHOT, enrolled)
    assert {one.student_id for one in seen} == {"ben", None}
    assert {one.frames for one in seen} == {1}
    assert {(one.first_s, one.last_s) for one in seen} == {(0, 0)}


def test_progress_runs_from_nothing_to_all(faces: FaceSearch, enrolled: list[Face], lecture: MediaFile) -> None:
    shares: list[float] = []
    faces.search(lecture, RecordingKind.VIDEO, enrolled, shares.append)
    assert shares == sorted(shares)
    assert shares[0] >= 0
    assert shares[-1] == 1


@pytest.mark.parametrize("kind", RecordingKind)
def test_a_search_that_is_told_to_stop_stops(
    faces: FaceSearch, kit: FacesKit, lecture: MediaFile, tmp_path: Path, kind: RecordingKind
) -> None:
    calls: list[float] = []

    def stop(share: float) -> None:
        calls.append(share)
        raise SearchStopped("The search was stopped; it goes on later.")

    kit.snapshot(tmp_path / "data", [ADA])
    file = lecture if kind is RecordingKind.VIDEO else kit.file(tmp_path / "data")
    with pytest.raises(SearchStopped):
        faces.search(file, kind, [], stop)
    assert len(calls) == 1


def test_vectors_come_out_of_a_search_only_where_they_are_asked_for(
    faces: FaceSearch, enrolled: list[Face], lecture: MediaFile
) -> None:
    seen = faces.search(lecture, RecordingKind.VIDEO, enrolled, vectors=True)
    assert [one.vector is not None for one in seen] == [faces.gives_vectors] * 2
    assert [one.vector for one in faces.search(lecture, RecordingKind.VIDEO, enrolled)] == [None, None]


def test_every_sighting_says_where_in_the_picture_the_face_is(
    faces: FaceSearch, enrolled: list[Face], lecture: MediaFile
) -> None:
    for one in faces.search(lecture, RecordingKind.VIDEO, enrolled):
        assert one.place is not None
        left, top, right, bottom = one.place
        assert -0.1 < left < right < 1.1
        assert -0.1 < top < bottom < 1.1


def test_the_face_of_a_picture_is_like_that_of_its_sighting_and_unlike_another(
    faces: FaceSearch, enrolled: list[Face], lecture: MediaFile, kit: FacesKit
) -> None:
    seen = faces.search(lecture, RecordingKind.VIDEO, enrolled, vectors=True)
    pictures = [faces.vector_of(one.picture or b"") for one in seen]
    assert [vector is not None for vector in pictures] == [faces.gives_vectors] * 2
    assert faces.vector_of(kit.photo_of_nobody()) is None
    if faces.gives_vectors:
        vectors = [*(one.vector for one in seen if one.vector), *(vector for vector in pictures if vector)]
        points = faces.likeness(vectors)
        thresholds = faces.thresholds
        assert [points[i][i] for i in range(4)] == pytest.approx([100.0] * 4, abs=0.1)
        assert min(points[0][2], points[1][3]) >= thresholds.accept
        assert max(points[0][1], points[0][3], points[1][2]) < thresholds.review


def test_of_each_picture_of_a_camera_it_says_where_eyes_nose_and_mouth_are(faces: FaceSearch, kit: FacesKit) -> None:
    one, nobody, two = faces.look([kit.photo(ADA), kit.photo_of_nobody(), kit.photo_of_two()])
    assert (len(one), len(nobody), len(two)) == (1, 0, 2)
    for face in (*one, *two):
        at, (left, top, right, bottom) = face.landmarks, face.box
        assert left < at.left_eye[0] < at.nose[0] < at.right_eye[0] < right
        assert left < at.left_mouth[0] < at.nose[0] < at.right_mouth[0] < right
        assert top < at.left_eye[1] < at.nose[1] < at.left_mouth[1] < bottom
        assert 0 < face.score <= 1
        assert 0 <= face.quality <= 1
    assert judge_turn([one[0].landmarks] * 6, Turn.LEFT) is TurnVerdict.DID_NOT


def test_what_is_no_picture_of_a_camera_is_refused(faces: FaceSearch, kit: FacesKit) -> None:
    with pytest.raises(BadPhoto):
        faces.look([kit.photo(ADA), b"nothing"])


def test_of_no_vectors_nothing_is_said(faces: FaceSearch) -> None:
    assert list(faces.likeness([])) == []
