"""What every Notifier keeps to, and what each way of telling people and programs is like on its wire."""

from __future__ import annotations

import email
import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from moto import mock_aws

from attendance.adapters.folder.mails import FolderMails
from attendance.adapters.mail import Sender
from attendance.adapters.ses import SesMails
from attendance.adapters.slack.notifier import Account, SlackNotifier
from attendance.adapters.smtp import SmtpMails
from attendance.adapters.webhook import EVENT_ID, SIGNATURE, TIMESTAMP, Webhooks, name_of, signature
from attendance.errors import NoticeRefused, ServiceBusy, ServiceUnavailable, SettingsError
from attendance.model import Attachment, Fact, Link, Message, NoticeKind, Picture
from attendance.ports import MailFolder, Notifier
from tests.fakes.notifier import FakeNotifier
from tests.slack import SlackServer
from tests.slack.workspace import BOT_TOKEN, TEAM

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
KEY = "0123456789abcdef" * 2
SECRET = "a secret of 24 signs or more"
FROM = Sender("Rollcall <rollcall@school.example>", may_show_faces=False)
MESSAGE = Message(
    kind=NoticeKind.ALARM,
    subject="38.1 °C measured: <강의실>\r\nBcc: everybody@example.org",
    paragraphs=("Somebody is <b>warm</b>.",),
    at=NOW,
    facts=(Fact("Skin & estimate", "38.1 °C"),),
    pictures=(
        Picture(b"a face", "image/jpeg", "The photo", "recordings/1.jpg"),
        Picture(b"heat", "image/png", "The heat map", shows_a_face=False),
    ),
    attachments=(Attachment("attendance.csv", b"\xef\xbb\xbfid\r\n21\r\n", "text/csv; charset=utf-8"),),
    links=(Link("Open", "https://rollcall.school.example/lectures/l1?a=1&b=2"),),
    timezone="Asia/Seoul",
    data={"id": "e1", "kind": "alarm.raised", "at": NOW.isoformat(), "name": "학생"},
    unsubscribe_url="https://rollcall.school.example/unsubscribe/token",
)


class Mailbox:
    """aiosmtpd's handler: what came, and what the server answers."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answers = {"RCPT": "250 OK", "DATA": "250 OK"}
        self.connections: set[int] = set()

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.answers["RCPT"].startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answers["RCPT"]

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        self.connections.add(session.peer[1])
        if self.answers["DATA"].startswith("250"):
            self.mails.append(email.message_from_bytes(envelope.content, policy=default))  # type: ignore[arg-type]
        return self.answers["DATA"]


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=_free_port())
    controller.start()
    yield box, controller.port
    controller.stop()


class Program(BaseHTTPRequestHandler):
    """A receiver of webhooks: `answers` are given one after the other, then 200."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))  # type: ignore[attr-defined]
        answers = self.server.answers  # type: ignore[attr-defined]
        code, headers = answers.pop(0) if answers else (200, {})
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *given: Any) -> None:
        """Not to the terminal."""


@pytest.fixture
def program() -> Iterator[Any]:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Program)
    server.got, server.answers = [], []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def _hook(program: Any) -> tuple[Webhooks, str]:
    url = f"http://127.0.0.1:{program.server_port}/events?token=hidden"
    return Webhooks([f"webhook+{url}"], SECRET, clock=lambda: 1772442000.5), name_of(url)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-northeast-2")
    with mock_aws():
        client = boto3.client("sesv2")
        client.create_email_identity(EmailIdentity="rollcall@school.example")
        yield client


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as server:
        server.workspace.add_user("U0ADA", "ada@example.org")
        yield server


@pytest.fixture(params=["fake", "folder", "smtp", "ses", "slack", "webhook"])
def notifier(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Notifier, str]:
    """Each kind, and whom it tells."""
    if request.param == "fake":
        return FakeNotifier(), "ada@example.org"
    if request.param == "folder":
        return FolderMails(tmp_path / "outbox", FROM, lambda: NOW), "ada@example.org"
    if request.param == "smtp":
        _, port = request.getfixturevalue("mailbox")
        return SmtpMails(f"smtp+plain://127.0.0.1:{port}", FROM, lambda: NOW), "ada@example.org"
    if request.param == "ses":
        request.getfixturevalue("aws")
        return SesMails(FROM, now=lambda: NOW), "ada@example.org"
    if request.param == "slack":
        slack = request.getfixturevalue("slack")
        return SlackNotifier(Account(BOT_TOKEN, TEAM, base_url=slack.url), pause=lambda _: None), "ada@example.org"
    return _hook(request.getfixturevalue("program"))


def test_a_message_is_sent_and_has_a_reference(notifier: tuple[Notifier, str]) -> None:
    one, to = notifier
    reference = one.send(MESSAGE, to, KEY)
    assert reference
    assert one.channel in ("mail", "slack", "webhook")
    if one.update(reference, MESSAGE):
        assert one.withdraw(reference)
    assert not one.withdraw(reference)
    assert not one.update(reference, MESSAGE)


def test_a_mail_says_it_in_text_and_html_and_shows_no_face(mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox
    SmtpMails(f"smtp+plain://127.0.0.1:{port}", FROM, lambda: NOW).send(MESSAGE, "ada@example.org", KEY)
    (mail,) = box.mails
    assert mail["Subject"] == "38.1 °C measured: <강의실> Bcc: everybody@example.org"
    assert mail["Bcc"] is None
    assert mail["To"] == "ada@example.org"
    assert mail["Message-ID"] == f"<{KEY}@school.example>"
    assert mail["List-Unsubscribe"] == "<https://rollcall.school.example/unsubscribe/token>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    assert "Skin & estimate: 38.1 °C" in text.get_content()
    page = html.get_content()
    assert "Somebody is &lt;b&gt;warm&lt;/b&gt;." in page
    assert "l1?a=1&amp;b=2" in page
    assert "prefers-color-scheme:dark" in page
    parts = [(part.get_content_type(), part.get_content()) for part in mail.walk() if not part.is_multipart()]
    assert ("image/png", b"heat") in parts
    assert "image/jpeg" not in dict(parts)
    (file,) = mail.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("attendance.csv", "text/csv")


def test_mails_that_follow_each_other_share_a_connection_until_one_is_refused(mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox
    mails = SmtpMails(f"smtp+plain://127.0.0.1:{port}", FROM)
    for number in range(3):
        mails.send(MESSAGE, "ada@example.org", f"{KEY}{number}")
    assert (len(box.mails), len(box.connections)) == (3, 1)
    box.answers["DATA"] = "554 looks like spam"
    with pytest.raises(NoticeRefused):
        mails.send(MESSAGE, "ada@example.org", KEY)
    box.answers["DATA"] = "250 OK"
    mails.send(MESSAGE, "ada@example.org", KEY)
    assert (len(box.mails), len(box.connections)) == (4, 2)


def test_a_server_that_was_started_again_gets_the_next_mail(mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox
    mails = SmtpMails(f"smtp+plain://127.0.0.1:{port}", FROM)
    mails.send(MESSAGE, "ada@example.org", KEY)
    mails._open.server.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr] - as a server that goes away does
    mails.send(MESSAGE, "ada@example.org", KEY)
    assert (len(box.mails), len(box.connections)) == (2, 2)


def test_the_photo_and_the_heat_map_are_side_by_side_where_the_school_allows_faces(tmp_path: Path) -> None:
    folder = FolderMails(tmp_path, Sender(FROM.address, may_show_faces=True), lambda: NOW)
    mail = email.message_from_bytes(folder.mail(folder.send(MESSAGE, "ada@example.org", KEY)), policy=default)
    html = mail.get_body(("html",))  # type: ignore[attr-defined]
    assert html.get_content().count('<td width="50%">') == 2
    assert html.get_content().count("<tr><td") == 1


def test_the_same_key_is_one_file_in_a_folder_that_only_its_owner_reads(tmp_path: Path) -> None:
    folder = FolderMails(tmp_path / "outbox", FROM, lambda: NOW)
    for _ in range(2):
        folder.send(MESSAGE, "ada@example.org", KEY)
    (path,) = (tmp_path / "outbox").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert isinstance(folder, MailFolder)
    (stored,) = folder.mails()
    assert (stored.reference, stored.to, stored.at) == (KEY, "ada@example.org", NOW)
    folder.remove_older_than(datetime.now(UTC) - timedelta(days=1))
    assert folder.mails()
    folder.remove_older_than(datetime.now(UTC) + timedelta(days=1))
    assert not folder.mails()


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"RCPT": "550 no such mailbox"}, NoticeRefused),
        ({"RCPT": "450 later"}, ServiceUnavailable),
        ({"DATA": "554 looks like spam"}, NoticeRefused),
        ({"DATA": "451 later"}, ServiceUnavailable),
        ({"DATA": "421 too busy"}, ServiceBusy),
    ],
)
def test_what_a_mail_server_refuses(
    mailbox: tuple[Mailbox, int], answers: dict[str, str], error: type[Exception]
) -> None:
    box, port = mailbox
    box.answers |= answers
    with pytest.raises(error):
        SmtpMails(f"smtp+plain://127.0.0.1:{port}", FROM).send(MESSAGE, "ada@example.org", KEY)
    assert not box.mails


def test_no_mail_goes_without_encryption_unless_the_setting_says_so(mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox
    with pytest.raises(ServiceUnavailable, match="offers no encryption"):
        SmtpMails(f"smtp://127.0.0.1:{port}", FROM).send(MESSAGE, "ada@example.org", KEY)
    assert not box.mails


def test_a_server_that_is_not_there_tells_no_password() -> None:
    with pytest.raises(ServiceUnavailable) as wrong:
        SmtpMails(f"smtp+plain://user:hunter2@127.0.0.1:{_free_port()}", FROM).send(MESSAGE, "a@example.org", KEY)
    assert "hunter2" not in wrong.value.sentence


def test_a_wrong_password_is_told_as_such() -> None:
    def refuse(*given: Any) -> AuthResult:
        return AuthResult(success=False, handled=False)

    controller = Controller(
        Mailbox(), hostname="127.0.0.1", port=_free_port(), authenticator=refuse, auth_require_tls=False
    )
    controller.start()
    try:
        with pytest.raises(ServiceUnavailable, match="user or the password"):
            SmtpMails(f"smtp+plain://u:wrong@127.0.0.1:{controller.port}", FROM).send(MESSAGE, "a@example.org", KEY)
    finally:
        controller.stop()


@pytest.mark.parametrize("url", ["smtp://", "smtp+tls://host", "smtp://[host", "smtp://host:port"])
def test_an_address_that_is_no_mail_server_stops_the_start(url: str) -> None:
    with pytest.raises(SettingsError):
        SmtpMails(url, FROM)


def test_ses_takes_the_whole_mail(aws: Any) -> None:
    SesMails(FROM, now=lambda: NOW).send(MESSAGE, "ada@example.org", KEY)
    from moto.core import DEFAULT_ACCOUNT_ID
    from moto.ses.models import ses_backends

    (sent,) = ses_backends[DEFAULT_ACCOUNT_ID]["ap-northeast-2"].sent_messages
    assert "ada@example.org" in str(sent.destinations)
    assert "Skin" in str(sent.raw_data)


def test_ses_that_does_not_know_the_sender_refuses(aws: Any) -> None:
    with pytest.raises(NoticeRefused, match="refuses this mail"):
        SesMails(Sender("other@elsewhere.example", may_show_faces=False)).send(MESSAGE, "ada@example.org", KEY)


def test_an_event_is_signed_over_its_time_and_body(program: Any) -> None:
    hook, to = _hook(program)
    assert hook.send(MESSAGE, to, KEY) == "e1"
    ((headers, body),) = program.got
    assert json.loads(body) == dict(MESSAGE.data)
    assert (headers[EVENT_ID], headers[TIMESTAMP]) == ("e1", "1772442000")
    assert headers[SIGNATURE] == signature(SECRET, "1772442000", body)
    assert headers[SIGNATURE] != signature(SECRET, "1772442001", body)
    assert "hidden" not in to


@pytest.mark.parametrize(
    ("code", "headers", "error", "retry_after"),
    [
        (429, {"Retry-After": "90"}, ServiceBusy, timedelta(seconds=90)),
        (503, {"Retry-After": "soon"}, ServiceBusy, timedelta(minutes=1)),
        (429, {"Retry-After": "99999999999999999"}, ServiceBusy, None),
        (500, {}, ServiceUnavailable, None),
        (410, {}, NoticeRefused, None),
        (302, {"Location": "http://169.254.169.254/"}, ServiceUnavailable, None),
    ],
)
def test_what_a_program_answers(
    program: Any, code: int, headers: dict[str, str], error: type[Exception], retry_after: timedelta | None
) -> None:
    hook, to = _hook(program)
    program.answers.append((code, headers))
    with pytest.raises(error) as answered:
        hook.send(MESSAGE, to, KEY)
    if retry_after is not None:
        assert answered.value.retry_after == retry_after  # type: ignore[attr-defined]
    assert len(program.got) == 1
    hook.send(MESSAGE, to, KEY)


def test_a_webhook_that_left_the_settings_is_refused_for_good() -> None:
    with pytest.raises(NoticeRefused):
        Webhooks([], SECRET).send(MESSAGE, "gone#12345678", KEY)
    with pytest.raises(ServiceUnavailable):
        hook = Webhooks([f"webhook+http://127.0.0.1:{_free_port()}/"], SECRET)
        hook.send(MESSAGE, hook.receivers[0], KEY)
