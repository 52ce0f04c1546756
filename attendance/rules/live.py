"""What a meeting's link, id and code may be, how a lecture's follows from its course's, and what people may write.

Pure. What people write is plain text; `parts_of` says which parts of it are addresses that may be links.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from attendance.errors import InvalidInput
from attendance.model import Lecture, Meeting, OldCode, Place
from attendance.rules.texts import searchable

LONGEST_WORDS = 1000
LONGEST_ROOM = 200
LONGEST_ADDRESS = 1000
MOST_OLD_CODES = 20
BEFORE, AFTER = timedelta(minutes=15), timedelta(minutes=30)
"""So long around its time a lecture is on: people come early, and lectures end late."""

_SERVICES = {
    "zoom.us": "Zoom",
    "zoom.com": "Zoom",
    "zoomgov.com": "Zoom",
    "teams.microsoft.com": "Microsoft Teams",
    "teams.live.com": "Microsoft Teams",
    "meet.google.com": "Google Meet",
    "meet.jit.si": "Jitsi",
    "jitsi": "Jitsi",
    "bbb": "BigBlueButton",
    "bigbluebutton": "BigBlueButton",
}
_NUMBER = re.compile(r"[0-9A-Za-z._-]{1,64}")
_CODE = re.compile(r"[!-~]{1,40}")
_ZOOM_CODE = re.compile(r"[A-Za-z0-9@*_-]{1,10}")
_ADDRESS = re.compile(r"https?://[^\s<>\"'{}|\\^`\u2066-\u2069\u202a-\u202e]+", re.IGNORECASE)
_ENDS = ".,;:!?…。、"


@dataclass(frozen=True, slots=True)
class Joining:
    """How a lecture is attended: its own, or as its course says.

    `of_lecture` says whether link, id and code are the lecture's own.
    """

    place: Place
    room: str
    meeting: Meeting | None
    of_lecture: bool

    @property
    def is_remote(self) -> bool:
        """Whether somebody may join from elsewhere."""
        return self.place is not Place.ROOM

    @property
    def service(self) -> str:
        """Of the link, as people call it."""
        return service_of(self.meeting.url) if self.meeting else ""


def joining(of_course: Meeting | None, of_lecture: Meeting | None) -> Joining:
    """What a lecture says goes before what its course says; where nobody says anything it is in its room."""
    own = of_lecture is not None and of_lecture.has_link
    meeting = of_lecture if own else of_course
    place = (of_lecture and of_lecture.place) or (of_course and of_course.place) or Place.ROOM
    room = (of_lecture and of_lecture.room) or (of_course and of_course.room) or ""
    return Joining(place, room, meeting if meeting and meeting.has_link else None, own)


def checked_address(url: str) -> str:
    """An address by https, or nothing; a code within it is taken out, as it would outlive a change.

    Raises InvalidInput.
    """
    url = url.strip()
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    if not host or len(url) > LONGEST_ADDRESS or any(sign.isspace() or not sign.isprintable() for sign in url):
        raise InvalidInput("Type the whole link, such as https://zoom.us/j/12345678901.", field="link")
    if parts.scheme != "https":
        raise InvalidInput("The link must begin with https://.", field="link")
    if parts.username or parts.password:
        raise InvalidInput("The link must have no user or password in it.", field="link")
    if "pwd=" not in parts.query:
        return url
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "pwd"]
    return urlunsplit(parts._replace(query=urlencode(kept)))


def checked_number(number: str) -> str:
    """The id to type, without blanks. Raises InvalidInput."""
    number = "".join(number.split())
    if number and not _NUMBER.fullmatch(number):
        raise InvalidInput("The meeting id can have letters, digits, dots and hyphens, 64 at most.", field="number")
    return number


def checked_code(code: str, url: str = "") -> str:
    """Raises InvalidInput; Zoom takes fewer signs than others."""
    code = code.strip()
    if code and is_zoom(url) and not _ZOOM_CODE.fullmatch(code):
        raise InvalidInput("A Zoom code has 10 signs at most: letters, digits and @ * _ -.", field="passcode")
    if code and not _CODE.fullmatch(code):
        raise InvalidInput("The code can have 40 signs at most, without blanks.", field="passcode")
    return code


def checked_room(room: str) -> str:
    """Raises InvalidInput."""
    room = " ".join(room.split())
    if len(room) > LONGEST_ROOM or not room.isprintable():
        raise InvalidInput("The room can have %(most)s characters at most.", most=LONGEST_ROOM, field="room")
    return room


def checked_words(words: str) -> str:
    """What may be written: plain text with line breaks. Raises InvalidInput."""
    lines = [line.rstrip() for line in words.replace("\r\n", "\n").replace("\r", "\n").strip().split("\n")]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines))
    if not text:
        raise InvalidInput("Write something first.", field="words")
    if len(text) > LONGEST_WORDS:
        raise InvalidInput("A message can have %(most)s characters at most.", most=LONGEST_WORDS, field="words")
    if any(not sign.isprintable() and sign not in "\n\t\u200d\u200c\ufe0f" for sign in text):
        raise InvalidInput("The message holds signs that cannot be shown.", field="words")
    return text


def with_link(meeting: Meeting, url: str, number: str, code: str, now: datetime, event_id: str) -> Meeting:
    """The meeting with another link, id or code; a code that it no longer has is among the old ones."""
    old = meeting.old_codes
    if meeting.passcode and meeting.passcode != code:
        old = (OldCode(meeting.passcode, now), *old)[:MOST_OLD_CODES]
    return replace(meeting, url=url, number=number, passcode=code, old_codes=old, changed_at=now, event_id=event_id)


def is_zoom(url: str) -> bool:
    """Whether the link leads to Zoom."""
    return service_of(url) == "Zoom"


def service_of(url: str) -> str:
    """The name of the service that a link leads to; its machine where we know none."""
    host = (urlsplit(url).hostname or "") if url else ""
    for name, service in _SERVICES.items():
        if host == name or host.endswith(f".{name}") or ("." not in name and host.startswith(f"{name}.")):
            return service
    return host


def is_on(lecture: Lecture, now: datetime) -> bool:
    """Whether people are in it, a little before and after its time too."""
    return lecture.starts_at - BEFORE <= now < lecture.ends_at + AFTER


def parts_of(words: str) -> Iterator[tuple[str, bool]]:
    """The text in parts, each with whether it is an address that may be a link: by http or https, of some machine."""
    done = 0
    for found in _ADDRESS.finditer(words):
        address = _without_end(found[0])
        if not _leads_somewhere(address):
            continue
        if found.start() > done:
            yield words[done : found.start()], False
        yield address, True
        done = found.start() + len(address)
    if done < len(words):
        yield words[done:], False


def mentioned(words: str, people: Mapping[str, str]) -> frozenset[str]:
    """The accounts that the text names as @Name, of these by id; the longest name that fits counts."""
    found: set[str] = set()
    by_length = sorted(people.items(), key=lambda one: -len(one[1]))
    for at in (place.end() for place in re.finditer("@", words)):
        rest = searchable(words[at : at + 210])
        fits = [(account, name) for account, name in by_length if name and _begins(rest, searchable(name))]
        if fits:
            longest = len(fits[0][1])
            found |= {account for account, name in fits if len(name) == longest}
    return frozenset(found)


def _begins(text: str, name: str) -> bool:
    return bool(name) and text.startswith(name) and not _goes_on(text[len(name) : len(name) + 1])


def _goes_on(sign: str) -> bool:
    """Whether the word goes on; in Korean particles stand right after a name."""
    return sign.isalnum() and sign.isascii()


def _without_end(address: str) -> str:
    """Without the signs that end the sentence around it."""
    while address and (address[-1] in _ENDS or (address[-1] == ")" and address.count(")") > address.count("("))):
        address = address[:-1]
    return address


def _leads_somewhere(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and not parts.username and parts.port != 0
    except ValueError:
        return False
