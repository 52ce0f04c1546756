"""What is left of an upload to the bucket where something fails, dies or is quicker."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from attendance.adapters.s3.bucket import Bucket
from attendance.adapters.s3.uploads import S3Uploads
from attendance.errors import AlreadyExists, Conflict, InvalidInput, NotFound, ServiceUnavailable
from tests.faulty_client import answer_with, refusal
from tests.sending import TEACHER
from tests.unit.s3_uploads import an_upload, multiparts, objects, sent, whole, with_faults


@pytest.fixture
def spool(bucket: Bucket) -> S3Uploads:
    return S3Uploads(bucket)


def test_an_upload_that_died_while_it_began_leaves_only_what_the_lifecycle_cleans(bucket: Bucket) -> None:
    dying, _ = with_faults(bucket, put_object=[KeyboardInterrupt()])
    upload = an_upload()
    with pytest.raises(KeyboardInterrupt):
        dying.begin(upload)
    assert (objects(bucket), multiparts(bucket)) == ([], 1)
    S3Uploads(bucket).begin(upload)
    assert S3Uploads(bucket).upload(upload.id) == upload


def test_an_upload_that_could_not_begin_leaves_nothing(bucket: Bucket, spool: S3Uploads) -> None:
    failing, _ = with_faults(bucket, put_object=[refusal("AccessDenied", 403, "PutObject")])
    with pytest.raises(ServiceUnavailable, match=r"may not do PutObject"):
        failing.begin(an_upload())
    assert (objects(bucket), multiparts(bucket)) == ([], 0)
    upload = an_upload()
    spool.begin(upload)
    with pytest.raises(AlreadyExists):
        spool.begin(upload)
    assert multiparts(bucket) == 1


def test_a_beginning_whose_answer_was_lost_is_not_taken_for_anothers(bucket: Bucket) -> None:
    def lose(call: Any, **parameters: Any) -> Any:
        call(**parameters)
        raise refusal("PreconditionFailed", 412, "PutObject")  # what botocore gets when it sends it again

    spool, _ = with_faults(bucket, put_object=[lose])
    upload = an_upload()
    spool.begin(upload)
    assert spool.upload(upload.id) == upload


def test_an_id_that_is_no_id_begins_nothing(bucket: Bucket, spool: S3Uploads) -> None:
    with pytest.raises(InvalidInput):
        spool.begin(replace(an_upload(), id="../x"))
    assert (objects(bucket), multiparts(bucket)) == ([], 0)


def test_of_two_who_complete_at_once_both_succeed(bucket: Bucket, spool: S3Uploads) -> None:
    def beaten(call: Any, **parameters: Any) -> Any:
        call(**parameters)
        raise refusal("NoSuchUpload", 404, "CompleteMultipartUpload")

    upload = sent(spool)
    second, _ = with_faults(bucket, complete_multipart_upload=[beaten])
    second.complete(upload.id)
    assert spool.upload(upload.id).offset == 4


def test_an_upload_that_was_removed_while_it_was_completed_is_not_found(bucket: Bucket, spool: S3Uploads) -> None:
    def removed(call: Any, **parameters: Any) -> Any:
        spool.remove(upload.id)
        raise refusal("NoSuchUpload", 404, "CompleteMultipartUpload")

    upload = sent(spool)
    slow, _ = with_faults(bucket, complete_multipart_upload=[removed])
    with pytest.raises(NotFound):
        slow.complete(upload.id)
    assert (objects(bucket), multiparts(bucket)) == ([], 0)


def test_an_upload_that_another_finished_while_its_lock_was_taken_is_not_found(
    bucket: Bucket, spool: S3Uploads
) -> None:
    def finished(call: Any, **parameters: Any) -> Any:
        spool.remove(upload.id)
        return call(**parameters)

    upload = whole(spool)
    late, _ = with_faults(bucket, put_object=[finished])
    with pytest.raises(NotFound), late.finishing(upload.id):
        pass
    assert objects(bucket) == []


def test_a_part_that_changes_while_they_are_put_together_is_a_conflict(bucket: Bucket, spool: S3Uploads) -> None:
    upload = sent(spool)
    changing, _ = with_faults(bucket, complete_multipart_upload=[refusal("InvalidPart")])
    with pytest.raises(Conflict):
        changing.complete(upload.id)
    spool.complete(upload.id)


def test_completing_is_tried_again_where_the_answer_is_an_error_in_disguise(
    bucket: Bucket, spool: S3Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda self, context: 0)
    upload = sent(spool)
    answered = answer_with(bucket.client, "CompleteMultipartUpload", 200, "InternalError", times=2)
    spool.complete(upload.id)
    assert len(answered) == 2
    assert spool.upload(upload.id).offset == 4


def test_completing_that_goes_on_failing_says_so_and_loses_no_part(
    bucket: Bucket, spool: S3Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda self, context: 0)
    upload = sent(spool)
    answer_with(bucket.client, "CompleteMultipartUpload", 200, "InternalError", times=5)
    with pytest.raises(ServiceUnavailable, match=r"^The media store does not answer; try again later\.$"):
        spool.complete(upload.id)
    spool.complete(upload.id)
    assert spool.file(upload.id).size() == 4


@pytest.mark.parametrize("done", [False, True])
def test_nothing_is_left_of_a_removed_upload(bucket: Bucket, spool: S3Uploads, done: bool) -> None:
    upload = whole(spool) if done else sent(spool)
    spool.remove(upload.id)
    assert (objects(bucket), multiparts(bucket)) == ([], 0)


def test_removing_that_died_in_the_middle_can_be_repeated(bucket: Bucket, spool: S3Uploads) -> None:
    upload = whole(spool)
    dying, _ = with_faults(bucket, delete_objects=[None, KeyboardInterrupt()])
    with pytest.raises(KeyboardInterrupt):
        dying.remove(upload.id)
    with pytest.raises(NotFound):
        spool.upload(upload.id)
    assert spool.of_sender(TEACHER) == spool.whole() == []
    spool.remove(upload.id)
    assert objects(bucket) == []


def test_of_a_refused_upload_only_the_record_is_left(bucket: Bucket, spool: S3Uploads) -> None:
    done, half = whole(spool), sent(spool)
    for upload in (done, half):
        spool.refuse(upload.id, "It is no video.")
        assert spool.upload(upload.id) == replace(upload, refusal="It is no video.")
    assert sorted(objects(bucket)) == sorted([f"{done.id}/details.json", f"{half.id}/details.json"])
    assert multiparts(bucket) == 0
    with pytest.raises(Conflict, match=r"^This upload was refused: It is no video\.$"):
        spool.complete(done.id)


def test_a_refusal_counts_though_its_process_died_before_the_bytes_went(bucket: Bucket, spool: S3Uploads) -> None:
    upload = whole(spool)
    dying, _ = with_faults(bucket, delete_objects=[KeyboardInterrupt()])
    with pytest.raises(KeyboardInterrupt):
        dying.refuse(upload.id, "It is no video.")
    assert spool.upload(upload.id).refusal == "It is no video."
    assert spool.whole() == []
    assert [one.id for one in spool.of_sender(TEACHER)] == [upload.id]
    with pytest.raises(NotFound):
        spool.file(upload.id)


def test_a_refusal_does_not_bring_a_removed_upload_back(bucket: Bucket, spool: S3Uploads) -> None:
    def removed(call: Any, **parameters: Any) -> Any:
        spool.remove(upload.id)
        return call(**parameters)

    upload = whole(spool)
    slow, _ = with_faults(bucket, put_object=[removed])
    slow.refuse(upload.id, "It is no video.")
    assert objects(bucket) == []


def test_parts_that_the_lifecycle_took_make_an_upload_gone(bucket: Bucket, spool: S3Uploads) -> None:
    upload = sent(spool)
    for one in bucket.client.list_multipart_uploads(Bucket=bucket.name)["Uploads"]:
        bucket.client.abort_multipart_upload(Bucket=bucket.name, Key=one["Key"], UploadId=one["UploadId"])
    for attempt in (spool.upload, spool.parts, spool.complete, spool.file):
        with pytest.raises(NotFound):
            attempt(upload.id)
    assert spool.of_sender(TEACHER) == []


def test_a_missing_bucket_is_named(bucket: Bucket) -> None:
    spool = S3Uploads(replace(bucket, name="no-such-bucket"))
    upload = an_upload()
    for attempt in (lambda: spool.begin(upload), lambda: spool.upload(upload.id), spool.whole):
        with pytest.raises(ServiceUnavailable, match=r"^There is no bucket no-such-bucket:"):
            attempt()
