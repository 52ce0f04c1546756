"""A course of drawn people, a short lecture of theirs, and what is known of a lecture after its search."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import av
import cv2

from attendance.disk.files import DiskFile
from attendance.model import Course, Recording, Role, SearchStatus, new_id
from attendance.services import Services
from attendance.use_cases.courses.courses import add_course, set_teachers
from attendance.use_cases.people.accounts import add_user
from attendance.use_cases.recordings.receiving import receive_recording
from attendance.use_cases.students.registering import register_student
from demo.drawn_people import STRANGER_SEED, person, portrait
from demo.lecture_video import Appearance, LectureScript, render_lecture
from tests.website.browsing import PASSWORD

BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TEACHER = "teacher@example.org"
SEEDS = (52, 106, 146)  # the third is never there
SECONDS = 6.0
SIZE = (640, 360)


def photo_of(seed: int) -> bytes:
    """A registration photo, JPEG."""
    return bytes(cv2.imencode(".jpg", portrait(person(seed)), [cv2.IMWRITE_JPEG_QUALITY, 95])[1])


def make_school(services: Services) -> None:
    """A course with a teacher who has an account, and three registered students."""
    course = add_course(services, code="CS101", name="Computing", section="1", by=None)
    added = add_user(services, email=TEACHER, name="Teacher", role=Role.TEACHER, password=PASSWORD, by=None)
    set_teachers(services, course.id, [added.user.id], by=None)
    for seed in SEEDS:
        register_student(
            services,
            student_id=str(seed),
            name=f"Student {seed}",
            consent_on=date(2026, 3, 1),
            course_ids=[course.id],
            photos=[photo_of(seed)],
            by=None,
        )


def film(path: Path) -> None:
    """Two of the students and a stranger; the second comes two seconds late."""
    people = (
        Appearance(person(SEEDS[0]), 0, SECONDS, 0),
        Appearance(person(SEEDS[1]), 2, SECONDS, 1),
        Appearance(person(STRANGER_SEED), 0, SECONDS, 3),
    )
    render_lecture(path, LectureScript(people), size=SIZE, fps=2, seconds=SECONDS)


def repeated(short: Path, path: Path, times: int) -> None:
    """The same lecture again and again in one video, without encoding it anew."""
    with av.open(str(short)) as source, av.open(str(path), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        packets = [packet for packet in source.demux(video=0) if packet.dts is not None]
        length = sum(packet.duration for packet in packets)
        stamps = [(packet.pts, packet.dts) for packet in packets]
        for number in range(times):
            for packet, (pts, dts) in zip(packets, stamps, strict=True):
                packet.pts, packet.dts = pts + number * length, dts + number * length
                packet.stream = stream
                packet.time_base = source.streams.video[0].time_base
                target.mux(packet)


def the_course(services: Services) -> Course:
    return services.store.courses()[0]


def receive(services: Services, video: Path, *, day: int = 0, minute: int = 0) -> Recording:
    """A recording of the lecture of a day, which waits to be searched."""
    path = services.settings.data / new_id()
    path.write_bytes(video.read_bytes())
    begin = BEGIN + timedelta(days=day)
    return receive_recording(
        services,
        file=DiskFile(path),
        original_name="lecture.mp4",
        course_id=the_course(services).id,
        starts_at=begin + timedelta(minutes=minute),
        ends_at=begin + timedelta(minutes=minute + 1),
    )


@dataclass(frozen=True)
class Outcome:
    """What a search left, without what differs from one search to the next: ids and moments."""

    marks: list[tuple[object, ...]]
    sightings: list[tuple[object, ...]]
    pictures: Counter[str]


def outcome(services: Services, recording_id: str) -> Outcome:
    """Of a lecture with this one recording. A picture without a sighting, or the other way round, is refused."""
    lecture_id = services.store.recording(recording_id).lecture_id
    seen = services.store.sightings(lecture_id)
    keys = sorted(one.picture_key for one in seen if one.picture_key is not None)
    assert sorted(services.media.keys(f"evidence/{recording_id}/")) == keys
    marks = services.store.marks(lecture_id)
    assert {mark.evidence.picture_key for mark in marks if mark.evidence} <= set(keys)
    return Outcome(
        marks=[
            (
                mark.student_id,
                mark.status,
                mark.left_early,
                mark.evidence and (round(mark.evidence.similarity, 3), mark.evidence.first_s, mark.evidence.last_s),
            )
            for mark in marks
        ],
        sightings=sorted(
            (one.student_id or "", one.number, one.first_s, one.last_s, one.frames, round(one.similarity or 0, 3))
            for one in seen
        ),
        pictures=Counter(hashlib.sha256(services.media.read(key)).hexdigest() for key in keys),
    )


def status(services: Services, recording_id: str) -> SearchStatus:
    return services.store.recording(recording_id).status


def is_over(services: Services, recording_id: str) -> bool:
    """Whether its search is done or failed."""
    return status(services, recording_id) in (SearchStatus.DONE, SearchStatus.FAILED)
