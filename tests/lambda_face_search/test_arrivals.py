"""What becomes of an object that arrives in the bucket: a recording, or a line in the log."""

import pytest

from attendance.changes import RemoveCourse
from attendance.errors import Conflict, NotFound
from attendance.model import SearchStatus
from lambda_face_search.arrivals import take_in, upload_of
from lambda_face_search.events import Arrival
from tests.lambda_face_search.school import a_site, an_upload, key_of
from tests.lambda_face_search.sent import BUCKET

ID = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("media", "key"),
    [
        (f"s3://{BUCKET}", f"uploads/{ID}/data"),
        (f"s3://{BUCKET}/", f"uploads/{ID}/data"),
        (f"s3://{BUCKET}/school", f"school/uploads/{ID}/data"),
        (f"s3://{BUCKET}/my/schools/", f"my/schools/uploads/{ID}/data"),
    ],
)
def test_the_data_of_an_upload_is_known_by_its_key_below_the_prefix(media: str, key: str) -> None:
    assert upload_of(media, Arrival(BUCKET, key)) == ID


@pytest.mark.parametrize(
    "arrival",
    [
        Arrival("another", f"school/uploads/{ID}/data"),
        Arrival(BUCKET, f"uploads/{ID}/data"),
        Arrival(BUCKET, f"schooluploads/{ID}/data"),
        Arrival(BUCKET, f"other/school/uploads/{ID}/data"),
        Arrival(BUCKET, f"school/uploads/{ID}/details.json"),
        Arrival(BUCKET, f"school/uploads/{ID}/lock"),
        Arrival(BUCKET, f"school/uploads/{ID}/data/"),
        Arrival(BUCKET, f"school/uploads/{ID}/data\n"),
        Arrival(BUCKET, f"school/uploads/{ID[:-1]}/data"),
        Arrival(BUCKET, f"school/uploads/../{ID}/data"),
        Arrival(BUCKET, f"school/uploads/{ID}/"),
        Arrival(BUCKET, f"school/recordings/{ID}/{ID}.mp4"),
        Arrival(BUCKET, "school/"),
        Arrival(BUCKET, "a photo of the moon.jpg"),
    ],
    ids=lambda arrival: f"{arrival.bucket}/{arrival.key}",
)
def test_any_other_object_is_no_upload_and_is_ignored_with_a_line_in_the_log(
    arrival: Arrival, caplog: pytest.LogCaptureFixture
) -> None:
    services, _ = a_site()
    assert take_in(services, arrival) is None
    (line,) = [vars(record) for record in caplog.records]
    assert (line["message"], line["key"]) == ("An object is ignored.", arrival.key)
    assert line["reason"] == "it is no upload of this site"


def test_a_site_whose_media_are_in_a_folder_ignores_all_objects() -> None:
    assert upload_of("folder:/srv/media", Arrival("srv", f"media/uploads/{ID}/data")) is None


def test_a_whole_upload_becomes_a_recording_by_its_id() -> None:
    services, course = a_site()
    upload_id = an_upload(services, course)
    recording = take_in(services, Arrival(BUCKET, key_of(upload_id)))
    assert recording is not None
    assert recording.id == upload_id
    assert services.store.recording(upload_id).status is SearchStatus.QUEUED
    assert recording.media_key in services.media.files


def test_the_same_object_again_is_ignored_and_makes_no_second_recording(caplog: pytest.LogCaptureFixture) -> None:
    services, course = a_site()
    arrival = Arrival(BUCKET, key_of(an_upload(services, course)))
    first = take_in(services, arrival)
    assert first is not None
    assert take_in(services, arrival) is None
    assert len(services.store.recordings(first.lecture_id)) == 1
    assert vars(caplog.records[-1])["reason"] == "its upload is finished already, or was given up"


def test_a_file_that_is_no_recording_is_refused_with_its_sentence_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    services, course = a_site()
    upload_id = an_upload(services, course, b"no video at all")
    assert take_in(services, Arrival(BUCKET, key_of(upload_id))) is None
    assert vars(caplog.records[-1])["reason"] == "The recording is not a video that can be read, or it is cut short."
    assert services.media.files.keys() == {key for key in services.media.files if key.startswith("photos/")}


def test_an_upload_of_a_course_that_was_removed_is_refused_for_good() -> None:
    services, course = a_site()
    upload_id = an_upload(services, course)
    services.store.commit(RemoveCourse(course.id))
    assert take_in(services, Arrival(BUCKET, key_of(upload_id))) is None


def test_an_upload_that_another_process_holds_comes_again() -> None:
    services, course = a_site()
    upload_id = an_upload(services, course)
    services.uploads.busy.add(upload_id)  # type: ignore[attr-defined]
    with pytest.raises(Conflict):
        take_in(services, Arrival(BUCKET, key_of(upload_id)))


def test_an_upload_that_is_not_whole_comes_again() -> None:
    services, course = a_site()
    with pytest.raises(Conflict, match="not whole"):
        take_in(services, Arrival(BUCKET, key_of(an_upload(services, course, missing=3))))


def test_bytes_that_cannot_be_read_yet_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    services, course = a_site()
    upload_id = an_upload(services, course)

    def not_there(file: object) -> None:
        raise NotFound("This file is not there any more.")

    monkeypatch.setattr(services.faces, "probe", not_there)
    with pytest.raises(NotFound):
        take_in(services, Arrival(BUCKET, key_of(upload_id)))
    monkeypatch.undo()
    assert take_in(services, Arrival(BUCKET, key_of(upload_id))) is not None
