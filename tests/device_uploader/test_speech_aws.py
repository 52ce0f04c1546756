"""Speech by Amazon: signatures and messages as botocore makes and reads them, and a stand-in for both services."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials
from botocore.eventstream import EventStreamBuffer
from websockets.sync.server import ServerConnection, serve

from device_uploader.errors import SettingsWrong, SourceFailed, Unreachable
from device_uploader.settings import SpeechTable
from device_uploader.speech.aws import AwsSpeech, letters_apart
from device_uploader.speech.aws_events import SOUND, decoded, encoded
from device_uploader.speech.aws_signing import Credentials, presigned, query_of, signed_headers
from device_uploader.speech.commands import phrases

KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret/key", "AWS_SESSION_TOKEN": "to/ken=="}
AT = datetime(2026, 11, 30, 12, 34, 56, tzinfo=UTC)
NAMES = ["김민수", "Mary Johnson"]


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time at which botocore signs."""
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda *_, **__: AT.replace(tzinfo=None))


@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize("token", [None, "to/ken=="])
def test_a_presigned_address_is_botocores(token: str | None):
    url = "https://transcribestreaming.eu-west-1.amazonaws.com:8443/stream-transcription-websocket?" + query_of(
        {"language-options": "ko-KR,en-US", "sample-rate": "16000", "identify-language": "true"}
    )
    ours = presigned(url, "transcribe", "eu-west-1", Credentials("AKIDEXAMPLE", "secret/key", token), AT)
    request = AWSRequest("GET", url)
    SigV4QueryAuth(BotoCredentials("AKIDEXAMPLE", "secret/key", token), "transcribe", "eu-west-1", 60).add_auth(request)
    theirs = request.prepare().url
    assert parse_qs(urlsplit(ours).query) == parse_qs(urlsplit(theirs).query)


@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize("token", [None, "to/ken=="])
def test_a_signed_request_is_botocores(token: str | None):
    url, body = "https://polly.eu-west-1.amazonaws.com/v1/speech", b'{"Text": "x"}'
    ours = signed_headers(url, body, "polly", "eu-west-1", Credentials("AKIDEXAMPLE", "secret/key", token), AT)
    request = AWSRequest("POST", url, headers={"content-type": "application/json"}, data=body)
    SigV4Auth(BotoCredentials("AKIDEXAMPLE", "secret/key", token), "polly", "eu-west-1").add_auth(request)
    assert ours["authorization"] == request.headers["Authorization"]


def test_messages_are_read_by_botocore_and_by_us():
    buffer = EventStreamBuffer()
    buffer.add_data(encoded(SOUND, b"\1\2\3"))
    (theirs,) = list(buffer)
    assert (theirs.headers, theirs.payload) == (SOUND, b"\1\2\3")
    ours = decoded(encoded(SOUND, b"\1\2\3"))
    assert (ours.headers, ours.payload) == (SOUND, b"\1\2\3")


@pytest.mark.parametrize("spoil", [lambda data: data[:-3], lambda data: data[:20] + b"\xff" + data[21:], lambda _: b""])
def test_a_message_that_came_damaged_is_not_believed(spoil: Any):
    with pytest.raises(Unreachable, match="came"):
        decoded(spoil(encoded(SOUND, b"abc")))


def transcript(text: str, partial: bool = False) -> bytes:
    words = {"Transcript": {"Results": [{"IsPartial": partial, "Alternatives": [{"Transcript": text}]}]}}
    return encoded({":message-type": "event", ":event-type": "TranscriptEvent"}, json.dumps(words).encode())


@contextmanager
def transcribe(*messages: bytes) -> Iterator[tuple[str, list[bytes], list[str]]]:
    """A stand-in: takes sound until the empty message, then says these. Its address, the sound, and what was asked."""
    sound: list[bytes] = []
    asked: list[str] = []

    def talk(socket: ServerConnection) -> None:
        assert socket.request is not None
        asked.append(socket.request.path)
        for message in socket:
            assert isinstance(message, bytes)
            payload = decoded(message).payload
            sound.append(payload)
            if not payload:
                break
        for message in messages:
            socket.send(message)

    with serve(talk, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        port = server.socket.getsockname()[1]
        try:
            yield f"ws://127.0.0.1:{port}", sound, asked
        finally:
            server.shutdown()
            thread.join()


def test_what_transcribe_understood_is_compared_with_the_phrases_here():
    with transcribe(transcript("출", partial=True), transcript("출석.")) as (address, sound, asked):
        speech = AwsSpeech(SpeechTable(), KEYS, transcribe=address)
        heard = speech.hear(b"\1\0" * 8000, phrases(NAMES))
    assert heard.sure is not None and heard.sure.phrase.command == "check_in"
    assert b"".join(sound) == b"\1\0" * 8000 and sound[-1] == b""
    query = parse_qs(urlsplit(asked[0]).query)
    assert query["language-options"] == ["ko-KR,en-US"]
    assert not any("vocabulary" in name for name in query), "no name goes into a vocabulary"
    assert "김민수" not in asked[0]


def test_a_name_is_found_that_transcribe_wrote_a_little_differently():
    with transcribe(transcript("Register Mary Jonson")) as (address, _, _):
        heard = AwsSpeech(SpeechTable(), KEYS, transcribe=address).hear(bytes(6400), phrases(NAMES))
    assert heard.sure is not None and heard.sure.phrase.name == "Mary Johnson"


def test_what_is_no_command_is_not_sure():
    with transcribe(transcript("where is the library")) as (address, _, _):
        assert AwsSpeech(SpeechTable(), KEYS, transcribe=address).hear(bytes(6400), phrases(NAMES)).sure is None


def test_a_refusal_is_said_in_its_words():
    no = encoded({":message-type": "exception", ":exception-type": "BadRequest"}, b'{"Message": "Not signed."}')
    with transcribe(no) as (address, _, _), pytest.raises(SourceFailed, match="Not signed"):
        AwsSpeech(SpeechTable(), KEYS, transcribe=address).hear(bytes(6400), phrases())


def test_a_service_that_is_away_is_said():
    speech = AwsSpeech(SpeechTable(), KEYS, transcribe="ws://127.0.0.1:9", polly="http://127.0.0.1:9")
    with pytest.raises(SourceFailed, match="Transcribe does not answer"):
        speech.hear(bytes(6400), phrases())
    with pytest.raises(SourceFailed, match="cannot be reached"):
        speech.say("Hello.", "en")


@contextmanager
def polly(status: int = 200) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    asked: list[dict[str, Any]] = []

    class Polly(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            asked.append({**body, "signed": self.headers["authorization"]})
            self.send_response(status)
            self.end_headers()
            self.wfile.write(b"\1\0\2\0")

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Polly) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def test_polly_says_a_sentence_once_in_each_languages_voice():
    with polly() as (address, asked):
        speech = AwsSpeech(SpeechTable(), KEYS, polly=address)
        for text, language in (("안녕", "ko"), ("Hello.", "en"), ("Hello.", "en")):
            sound = speech.say(text, language)  # type: ignore[arg-type]
            assert sound is not None and sound.pcm == b"\1\0\2\0"
    assert [(one["Text"], one["VoiceId"]) for one in asked] == [("안녕", "Seoyeon"), ("Hello.", "Joanna")]
    assert all(one["signed"].startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/") for one in asked)


def test_an_answer_that_is_no_sound_is_said():
    with polly(403) as (address, _), pytest.raises(SourceFailed, match="Polly answers 403"):
        AwsSpeech(SpeechTable(), KEYS, polly=address).say("Hello.", "en")


def test_without_keys_the_settings_are_wrong_and_secrets_are_in_no_representation():
    with pytest.raises(SettingsWrong, match="AWS_ACCESS_KEY_ID"):
        AwsSpeech(SpeechTable(), {})
    assert "secret" not in repr(Credentials.of(KEYS)) and "ken" not in repr(Credentials.of(KEYS))


def test_letters_apart_counts_hangul_by_its_letters():
    assert letters_apart("Check in!", "check in") == 0
    assert 0 < letters_apart("출썩", "출석") < letters_apart("퇴실", "출석")
    assert letters_apart("", "출석") == 1
