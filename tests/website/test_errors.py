"""Every error is a page with a plain sentence, or JSON for a program."""

from __future__ import annotations

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient

from attendance import errors
from attendance.model import User
from tests.website.browsing import sign_in

OURS = [
    (errors.InvalidInput, 400),
    (errors.BadPhoto, 422),
    (errors.NotFound, 404),
    (errors.NotAllowed, 403),
    (errors.AlreadyExists, 409),
    (errors.TooLarge, 413),
    (errors.OutOfSpace, 507),
    (errors.ServiceUnavailable, 503),
]


@pytest.fixture
def made_apps() -> dict[object, Flask]:
    """None is shared: each gets addresses of its own."""
    return {}


@pytest.fixture
def app(app: Flask) -> Flask:
    """The site with two addresses more, which fail as they are told."""
    kinds = {kind.__name__: kind for kind, _ in OURS}

    @app.get("/raise/<name>")
    @app.get("/api/raise/<name>")
    def raise_ours(name: str) -> str:
        raise kinds[name](f"A sentence of {name} with <b>signs</b>.")

    @app.get("/abort/<int:status>")
    @app.get("/api/abort/<int:status>")
    def abort_with(status: int) -> str:
        abort(status)

    @app.get("/break")
    @app.get("/api/break")
    def break_down() -> str:
        raise RuntimeError("a secret of the inside")

    return app


@pytest.mark.parametrize(("kind", "status"), OURS)
def test_our_errors_are_pages_with_their_sentence(
    app: Flask, client: FlaskClient, kind: type[errors.RollcallError], status: int
) -> None:
    answer = client.get(f"/raise/{kind.__name__}")
    assert answer.status_code == status
    assert f"A sentence of {kind.__name__} with &lt;b&gt;signs&lt;/b&gt;." in answer.text


@pytest.mark.parametrize(("kind", "status"), OURS)
def test_our_errors_are_json_under_api(client: FlaskClient, kind: type[errors.RollcallError], status: int) -> None:
    answer = client.get(f"/api/raise/{kind.__name__}")
    assert answer.status_code == status
    assert answer.json == {"error": {"status": status, "message": f"A sentence of {kind.__name__} with <b>signs</b>."}}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 413, 415, 418, 422, 429, 500, 502, 503])
def test_flasks_errors_are_pages_and_json_too(client: FlaskClient, admin: User, status: int) -> None:
    page = client.get(f"/abort/{status}")
    assert page.status_code == status
    assert page.mimetype == "text/html"
    assert 'class="error-sentence">' in page.text
    data = client.get(f"/api/abort/{status}")
    assert data.status_code == status
    assert data.json["error"]["status"] == status
    assert data.json["error"]["message"].endswith(".")


def test_a_program_that_prefers_json_gets_it_anywhere(client: FlaskClient) -> None:
    answer = client.get("/nothing-here", headers={"Accept": "application/json"})
    assert answer.json["error"]["status"] == 404


def test_a_program_that_is_not_signed_in_gets_401_and_no_login_page(client: FlaskClient) -> None:
    answer = client.get("/users", headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert answer.json["error"]["message"] == "You need to sign in first."


def test_a_wrong_method_says_which_are_right(client: FlaskClient) -> None:
    answer = client.post("/healthz")
    assert answer.status_code in (400, 405)
    answer = client.get("/logout")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize("address", ["/break", "/api/break"])
def test_a_defect_shows_a_sentence_and_nothing_of_the_inside(app: Flask, client: FlaskClient, address: str) -> None:
    app.testing = False
    answer = client.get(address)
    assert answer.status_code == 500
    assert "Something went wrong on our side." in answer.text
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


def test_an_error_page_keeps_the_navigation_of_those_who_are_signed_in(admin_client: FlaskClient) -> None:
    assert "Audit trail" in admin_client.get("/nothing-here").text


def test_where_the_store_fails_each_page_says_so(
    app: Flask, client: FlaskClient, admin: User, services, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client, admin.email)

    def fail(*args: object) -> None:
        raise errors.ServiceUnavailable("The database does not answer.")

    monkeypatch.setattr(type(services.store), "user", fail)
    monkeypatch.setattr(type(services.store), "check", fail)
    for address in ("/account", "/nothing-here"):
        answer = client.get(address)
        assert answer.status_code in (503, 404)
        assert 'class="error-sentence">' in answer.text
    assert "The database does not answer." in client.get("/account").text
    assert client.get("/healthz").status_code == 503


def test_a_well_site_says_so(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})
