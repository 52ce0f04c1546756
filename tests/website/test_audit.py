"""The audit trail."""

from __future__ import annotations

import re
from pathlib import Path

from flask.testing import FlaskClient

import attendance.use_cases
from attendance.model import AuditEntry, User
from attendance.services import Services
from attendance.use_cases.students.registering import register_student
from attendance.use_cases.students.removing import remove_student
from tests.website.browsing import PASSWORD, post_form
from website.audit.words import ACTIONS


def test_what_an_admin_does_to_users_is_written_down(
    admin_client: FlaskClient, services: Services, teacher: User
) -> None:
    page = f"/users/{teacher.id}"
    fields = {"email": "new@example.org", "name": "New Example", "role": "teacher", "password": PASSWORD}
    post_form(admin_client, "/users/add", **fields)
    post_form(admin_client, page, name="Another Name", role="teacher")
    post_form(admin_client, f"{page}/password")
    post_form(admin_client, f"{page}/remove")
    text = admin_client.get("/audit").text
    for action in ("added the user", "changed the user", "gave a new password to", "removed the user"):
        assert action in text
    assert "Ada Example" in text
    assert teacher.email not in admin_client.get("/audit").text  # the trail keeps no name of it


def test_no_password_and_no_hash_is_written_down(admin_client: FlaskClient, services: Services, admin: User) -> None:
    post_form(admin_client, f"/users/{admin.id}/password", password="a secret of this test")
    entries = services.store.audit().items
    assert "a secret of this test" not in repr(entries)
    assert "argon2" not in repr(entries)


def test_the_trail_has_pages_with_the_newest_first(admin_client: FlaskClient, services: Services) -> None:
    for number in range(60):
        services.store.commit(AuditEntry(services.now(), None, "course.added", f"C{number:02}"))
    first = admin_client.get("/audit").text
    assert "C59" in first
    assert "C05" not in first
    assert "C05" in admin_client.get("/audit?page=2").text


def test_every_action_has_words() -> None:
    code = "".join(path.read_text("utf-8") for path in Path(attendance.use_cases.__path__[0]).rglob("*.py"))
    files = (".json", ".jsonl", ".csv", ".zip")
    of_manifests = "oneroster.version"
    used = {
        word for word in re.findall(r'"([a-z]+\.[a-z_]+)"', code) if word != of_manifests and not word.endswith(files)
    }
    assert used - set(ACTIONS) == set()
    made = [re.sub(r"{[^}]*}", "[a-z_]+", word) for word in re.findall(r'f"([^"\n]+)"', code)]
    made = [pattern for pattern in made if re.fullmatch(r"[\[\]a-z_+.-]+", pattern)]
    assert [one for one in set(ACTIONS) - used if not any(re.fullmatch(pattern, one) for pattern in made)] == []


def test_an_admin_asks_whether_somebody_was_removed(
    admin_client: FlaskClient, services: Services, teacher: User
) -> None:
    register_student(services, student_id="D-97", name="Dana", consent_on=None, by=None)
    remove_student(services, "D-97", by=None)
    post_form(admin_client, f"/users/{teacher.id}/remove")
    assert "D-97" not in admin_client.get("/audit/").text
    for asked in ("D-97", " D-97 ", teacher.email.upper()):
        assert "Removed on" in post_form(admin_client, "/audit/", asked=asked).text
    for asked in ("D-98", "d-97x", "nobody@example.org"):
        assert "Nobody of this id" in post_form(admin_client, "/audit/", asked=asked).text
    assert post_form(admin_client, "/audit/", asked="").status_code == 200


def test_only_admins_ask_who_was_removed(teacher_client: FlaskClient) -> None:
    assert post_form(teacher_client, "/audit/", token_from="/account", asked="D-97").status_code == 403
