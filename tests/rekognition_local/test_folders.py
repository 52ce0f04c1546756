"""Collections and jobs on disk, without a server: what is refused, what goes, what a full disk leaves."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from rekognition_local.collections_folder import CollectionsFolder
from rekognition_local.disk import write_json
from rekognition_local.errors import ServiceError
from rekognition_local.jobs_folder import KEPT_S, JobsFolder
from rekognition_local.stored_face import StoredFace

ENGINE = "engine-1"
BOX = (0.1, 0.2, 0.3, 0.4)
REQUEST = {"CollectionId": "class", "Video": {"S3Object": {"Bucket": "media", "Name": "a.mp4"}}}


def face(direction: int, image_id: str = "") -> StoredFace:
    vector = np.zeros(128, np.float32)
    vector[direction] = 1
    return StoredFace(str(uuid4()), image_id or str(uuid4()), None, BOX, 99.0, "1", vector)


@pytest.fixture
def collections(tmp_path: Path) -> CollectionsFolder:
    return CollectionsFolder(tmp_path / "collections", ENGINE)


def full_disk(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_collection_that_goes_while_it_is_used_takes_and_names_nobody(collections):
    collection = collections.create("class", {})
    (known,) = collection.add([face(0)])
    collections.delete("class")
    for use in (
        lambda: collection.matches(known.vector, 0, 5),
        lambda: collection.add([face(1)]),
        lambda: collection.remove([known.face_id]),
    ):
        with pytest.raises(ServiceError) as error:
            use()
        assert error.value.code == "ResourceNotFoundException"


def test_a_collection_of_another_engine_is_shown_and_deleted_but_not_searched(collections, tmp_path):
    collections.create("class", {})
    other = CollectionsFolder(tmp_path / "collections", "engine-2")
    assert [collection.about.engine for collection in other.all()] == [ENGINE]
    with pytest.raises(ServiceError) as error:
        other.get_usable("class")
    assert error.value.code == "InvalidParameterException"
    assert ENGINE in error.value.message
    other.delete("class")
    assert not list((tmp_path / "collections").iterdir())


def test_faces_and_their_order_are_read_again(collections, tmp_path):
    collection = collections.create("class", {"term": "2026 봄"})
    added = [collection.add([face(number)])[0] for number in (3, 1, 2)]
    again = CollectionsFolder(tmp_path / "collections", ENGINE).get("class")
    assert again.about == collection.about
    assert [kept.face_id for kept in again.faces()] == [kept.face_id for kept in added]
    assert all(np.array_equal(kept.vector, new.vector) for kept, new in zip(again.faces(), added, strict=True))


def test_removing_one_of_two_faces_of_a_picture_leaves_the_other_on_disk(collections, tmp_path):
    collection = collections.create("class", {})
    image_id = str(uuid4())
    one, other = collection.add([face(0, image_id), face(1, image_id)])
    collection.remove([one.face_id])
    again = CollectionsFolder(tmp_path / "collections", ENGINE).get("class")
    assert [kept.face_id for kept in again.faces()] == [other.face_id]
    collection.remove([other.face_id])
    assert not list((tmp_path / "collections").rglob(f"{image_id}*"))


def test_a_picture_that_is_indexed_again_keeps_its_faces_of_before_on_disk(collections, tmp_path):
    collection = collections.create("class", {})
    image_id = str(uuid4())
    added = [collection.add([face(number, image_id)])[0] for number in (0, 1)]
    again = CollectionsFolder(tmp_path / "collections", ENGINE).get("class")
    assert [kept.face_id for kept in again.faces()] == [kept.face_id for kept in added]


def test_a_full_disk_keeps_nothing_of_a_picture_and_all_that_was_there(collections, tmp_path, monkeypatch):
    collection = collections.create("class", {})
    (known,) = collection.add([face(0)])
    before = sorted(tmp_path.rglob("*"))
    with monkeypatch.context() as changed:
        changed.setattr(os, "fsync", full_disk)
        with pytest.raises(OSError, match="No space left"):
            collection.add([face(1)])
    assert sorted(tmp_path.rglob("*")) == before
    assert collection.faces() == [known]


def test_a_removal_that_a_full_disk_broke_off_can_be_repeated(collections, tmp_path, monkeypatch):
    collection = collections.create("class", {})
    image_id = str(uuid4())
    (alone,) = collection.add([face(0)])
    one, other = collection.add([face(1, image_id), face(2, image_id)])
    with monkeypatch.context() as changed:
        changed.setattr("rekognition_local.collection.write_json", full_disk)
        with pytest.raises(OSError, match="No space left"):
            collection.remove([alone.face_id, one.face_id])
    assert collection.remove([alone.face_id, one.face_id]) == [alone.face_id, one.face_id]
    again = CollectionsFolder(tmp_path / "collections", ENGINE).get("class")
    assert [kept.face_id for kept in again.faces()] == [other.face_id]


def test_a_collection_whose_removal_failed_is_still_there_and_can_be_removed(collections, tmp_path, monkeypatch):
    collections.create("class", {})
    with monkeypatch.context() as changed:
        changed.setattr(Path, "rename", full_disk)
        with pytest.raises(OSError, match="No space left"):
            collections.delete("class")
    assert collections.get("class").add([face(0)])
    collections.delete("class")
    assert not list((tmp_path / "collections").iterdir())


def test_faces_and_jobs_are_readable_for_their_owner_alone(collections, tmp_path):
    JobsFolder(tmp_path / "jobs", 20)
    assert [(tmp_path / name).stat().st_mode & 0o777 for name in ("collections", "jobs")] == [0o700, 0o700]


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "file"
    write_json(path, [1])
    with monkeypatch.context() as changed:
        changed.setattr(os, "fsync", full_disk)
        with pytest.raises(OSError, match="No space left"):
            write_json(path, [2])
    assert json.loads(path.read_text()) == [1]
    assert list(tmp_path.iterdir()) == [path]


def test_a_job_is_forgotten_a_week_after_its_end(tmp_path, monkeypatch):
    jobs = JobsFolder(tmp_path / "jobs", 20)
    ended, open_job = (jobs.start("StartFaceSearch", {**REQUEST, "JobTag": tag})[0] for tag in ("ended", "open"))
    jobs.fail(ended, "It failed.")
    assert len(JobsFolder(tmp_path / "jobs", 20).unfinished()) == 1
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + KEPT_S + 60)
    later = JobsFolder(tmp_path / "jobs", 20)
    assert [path.name for path in (tmp_path / "jobs").iterdir()] == [open_job.job_id]
    with pytest.raises(ServiceError) as error:
        later.get("StartFaceSearch", ended.job_id)
    assert error.value.code == "ResourceNotFoundException"


def test_a_token_is_remembered_over_a_restart(tmp_path):
    asked = {**REQUEST, "ClientRequestToken": "token", "FaceMatchThreshold": 80.0}
    job, is_new = JobsFolder(tmp_path / "jobs", 20).start("StartFaceSearch", asked)
    again, is_new_again = JobsFolder(tmp_path / "jobs", 20).start("StartFaceSearch", asked)
    assert (again.job_id, is_new, is_new_again) == (job.job_id, True, False)
