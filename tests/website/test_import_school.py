"""The import of a school in the browser and by REST: a dry run first, then steps, then a report."""

from __future__ import annotations

import io

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from attendance.model import Role, User
from attendance.rules.scopes import SCOPES
from attendance.services import Services
from attendance.use_cases.people.accounts import add_user
from attendance.use_cases.people.tokens import make_token
from tests.unit.school_files import a_school, a_user, oneroster
from tests.website.browsing import PASSWORD, csrf, post_form, sign_in

JSON = {"Accept": "application/json"}
IMPORTS = "/imports/"
CSV = b"id,name\n70,Student 70\n71,\n"


def begin(client: FlaskClient, data: bytes | None = CSV, name: str = "list.csv", **more: object) -> TestResponse:
    form: dict[str, object] = {"csrf_token": csrf(client, IMPORTS)}
    if data is not None:
        form["file"] = (io.BytesIO(data), name)
    return client.post(IMPORTS, data=form, content_type="multipart/form-data", **more)


def go_on(client: FlaskClient, url: str) -> TestResponse:
    return client.post(f"{url}/continue", headers=JSON | {"X-CSRFToken": csrf(client, IMPORTS)})


def test_a_school_is_seen_first_and_imported_once_it_is_confirmed(admin_client: FlaskClient, services: Services):
    url = begin(admin_client, oneroster(a_school()), "school.zip").location
    page = admin_client.get(url).text
    assert "What would change" in page and "To be added" in page
    assert services.store.students().total == 0
    assert go_on(admin_client, url).status_code == 409
    assert post_form(admin_client, f"{url}/confirm", token_from=url).location == url
    assert "running_import.js" in admin_client.get(url).text
    state = go_on(admin_client, url).json
    assert (state["done"], state["total"], state["finished"]) == (10, 10, True)
    assert state["counts"] == {"added": 9, "changed": 0, "removed": 0, "unchanged": 1, "refused": 0}
    assert "Import report" in admin_client.get(url).text
    assert services.store.students().total == 3
    assert "imported courses, people and rosters from" in admin_client.get("/audit/").text


def test_mistakes_stand_first_and_in_the_file_to_download(admin_client: FlaskClient):
    url = begin(admin_client).location
    page = admin_client.get(url).text
    assert page.index("The name is missing.") < page.index("Student 70")
    assert "Student 70" not in admin_client.get(f"{url}?effect=refused").text
    assert admin_client.get(f"{url}?effect=nonsense&page=99").status_code == 200
    report = admin_client.get(f"{url}/report.csv").get_data(as_text=True)
    assert "list.csv,3,student,71,,refused,The name is missing." in report


def test_who_would_be_erased_is_said_before(admin_client: FlaskClient, services: Services):
    for data in (
        oneroster(a_school()),
        oneroster({"users": [a_user("s-1", "student", "", "", "", "", "tobedeleted", "2026-04-01")]}, mode="delta"),
    ):
        url = begin(admin_client, data, "school.zip").location
        page = admin_client.get(url).text
        post_form(admin_client, f"{url}/confirm", token_from=url)
        post_form(admin_client, f"{url}/continue", token_from=url)
    assert "1 student will be erased with photos, evidence and marks." in page
    assert services.store.students().total == 2
    assert "2026001" not in admin_client.get(url).text


def test_one_that_waits_is_offered_again_and_can_be_given_up(admin_client: FlaskClient, services: Services):
    url = begin(admin_client).location
    assert url in admin_client.get(IMPORTS).text
    assert post_form(admin_client, f"{url}/remove", token_from=url).location == IMPORTS
    assert url not in admin_client.get(IMPORTS).text
    assert admin_client.get(url).status_code == 404
    assert list((services.settings.data / "imports").iterdir()) == []


def test_a_file_that_cannot_be_used_is_refused_at_its_field(admin_client: FlaskClient, services: Services):
    refusals = {None: "Choose the file first.", b"": "empty", b"a,b\n": "names no columns", b"PK\x03\x04": "Excel file"}
    for data, reason in refusals.items():
        told = begin(admin_client, data, headers=JSON)
        assert told.status_code == 422
        assert reason in told.json["fields"]["file"][0]
    assert "names no columns" in begin(admin_client, b"a,b\n").text
    folder = services.settings.data / "imports"
    assert not folder.exists() or list(folder.iterdir()) == []


def test_an_import_is_its_admins_own_and_no_teachers(
    admin_client: FlaskClient, teacher_client: FlaskClient, services: Services, client: FlaskClient
):
    url = begin(admin_client).location
    assert teacher_client.get(IMPORTS).status_code == 403
    assert teacher_client.get(url).status_code == 403
    add_user(services, email="b@example.org", name="B Example", role=Role.ADMIN, password=PASSWORD, by=None)
    sign_in(client, "b@example.org")
    assert client.get(url).status_code == 404
    assert client.get(f"{url}/report.csv").status_code == 404
    assert go_on(client, url).status_code == 404


def test_pages_that_list_people_and_courses_lead_to_it(admin_client: FlaskClient):
    for page in ("/students/", "/users/", "/courses/", "/students/import"):
        assert f'href="{IMPORTS}"' in admin_client.get(page).text, page


def test_a_program_imports_a_file_and_reads_its_rows(client: FlaskClient, services: Services, admin: User):
    secret = make_token(services, admin.id, name="A script", scopes=SCOPES, days=1).secret
    headers = {"Authorization": f"Bearer {secret}"}
    sent = client.post("/api/v1/imports", data={"file": (io.BytesIO(CSV), "list.csv")}, headers=headers)
    assert sent.status_code == 201
    assert sent.json["counts"] == {"added": 1, "changed": 0, "removed": 0, "unchanged": 0, "refused": 1}
    assert (sent.json["confirmed"], services.store.students().total) == (False, 0)
    done = client.post(f"{sent.location}/run", headers=headers).json
    assert (done["finished"], done["done"], services.store.students().total) == (True, 2, 1)
    (row,) = client.get(f"{sent.location}/rows?effect=refused", headers=headers).json["items"]
    assert row["remark"] == "The name is missing."
    wrong = client.post("/api/v1/imports", data={"file": (io.BytesIO(b"a"), "list.csv")}, headers=headers)
    assert (wrong.status_code, wrong.json["field"]) == (400, "file")
    assert client.delete(sent.location, headers=headers).status_code == 204
    assert client.get(sent.location, headers=headers).status_code == 404
