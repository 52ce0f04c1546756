"""Check-ins: when and from where they are taken, and what they make of a mark beside what faces say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from attendance.errors import InvalidInput, Phrase
from attendance.model import CheckIn, Course, Lecture, Mark, Method, Status
from attendance.rules.statuses import ATTENDED

CHECKED_IN: Mapping[Method, str] = {
    Method.SCREEN: str(Phrase("Checked in by the code on the screen.")),
    Method.CODE: str(Phrase("Checked in by the code of the lecture.")),
    Method.KIOSK: str(Phrase("Checked in at a kiosk.")),
}
"""What the history says of a mark that a check-in changed."""

WAYS: Mapping[Method, Phrase] = {
    Method.FACE: Phrase("face"),
    Method.SCREEN: Phrase("code on the screen"),
    Method.CODE: Phrase("code of the lecture"),
    Method.KIOSK: Phrase("kiosk"),
    Method.HAND: Phrase("by hand"),
}
"""How a mark came to be, in words."""


def check_in_window(lecture: Lecture, course: Course) -> tuple[datetime, datetime]:
    """From when until when check-ins are taken; never after the lecture."""
    opens = lecture.starts_at - timedelta(minutes=course.check_in_early_minutes)
    return opens, min(lecture.ends_at, lecture.starts_at + timedelta(minutes=course.check_in_late_minutes))


def status_by_check_in(check_in: CheckIn, lecture: Lecture, course: Course) -> Status:
    """Present, or late by the course's minutes."""
    late = check_in.at > lecture.starts_at + timedelta(minutes=course.late_after_minutes)
    return Status.LATE if late else Status.PRESENT


def with_check_in(
    opinion: Mark | None, student_id: str, check_in: CheckIn, lecture: Lecture, course: Course, now: datetime
) -> Mark:
    """The machine's opinion with a check-in beside what faces say, if anything.

    Whoever was there by one way was there. Two that agree on that are taken at the better one: who came in time by one
    was not late by the other. What faces leave open, or did not see, the check-in decides.
    """
    own = status_by_check_in(check_in, lecture, course)
    if opinion is None:
        return Mark(lecture.id, student_id, own, own, now, check_in=check_in)
    status = own
    if opinion.machine_status in ATTENDED and Status.PRESENT in (own, opinion.machine_status):
        status = Status.PRESENT
    return replace(opinion, status=status, machine_status=status, check_in=check_in, little_video=False)


def with_check_ins(
    opinions: Iterable[Mark], before: Mapping[str, Mark], lecture: Lecture, course: Course, now: datetime
) -> list[Mark]:
    """Opinions of faces on a lecture, with the check-ins that its marks hold; also of whom no face told.

    Those at kiosks are not among them: they have a record of their own, from which they can be taken back.
    """
    found = {opinion.student_id: opinion for opinion in opinions}
    for student_id, mark in before.items():
        if mark.check_in is not None and not rests_on_kiosk(mark):
            found[student_id] = with_check_in(found.get(student_id), student_id, mark.check_in, lecture, course, now)
    return list(found.values())


def rests_on_kiosk(mark: Mark) -> bool:
    """Whether its check-in was made at a kiosk."""
    return mark.check_in is not None and mark.check_in.method is Method.KIOSK


def same_device(marks: Iterable[Mark], student_id: str, device: str) -> bool:
    """Whether somebody else has checked in to the lecture on this device."""
    return bool(device) and any(
        mark.check_in is not None and mark.check_in.device == device and mark.student_id != student_id for mark in marks
    )


def clean_networks(words: str) -> str:
    """Addresses and networks, in their usual form. Raises InvalidInput."""
    found = []
    for word in words.replace(",", " ").split():
        try:
            found.append(str(ip_network(word, strict=False)))
        except ValueError:
            raise InvalidInput(
                "%(word)s is no network; write addresses such as 192.0.2.7 or networks such as 192.0.2.0/24.",
                word=word,
                field="networks",
            ) from None
    return " ".join(dict.fromkeys(found))


def comes_from(networks: str, address: str) -> bool:
    """Whether an address is in one of the networks; every one is where none is named."""
    if not networks:
        return True
    try:
        asking = ip_address(address)
    except ValueError:
        return False
    asking = getattr(asking, "ipv4_mapped", None) or asking
    return any(asking in ip_network(word) for word in networks.split())
