"""The import in the browser: files in, rows by and by, a report at the end."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from attendance.adapters.s3.bucket import Bucket
from attendance.bootstrap import bootstrap
from attendance.disk.secret_files import site_secret
from attendance.model import Course, Role, Student
from attendance.services import Services
from attendance.settings import load_settings
from attendance.use_cases.people.accounts import add_user
from tests.moto_bucket import open_moto_bucket
from tests.website.browsing import PASSWORD, csrf, post_form, sign_in
from website import create_app

JSON = {"Accept": "application/json"}
IMPORT = "/students/import"
CSV = b"id,name,photos,consent\n52,Student 52,52.jpg,2026-03-01\n60,Student 60,,\n,Nobody,,\n"


def zipped(**photos: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in photos.items():
            archive.writestr(f"{name}.jpg", data)
    return stream.getvalue()


def begin(
    client: FlaskClient, csv: bytes | None = CSV, photos: bytes | None = None, headers: dict[str, str] | None = None,
    **more: object,
) -> TestResponse:  # fmt: skip
    data: dict[str, object] = {"csrf_token": csrf(client, IMPORT), **more}
    if csv is not None:
        data["csv"] = (io.BytesIO(csv), "list.csv")
    if photos is not None:
        data["photos"] = (io.BytesIO(photos), "photos.zip")
    return client.post(IMPORT, data=data, headers=headers, content_type="multipart/form-data")


def go_on(client: FlaskClient, url: str) -> TestResponse:
    return client.post(f"{url}/continue", headers=JSON | {"X-CSRFToken": csrf(client, IMPORT)})


def test_a_class_is_imported_with_photos(admin_client: FlaskClient, services: Services, course: Course):
    url = begin(admin_client, photos=zipped(**{"52": b"face:52"}), courses=course.id).location
    assert "0 of 3 lines" in admin_client.get(url).text
    state = go_on(admin_client, url).json
    assert state == {
        "done": 3,
        "total": 3,
        "finished": True,
        "counts": {"added": 2, "updated": 0, "unchanged": 0, "refused": 1},
    }
    assert {student.id for student in services.store.roster(course.id)} == {"21", "52", "60"}
    page = admin_client.get(url).text
    assert "Import report" in page
    assert "The student id is missing." in page


def test_the_report_is_filtered_and_downloaded(admin_client: FlaskClient):
    url = begin(admin_client, csv=b"id,name\n52,=1+1\n,B\n").location
    go_on(admin_client, url)
    refused = admin_client.get(f"{url}?outcome=refused").text
    assert "missing" in refused
    assert "=1+1" not in refused
    assert admin_client.get(f"{url}?outcome=nonsense&page=99").status_code == 200
    report = admin_client.get(f"{url}/report.csv")
    assert report.headers["Content-Disposition"] == 'attachment; filename="import-report.csv"'
    assert "'=1+1" in report.get_data(as_text=True)


def test_an_import_works_without_script(admin_client: FlaskClient, services: Services):
    url = begin(admin_client).location
    assert post_form(admin_client, f"{url}/continue", token_from=url).location == url
    assert "Import report" in admin_client.get(url).text


def test_an_unfinished_import_is_offered_again_and_can_be_given_up(admin_client: FlaskClient, services: Services):
    url = begin(admin_client).location
    assert url in admin_client.get(IMPORT).text
    assert post_form(admin_client, f"{url}/remove", token_from=url).location == IMPORT
    assert url not in admin_client.get(IMPORT).text
    assert admin_client.get(url).status_code == 404
    assert list((services.settings.data / "imports").iterdir()) == []


@pytest.mark.parametrize(
    ("csv", "photos", "field", "reason"),
    [
        (None, None, "csv", "Choose the file"),
        (b"", None, "csv", "empty"),
        (b"name\nA\n", None, "csv", "no column id"),
        (CSV, b"junk", "photos", "not a ZIP file"),
        (CSV, zipped(**{"../52": b"x"}), "photos", "leads out"),
    ],
)
def test_files_that_cannot_be_used_are_refused_at_their_field(
    admin_client: FlaskClient, services: Services, csv: bytes | None, photos: bytes | None, field: str, reason: str
):
    told = begin(admin_client, csv, photos, headers=JSON)
    assert told.status_code == 422
    assert reason in told.json["fields"][field][0]
    assert reason in begin(admin_client, csv, photos).text
    folder = services.settings.data / "imports"
    assert not folder.exists() or list(folder.iterdir()) == []


def test_an_import_is_seen_by_its_admin_only(admin_client: FlaskClient, services: Services, client: FlaskClient):
    url = begin(admin_client).location
    add_user(services, email="b@example.org", name="B Example", role=Role.ADMIN, password=PASSWORD, by=None)
    sign_in(client, "b@example.org")
    assert client.get(url).status_code == 404
    assert client.get(f"{url}/report.csv").status_code == 404
    assert go_on(client, url).status_code == 404


class TestInSeveralContainers:
    """Sites on two machines, which share the bucket, the store and the secret, and no disk."""

    @pytest.fixture
    def bucket(self) -> Iterator[Bucket]:
        yield from open_moto_bucket()

    @pytest.fixture
    def others_app(self, services: Services, tmp_path: Path) -> Flask:
        return self.a_site(services, tmp_path / "other")

    @pytest.fixture
    def app(self, services: Services, bucket: Bucket, tmp_path: Path) -> Flask:
        return self.a_site(services, tmp_path / "one")

    def a_site(self, first: Services, data: Path) -> Flask:
        data.mkdir()
        (data / "secret-key").write_text(site_secret(first.settings.data))
        shared = {"ROLLCALL_STORE": first.settings.store.reveal(), "ROLLCALL_MEDIA": "s3://class-media/rollcall"}
        settings = {**shared, "ROLLCALL_DATA": str(data), "ROLLCALL_FACES": "fake", "ROLLCALL_JOBS": "fake"}
        return create_app(services=bootstrap(load_settings(settings)))

    def test_what_one_took_is_done_by_another(
        self, admin_client: FlaskClient, others_app: Flask, services: Services, tmp_path: Path, bucket: Bucket
    ):
        url = begin(admin_client, photos=zipped(**{"52": b"face:52"})).location
        other = others_app.test_client()
        sign_in(other, "admin@example.org")
        assert url in other.get(IMPORT).text
        assert go_on(other, url).json["counts"] == {"added": 2, "updated": 0, "unchanged": 0, "refused": 1}
        assert len(services.store.faces(["52"])) == 1
        assert "The student id is missing." in admin_client.get(url).text
        assert [one.key.rpartition("/")[2] for one in bucket.objects("imports/")] == ["details.json", "report.jsonl"]
        assert not list(tmp_path.glob("*/imports"))

    def test_who_is_removed_through_another_is_forgotten_in_it(
        self, admin_client: FlaskClient, others_app: Flask, services: Services, student: Student
    ):
        url = begin(admin_client, csv=b"id,name\n21,Student 21\n60,Student 60\n").location
        other = others_app.test_client()
        sign_in(other, "admin@example.org")
        page = f"/students/{student.key}/remove"
        assert "in 1 import," in other.get(page).text
        post_form(other, page, typed_name=student.name)
        assert go_on(admin_client, url).json["counts"]["refused"] == 1
        assert [one.id for one in services.store.students().items] == ["60"]


def test_only_admins_import(teacher_client: FlaskClient):
    assert teacher_client.get(IMPORT).status_code == 403
    token = {"X-CSRFToken": csrf(teacher_client, "/students/")}
    assert teacher_client.post(IMPORT, headers=token).status_code == 403


class TestWithSmallPhotos:
    """The limit of other forms is 1 MB and ten photos."""

    @pytest.fixture
    def environment(self) -> dict[str, str]:
        return {"ROLLCALL_MAX_PHOTO_MB": "0.1"}

    def test_a_zip_may_be_larger_than_other_forms(self, admin_client: FlaskClient):
        photos = zipped(**{"52": b"face:52", "large": bytes(range(256)) * 12_000})
        fields = {
            "csv": FileStorage(io.BytesIO(CSV), "list.csv"),
            "photos": FileStorage(io.BytesIO(photos), "photos.zip"),
        }
        assert self.send(admin_client, IMPORT, fields).status_code == 302

    def test_other_forms_may_not(self, admin_client: FlaskClient):
        fields = {"photos": FileStorage(io.BytesIO(bytes(3_000_000)), "a.jpg")}
        assert self.send(admin_client, "/students/register", fields).status_code == 413

    def send(self, client: FlaskClient, url: str, fields: dict[str, object]) -> TestResponse:
        """As bytes, because the test client leaves its own temporary file of a large form open."""
        boundary, body = encode_multipart({"csrf_token": csrf(client, url), **fields})
        return client.post(url, data=body, content_type=f"multipart/form-data; boundary={boundary}")
