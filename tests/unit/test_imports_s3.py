"""Imports in the bucket: sealed like media, and those of a folder move in."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from attendance.adapters.folder.imports import FolderImports
from attendance.adapters.s3.bucket import Bucket
from attendance.adapters.s3.imports import S3Imports, open_imports, take_over
from attendance.adapters.s3.media import S3Media
from attendance.errors import ServiceUnavailable
from attendance.model import new_id
from attendance.ports import ImportPart, ImportStore
from attendance.settings import load_settings
from tests.moto_bucket import open_moto_bucket


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    yield from open_moto_bucket()


def put(imports: ImportStore, import_id: str, *parts: ImportPart) -> str:
    for part in parts:
        imports.write(import_id, part, lambda file, part=part: file.write(part.encode()))
    return import_id


def test_all_parts_are_encrypted_have_no_acl_and_are_no_media(bucket: Bucket) -> None:
    waiting = put(S3Imports(bucket), new_id(), *ImportPart)
    with S3Imports(bucket).alone(waiting):
        objects = list(bucket.objects("imports/"))
        assert len(objects) == len(ImportPart) + 1  # and the lock
        for one in objects:
            assert bucket.head(one.key)["ServerSideEncryption"] == "AES256"
            grants = bucket.client.get_object_acl(**bucket.at(one.key))["Grants"]
            assert [grant["Grantee"]["Type"] for grant in grants] == ["CanonicalUser"]
    assert list(S3Media(bucket).keys()) == []


def test_what_waited_in_the_folder_of_this_machine_moves_in_at_the_start(bucket: Bucket, tmp_path: Path) -> None:
    former = FolderImports(tmp_path / "imports")
    whole = put(former, new_id(), ImportPart.ROSTER, ImportPart.PHOTOS, ImportPart.DETAILS)
    half = put(former, new_id(), ImportPart.ROSTER)
    imports = open_imports(f"s3://{bucket.name}/rollcall", load_settings({"ROLLCALL_DATA": str(tmp_path)}))
    assert list(imports.ids()) == sorted([whole, half])
    assert imports.read(whole, ImportPart.PHOTOS) == b"photos.zip"
    assert list(former.ids()) == []


def test_one_that_cannot_be_moved_now_stays_where_it_is(
    bucket: Bucket, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Refusing(S3Imports):
        def write(self, *_: object) -> None:
            raise ServiceUnavailable("The media store does not answer; try again later.")

    former = FolderImports(tmp_path / "imports")
    waiting = put(former, new_id(), ImportPart.ROSTER)
    with caplog.at_level(logging.WARNING):
        take_over(former, Refusing(bucket))
    assert list(former.ids()) == [waiting]
    assert "moved to the bucket later" in caplog.text


def test_one_that_goes_on_in_another_process_is_left_to_it(bucket: Bucket, tmp_path: Path) -> None:
    former, imports = FolderImports(tmp_path / "imports"), S3Imports(bucket)
    waiting = put(former, new_id(), ImportPart.ROSTER)
    with former.alone(waiting):
        take_over(former, imports)
    assert list(imports.ids()) == []
    take_over(former, imports)
    assert list(imports.ids()) == [waiting]
