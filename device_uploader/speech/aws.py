"""`aws`: Amazon Transcribe hears, by a presigned WebSocket, and Amazon Polly speaks; what is said leaves the building.

No name goes into a custom vocabulary, nor any other word: Transcribe says what it understood, and that is compared with
names here. Polly is told the sentences, names included; what it said is kept in memory alone, and never on a disk.
"""

from __future__ import annotations

import json
import os
import unicodedata
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

import requests

from device_uploader.errors import SettingsWrong, SourceFailed, Unreachable
from device_uploader.settings import SpeechTable
from device_uploader.site import network_failures
from device_uploader.speech import (
    BYTES_A_SECOND,
    RATE_HZ,
    Candidate,
    Heard,
    Language,
    Limits,
    Phrase,
    Sound,
    Speech,
    decided,
)
from device_uploader.speech.aws_events import SOUND, decoded, encoded
from device_uploader.speech.aws_signing import Credentials, presigned, query_of, signed_headers

VOICES: dict[Language, str] = {"ko": "Seoyeon", "en": "Joanna"}
LANGUAGE_CODES = "ko-KR,en-US"
CHUNK_BYTES = BYTES_A_SECOND // 10
ANSWER_S = 10.0
MOST_KEPT = 200
LIMITS = Limits(distance=0.25, margin=0.15)
"""Of letters: one of four may be another, and no other phrase may be nearly as near."""


class AwsSpeech(Speech):
    """Raises SettingsWrong without credentials, or without the package `websockets`."""

    listens = True

    def __init__(
        self,
        settings: SpeechTable,
        environment: Mapping[str, str] = os.environ,
        transcribe: str | None = None,
        polly: str | None = None,
    ) -> None:
        credentials = Credentials.of(environment)
        if credentials is None:
            raise SettingsWrong("Speech by AWS needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment.")
        try:
            self._connect: Any = import_module("websockets.sync.client").connect
        except ImportError as missing:
            raise SettingsWrong("Speech by AWS needs the package websockets: pip install websockets") from missing
        self._credentials, self._region = credentials, settings.aws_region
        self._transcribe = transcribe or f"wss://transcribestreaming.{self._region}.amazonaws.com:8443"
        self._polly = polly or f"https://polly.{self._region}.amazonaws.com"
        self._said: OrderedDict[tuple[str, Language], Sound] = OrderedDict()

    def hear(self, pcm16k: bytes, phrases: Sequence[Phrase]) -> Heard:
        """What Transcribe understood, compared with the phrases letter by letter. Raises SourceFailed."""
        text = self.transcribed(pcm16k)
        if not text:
            return Heard()
        found = [Candidate(phrase, letters_apart(text, phrase.text)) for phrase in phrases]
        heard = decided(found, LIMITS)
        return Heard(heard.candidates[:10], heard.sure)

    def transcribed(self, pcm16k: bytes) -> str:
        """The words. Raises SourceFailed."""
        url = f"{self._transcribe}/stream-transcription-websocket?" + query_of(
            {
                "identify-language": "true",
                "language-options": LANGUAGE_CODES,
                "media-encoding": "pcm",
                "sample-rate": str(RATE_HZ),
            }
        )
        address = presigned(url, "transcribe", self._region, self._credentials)
        try:
            with self._connect(address, open_timeout=ANSWER_S, proxy=None) as socket:
                for start in range(0, len(pcm16k), CHUNK_BYTES):
                    socket.send(encoded(SOUND, pcm16k[start : start + CHUNK_BYTES]))
                socket.send(encoded(SOUND, b""))  # an empty one ends it
                return self._words(socket)
        except (OSError, TimeoutError, Unreachable) as wrong:
            raise SourceFailed(f"Transcribe does not answer: {wrong}.") from wrong
        except Exception as wrong:
            if type(wrong).__module__.partition(".")[0] != "websockets":
                raise
            raise SourceFailed(f"Transcribe does not answer: {wrong}.") from wrong

    def _words(self, socket: Any) -> str:
        parts = []
        for message in socket:
            event = decoded(message)
            if event.headers.get(":message-type") == "exception":
                raise Unreachable(str(json.loads(event.payload).get("Message", "it refuses")).rstrip("."))
            words = json.loads(event.payload) if event.payload else {}
            for result in words.get("Transcript", {}).get("Results", ()):
                if not result.get("IsPartial") and result.get("Alternatives"):
                    parts.append(str(result["Alternatives"][0].get("Transcript", "")))
        return " ".join(parts).strip()

    def say(self, text: str, language: Language) -> Sound | None:
        """The same sentence is asked for once. Raises SourceFailed."""
        if (text, language) in self._said:
            self._said.move_to_end((text, language))
            return self._said[text, language]
        words = {"Text": text, "VoiceId": VOICES[language], "OutputFormat": "pcm", "SampleRate": str(RATE_HZ)}
        body, url = json.dumps(words | {"Engine": "neural"}).encode(), f"{self._polly}/v1/speech"
        headers = signed_headers(url, body, "polly", self._region, self._credentials)
        try:
            with network_failures(self._polly):
                answer = requests.post(url, data=body, headers=headers, timeout=ANSWER_S, allow_redirects=False)
        except Unreachable as wrong:
            raise SourceFailed(str(wrong)) from wrong
        if answer.status_code != 200:
            raise SourceFailed(f"Polly answers {answer.status_code}.")
        sound = Sound(answer.content[: len(answer.content) // 2 * 2])
        self._said[text, language] = sound
        while len(self._said) > MOST_KEPT:
            self._said.popitem(last=False)
        return sound


def letters_apart(one: str, other: str) -> float:
    """Edit distance over the longer one's length, without case, marks and blanks; Hangul counts by its letters."""
    left, right = plain(one), plain(other)
    if not left or not right:
        return 1.0
    row = list(range(len(right) + 1))
    for number, letter in enumerate(left, start=1):
        before, row[0] = row[0], number
        for place, against in enumerate(right, start=1):
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, before + (letter != against))
    return row[-1] / max(len(left), len(right))


def plain(text: str) -> str:
    """Letters and digits alone."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", text).lower() if letter.isalnum())
