"""What a link, an id and a code may be, and which parts of what people write are links."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from attendance.errors import InvalidInput
from attendance.model import Lecture, Meeting, OldCode, Place
from attendance.rules.live import (
    LONGEST_WORDS,
    MOST_OLD_CODES,
    checked_address,
    checked_code,
    checked_number,
    checked_words,
    is_on,
    joining,
    mentioned,
    parts_of,
    service_of,
    with_link,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ZOOM = "https://zoom.us/j/12345678901"


@pytest.mark.parametrize(
    ("url", "service"),
    [
        (ZOOM, "Zoom"),
        ("https://school.zoom.us/j/1", "Zoom"),
        ("https://teams.microsoft.com/l/meetup-join/x", "Microsoft Teams"),
        ("https://meet.google.com/abc-defg-hij", "Google Meet"),
        ("https://meet.jit.si/Computing", "Jitsi"),
        ("https://bbb.school.example/b/abc", "BigBlueButton"),
        ("https://notzoom.us/j/1", "notzoom.us"),
        ("https://zoom.us.evil.example/j/1", "zoom.us.evil.example"),
    ],
)
def test_the_service_is_that_of_the_machine(url: str, service: str):
    assert checked_address(url) == url
    assert service_of(url) == service


@pytest.mark.parametrize(
    "url",
    [
        "http://zoom.us/j/1",
        "javascript:alert(1)",
        "https://",
        "zoom.us/j/1",
        "https://user:secret@zoom.us/j/1",
        "https://zoom.us/j/1 2",
        "https://zoom.us/\u202ej",
        "https://[zoom.us/",
        "https://zoom.us/" + "x" * 1000,
        "data:text/html,x",
    ],
)
def test_what_is_no_https_address_is_refused(url: str):
    with pytest.raises(InvalidInput):
        checked_address(url)


def test_a_code_within_the_link_is_taken_out_because_it_would_outlive_a_change():
    assert checked_address(f"{ZOOM}?pwd=abc.1&uname=x") == f"{ZOOM}?uname=x"


def test_ids_and_codes():
    assert checked_number(" 123 4567 8901 ") == "12345678901"
    assert checked_code(" Ab-1 ", ZOOM) == "Ab-1"
    assert checked_code("a" * 40) == "a" * 40
    for wrong in ("12/34", "x" * 65, "<b>"):
        with pytest.raises(InvalidInput):
            checked_number(wrong)
    for wrong, url in (("a" * 11, ZOOM), ("a b", ""), ("é", ""), ("x" * 41, ""), ("a!b", ZOOM)):
        with pytest.raises(InvalidInput):
            checked_code(wrong, url)


def test_what_a_lecture_does_not_say_is_as_its_course_says():
    course = Meeting("c1", place=Place.REMOTE, room="A 101", url=ZOOM, passcode="1")
    assert joining(None, None).place is Place.ROOM
    assert joining(course, None) == joining(course, Meeting("c1", "l1"))
    own = joining(course, Meeting("c1", "l1", place=Place.BOTH, room="B 2"))
    assert (own.place, own.room, own.meeting, own.of_lecture) == (Place.BOTH, "B 2", course, False)
    other = Meeting("c1", "l1", url="https://meet.jit.si/x")
    assert joining(course, other).meeting == other
    assert joining(course, other).of_lecture
    assert joining(course, other).service == "Jitsi"


def test_codes_that_a_meeting_no_longer_has_are_struck_out_with_their_time():
    first = with_link(Meeting("c1"), ZOOM, "1", "one", NOW, "e1")
    assert (first.old_codes, first.changed_at, first.event_id) == ((), NOW, "e1")
    second = with_link(first, ZOOM, "1", "two", NOW + timedelta(hours=1), "e2")
    assert second.old_codes == (OldCode("one", NOW + timedelta(hours=1)),)
    assert with_link(second, ZOOM, "2", "two", NOW, "e3").old_codes == second.old_codes
    many = second
    for number in range(MOST_OLD_CODES + 5):
        many = with_link(many, ZOOM, "1", f"code{number}", NOW, "e")
    assert len(many.old_codes) == MOST_OLD_CODES
    assert many.old_codes[0].code == f"code{MOST_OLD_CODES + 3}"


@pytest.mark.parametrize(
    ("words", "links"),
    [
        ("See https://example.org/a?b=1.", ["https://example.org/a?b=1"]),
        ("(http://example.org/x_(y))", ["http://example.org/x_(y)"]),
        ("여기 https://example.org/가나, 그리고", ["https://example.org/가나"]),
        ("javascript:alert(1) data:text/html,x ftp://example.org", []),
        ("https:// and http://user@example.org", []),
        ("xhttps://example.org", ["https://example.org"]),
        ('https://example.org/"onmouseover="x', ["https://example.org/"]),
        ("https://example.org/<script>", ["https://example.org/"]),
        ("https://exa\u202emple.org", ["https://exa"]),
    ],
)
def test_only_addresses_are_links_and_nothing_is_lost(words: str, links: list[str]):
    parts = list(parts_of(words))
    assert [text for text, is_link in parts if is_link] == links
    assert "".join(text for text, _ in parts) == words


def test_what_is_written_is_plain_text_of_some_length():
    assert checked_words("  Hello\r\n\r\n\r\n\r\nthere \n") == "Hello\n\nthere"
    for wrong in ("", " \n ", "x" * (LONGEST_WORDS + 1), "a\u0000b", "a\u202eb"):
        with pytest.raises(InvalidInput):
            checked_words(wrong)


def test_a_mention_is_of_the_longest_name_that_fits():
    people = {"a": "Kim Min", "b": "Kim Minji", "c": "김민수", "d": "Ann"}
    assert mentioned("@Kim Minji, did you?", people) == {"b"}
    assert mentioned("@kim min!", people) == {"a"}
    assert mentioned("@김민수님 질문이 있습니다", people) == {"c"}
    assert mentioned("@Anna and Ann, mail ann@example.org", people) == frozenset()


def test_a_lecture_is_on_a_little_before_and_after_its_time():
    lecture = Lecture("l1", "c1", NOW, NOW + timedelta(hours=1), NOW)
    on = [minutes for minutes in range(-30, 120, 5) if is_on(lecture, NOW + timedelta(minutes=minutes))]
    assert (on[0], on[-1]) == (-15, 85)
