"""Zoom behind its port: codes by its API, spoken to over a socket, and signatures of its webhooks."""

from __future__ import annotations

import json
import threading
from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from attendance.adapters.zoom import Zoom, open_meetings
from attendance.adapters.zoom.signing import SIGNATURE, TIMESTAMP, signature
from attendance.bootstrap import open_meetings as open_named
from attendance.errors import InvalidInput, ServiceUnavailable, SettingsError
from attendance.settings import load_settings

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class ZoomServer:
    """As Zoom's own documentation says that it answers."""

    def __init__(self) -> None:
        self.codes: dict[str, str] = {"12345678901": "old"}
        self.tokens = 0
        self.valid = ""
        self.broken = False
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                known = b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode() == "id:secret"
                if not known or body != "grant_type=account_credentials&account_id=account":
                    self.say(400, {"reason": "Invalid client_id or client_secret", "error": "invalid_client"})
                    return
                outer.tokens += 1
                outer.valid = f"token{outer.tokens}"
                self.say(200, {"access_token": outer.valid, "token_type": "bearer", "expires_in": 3600})

            def do_PATCH(self) -> None:
                said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                number = self.path.removeprefix("/v2/meetings/")
                if outer.broken:
                    self.say(500, {})
                    return
                if self.headers["Authorization"] != f"Bearer {outer.valid}":
                    self.say(401, {"code": 124, "message": "Invalid access token."})
                    return
                if number not in outer.codes:
                    self.say(404, {"code": 3001, "message": f"Meeting does not exist: {number}."})
                    return
                if len(said["password"]) > 10:
                    self.say(400, {"code": 300, "message": "Validation Failed."})
                    return
                outer.codes[number] = said["password"]
                self.say(204, None)

            def say(self, status: int, words: Any) -> None:
                content = json.dumps(words).encode() if words is not None else b""
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def open(self, secret: str = "secret", clock: Any = lambda: 0.0) -> Zoom:
        urls = {"token_url": f"{self.url}/oauth/token", "api_url": f"{self.url}/v2"}
        return Zoom("account", "id", secret, "hook", clock=clock, **urls)


@pytest.fixture
def server() -> Iterator[ZoomServer]:
    server = ZoomServer()
    thread = threading.Thread(target=server.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.server.shutdown()
    server.server.server_close()
    thread.join()


def test_a_new_code_is_set_in_zoom_with_one_token_for_many(server: ZoomServer):
    zoom = server.open()
    for code in ("one", "two"):
        zoom.set_code("12345678901", code)
        assert server.codes["12345678901"] == code
    assert server.tokens == 1
    assert zoom.sets_codes
    assert zoom.tells_who_joins


def test_a_token_that_is_over_or_was_revoked_is_got_anew(server: ZoomServer):
    now = [0.0]
    zoom = server.open(clock=lambda: now[0])
    zoom.set_code("12345678901", "one")
    now[0] = 3600 - 59.0
    zoom.set_code("12345678901", "two")
    assert server.tokens == 2
    server.valid = "revoked"
    zoom.set_code("12345678901", "three")
    assert (server.codes["12345678901"], server.tokens) == ("three", 3)


def test_what_zoom_refuses_is_one_sentence_and_changes_nothing(server: ZoomServer):
    with pytest.raises(InvalidInput, match="knows no meeting"):
        server.open().set_code("1", "one")
    with pytest.raises(InvalidInput, match=r"Zoom did not take the new code: Validation Failed\.$"):
        server.open().set_code("12345678901", "x" * 11)
    with pytest.raises(InvalidInput, match="refuses the app"):
        server.open("wrong").set_code("12345678901", "one")
    with pytest.raises(InvalidInput, match="knows no meeting"):
        server.open().set_code("../users/me", "one")
    assert server.codes == {"12345678901": "old"}


def test_a_zoom_that_does_not_answer_is_asked_later(server: ZoomServer):
    server.broken = True
    with pytest.raises(ServiceUnavailable):
        server.open().set_code("12345678901", "one")
    gone = Zoom("account", "id", "secret", "", token_url="http://127.0.0.1:9/token", api_url="http://127.0.0.1:9")
    with pytest.raises(ServiceUnavailable):
        gone.set_code("1", "one")


def test_webhooks_are_believed_where_they_are_signed_these_minutes():
    zoom = Zoom("", "", "", "hook")
    body, moment = b'{"event": "x"}', str(int(NOW.timestamp()))
    signed = {SIGNATURE.title(): signature("hook", moment, body), TIMESTAMP.title(): moment}
    assert zoom.is_genuine(body, signed, NOW)
    assert zoom.is_genuine(body, signed, NOW + timedelta(minutes=5))
    assert not zoom.is_genuine(body, signed, NOW + timedelta(minutes=5, seconds=1))
    assert not zoom.is_genuine(body, signed, NOW - timedelta(minutes=6))
    assert not zoom.is_genuine(body + b" ", signed, NOW)
    assert not zoom.is_genuine(body, {**signed, SIGNATURE.title(): signature("other", moment, body)}, NOW)
    assert not zoom.is_genuine(body, {**signed, TIMESTAMP.title(): moment + "0"}, NOW)
    assert not zoom.is_genuine(body, {**signed, SIGNATURE.title(): "v0=é"}, NOW)
    assert not zoom.is_genuine(body, {}, NOW)
    unset = Zoom("", "", "", "")
    assert not unset.is_genuine(body, {SIGNATURE: signature("", moment, body), TIMESTAMP: moment}, NOW)


def test_the_signature_and_the_proof_are_those_of_zooms_documentation():
    # Computed by `printf '%s' 'v0:1739923528:{"a":1}' | openssl dgst -sha256 -hmac hook`, and likewise of the token.
    assert signature("hook", "1739923528", b'{"a":1}') == (
        "v0=" + "cd9b4219e2661ed502537e522bbfea13cef8c38ac22d13991a89a890eb57aed2"
    )
    assert Zoom("", "", "", "hook").proof("qgg8vlvZRS6UYooatFL8Aw") == (
        "f2b403c7d6c47d14cd90e8693ada0d6ae0c17809cb153163530f151c5c999161"
    )


def test_it_is_there_where_the_settings_say_so(tmp_path):
    def opened(**more: str) -> Any:
        return open_named(load_settings({"ROLLCALL_DATA": str(tmp_path), **more}))

    assert opened() is None
    hooks = opened(ROLLCALL_ZOOM_WEBHOOK_SECRET="hook")
    assert (hooks.sets_codes, hooks.tells_who_joins) == (False, True)
    app = {"ROLLCALL_ZOOM_ACCOUNT": "a", "ROLLCALL_ZOOM_CLIENT_ID": "b", "ROLLCALL_ZOOM_CLIENT_SECRET": "c"}
    assert opened(**app).sets_codes
    assert isinstance(open_meetings(load_settings({"ROLLCALL_DATA": str(tmp_path), **app})), Zoom)
    with pytest.raises(SettingsError, match="together"):
        opened(ROLLCALL_ZOOM_ACCOUNT="a")
