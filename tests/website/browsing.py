"""What tests do as a browser would: read the CSRF token of a page, send forms, sign in."""

from __future__ import annotations

import io
import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

PASSWORD = "a chair of green glass"


def csrf(client: FlaskClient, url: str = "/login") -> str:
    """The CSRF token of the page at `url`, for form field csrf_token or header X-CSRFToken."""
    page = client.get(url, follow_redirects=True)
    found = re.search(r'<meta name="csrf-token" content="([^"]+)"', page.text)
    assert found, f"{url} has no CSRF token: {page.status}"
    return found[1]


def post_form(client: FlaskClient, url: str, token_from: str | None = None, **fields: object) -> TestResponse:
    """Send a form as its page would, with the token that stands in the page."""
    return client.post(url, data={"csrf_token": csrf(client, token_from or url), **fields})


def sign_in(client: FlaskClient, email: str, password: str = PASSWORD) -> TestResponse:
    """Sign in through the form."""
    return post_form(client, "/login", email=email, password=password)


def photo(data: bytes = b"face:52", name: str = "photo.jpg") -> tuple[io.BytesIO, str]:
    """As a form sends it."""
    return io.BytesIO(data), name
