"""What somebody would try who wants to get in: guesses, tricks with headers, and forms that are too large."""

from __future__ import annotations

import io
import stat
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from attendance.model import Course, User
from attendance.services import Services
from tests.website.browsing import PASSWORD, csrf, post_form, sign_in
from tests.website.lecturing import UPLOADS, create, patch, tus
from tests.website.trials.conftest import World

TRIES = 24


def statuses_of_guesses(app: Flask, guesses: list[tuple[str, str]]) -> Counter[int]:
    """Sent from several threads at once; a guess is the address of the asker and an email."""
    clients = [app.test_client() for _ in guesses]
    tokens = [csrf(client) for client in clients]

    def guess(number: int) -> int:
        address, email = guesses[number]
        return (
            clients[number]
            .post(
                "/login",
                data={"csrf_token": tokens[number], "email": email, "password": "a wrong password"},
                environ_base={"REMOTE_ADDR": address},
                headers={"X-Forwarded-For": f"9.9.9.{number}", "X-Real-IP": f"9.9.8.{number}"},
            )
            .status_code
        )

    with ThreadPoolExecutor(8) as threads:
        return Counter(threads.map(guess, range(len(guesses))))


def test_an_account_has_five_tries_a_minute_also_from_many_threads_and_addresses(app: Flask, admin: User) -> None:
    guesses = [(f"10.0.0.{number}", admin.email) for number in range(TRIES)]
    assert statuses_of_guesses(app, guesses) == {200: 5, 429: TRIES - 5}


def test_an_address_has_five_tries_a_minute_also_from_many_threads_and_for_many_accounts(app: Flask) -> None:
    guesses = [("10.0.0.1", f"{number}@example.org") for number in range(TRIES)]
    assert statuses_of_guesses(app, guesses) == {200: 5, 429: TRIES - 5}


def test_unknown_accounts_are_limited_as_known_ones_are(app: Flask, admin: User) -> None:
    def answers(email: str, network: str) -> list[tuple[int, bytes]]:
        found = []
        for number in range(7):
            client = app.test_client()
            answer = client.post(
                "/login",
                data={"csrf_token": csrf(client), "email": email, "password": "a wrong password"},
                environ_base={"REMOTE_ADDR": f"{network}.{number}"},
            )
            found.append((answer.status_code, len(answer.data) - len(email) * answer.text.count(email)))
        return found

    assert answers(admin.email, "10.0.1") == answers("nobody@example.org", "10.0.2")


def test_a_session_that_somebody_else_began_is_not_signed_in(app: Flask, admin: User) -> None:
    attacker, victim = app.test_client(), app.test_client()
    attacker.get("/login")
    planted = attacker.get_cookie("rollcall")
    assert planted is not None
    victim.set_cookie("rollcall", planted.value)
    sign_in(victim, admin.email)
    assert victim.get("/account").status_code == 200
    assert attacker.get("/account").status_code == 302


def test_a_new_password_ends_the_sessions_of_a_thief(app: Flask, admin: User) -> None:
    thief, owner = app.test_client(), app.test_client()
    sign_in(thief, admin.email)
    sign_in(owner, admin.email)
    changed = post_form(
        owner,
        "/account/password",
        old_password=PASSWORD,
        password="another chair of glass",
        repeated="another chair of glass",
    )
    assert changed.status_code == 302
    assert owner.get("/account").status_code == 200
    assert thief.get("/account").status_code == 302


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "localhost@evil.example", "localhost\\.evil.example"]
)
def test_a_host_that_the_asker_made_up_stands_in_no_link(client: FlaskClient, admin: User, host: str) -> None:
    headers = {"Host": host, "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    for page in ("/", "/login", "/users", "/courses", "/nothing-here"):
        answer = client.get(page, headers=headers)
        assert "evil.example" not in answer.text
        assert "evil.example" not in answer.headers.get("Location", "")


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "@evil.example",
        "http://localhost@evil.example",
        "/%0d%0aLocation:%20https://evil.example\r\n",
        "/.//evil.example\x00",
    ],
)
def test_nobody_is_sent_to_another_site_after_signing_in(client: FlaskClient, admin: User, wanted: str) -> None:
    answer = post_form(client, "/login", email=admin.email, password=PASSWORD, next=wanted)
    assert answer.location == "/"
    again = client.get("/login", query_string={"next": wanted})
    assert again.location == "/"


def test_nobody_else_on_the_machine_can_read_what_is_kept(services: Services, world: World) -> None:
    data = services.settings.data
    data.chmod(0o755)  # as somebody may have made it before the first start
    open_ = [path.relative_to(data).as_posix() for path in data.rglob("*") if path.is_file() and _is_open(path, data)]
    assert open_ == []


def _is_open(path: Path, data: Path) -> bool:
    """Whether it and all folders between it and the data folder can be read by others."""
    modes = [one.stat().st_mode for one in (path, *path.parents) if one.is_relative_to(data) and one != data]
    return all(stat.S_IMODE(mode) & 0o077 for mode in modes)


def test_a_form_of_thousands_of_fields_is_refused(client: FlaskClient, admin_client: FlaskClient) -> None:
    for one in (client, admin_client):
        assert _sent(one, "/login", {f"field{number}": "x" for number in range(5000)}) == 413


class TestWithSmallPhotos:
    """A form takes ten photos and a million bytes more."""

    @pytest.fixture
    def environment(self) -> dict[str, str]:
        """The smallest limit."""
        return {"ROLLCALL_MAX_PHOTO_MB": "0.1"}

    def test_a_form_that_is_too_large_is_refused(self, admin_client: FlaskClient) -> None:
        photo = FileStorage(io.BytesIO(bytes(3_000_000)), "a.jpg")
        assert _sent(admin_client, "/students/register", {"photos": photo}) == 413


def _sent(client: FlaskClient, url: str, fields: dict[str, object]) -> int:
    """As bytes, because the test client leaves its own temporary file of a large form open."""
    boundary, body = encode_multipart({"csrf_token": csrf(client, "/account"), **fields})
    return client.post(url, data=body, content_type=f"multipart/form-data; boundary={boundary}").status_code


@pytest.mark.parametrize(
    "headers",
    [
        {"Upload-Length": "9" * 5000},
        {"Upload-Length": "-1"},
        {"Upload-Length": "1e9"},
        {"Upload-Length": "100", "Upload-Metadata": "course_id " + "QUFB" * 100_000},
        {"Upload-Length": "100", "Upload-Metadata": ",".join(f"name{number} QQ==" for number in range(10_000))},
        {"Upload-Length": "100", "Upload-Metadata": "filename ////,course_id \x00"},
    ],
)
def test_nonsense_in_the_headers_of_an_upload_is_refused(
    teacher_client: FlaskClient, services: Services, course: Course, headers: dict[str, str]
) -> None:
    answer = tus(teacher_client, "POST", UPLOADS, headers)
    assert 400 <= answer.status_code < 500
    assert answer.json["error"]["message"].endswith(".")
    assert list((services.settings.data / "uploads").iterdir()) == []


def test_nobody_fills_the_site_with_uploads_that_are_only_begun(teacher_client: FlaskClient, course: Course) -> None:
    begun = [create(teacher_client, course.id, 100) for _ in range(101)]
    assert {answer.status_code for answer in begun[:100]} == {201}
    assert begun[100].status_code == 400
    assert "finish or remove some" in begun[100].json["error"]["message"]


def test_uploads_cannot_be_sent_into_one_another(
    teacher_client: FlaskClient, admin_client: FlaskClient, course: Course
) -> None:
    upload = create(teacher_client, course.id, 100).headers["Location"]
    assert patch(admin_client, upload, 0, b"x").status_code == 404
    assert tus(admin_client, "DELETE", upload).status_code == 404
    assert tus(teacher_client, "HEAD", upload).headers["Upload-Offset"] == "0"


class TestBehindHttps:
    """With ROLLCALL_HTTPS."""

    @pytest.fixture
    def environment(self) -> dict[str, str]:
        """Settings of a site that people reach by https."""
        return {"ROLLCALL_HTTPS": "yes"}

    def test_every_cookie_is_secure_and_out_of_the_reach_of_scripts(self, client: FlaskClient) -> None:
        cookies = client.get("/login", base_url="https://localhost").headers.getlist("Set-Cookie")
        assert cookies
        for cookie in cookies:
            assert {"Secure", "HttpOnly", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
