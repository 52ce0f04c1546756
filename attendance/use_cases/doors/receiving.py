"""A stay at a door: its pictures are searched, and become visits or nothing."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from attendance.changes import MOST_VISITS, AddVisits
from attendance.committing import commit, read_again
from attendance.device_errors import BadItem, NotOfThisKind, VisitsOff, WrongSha256
from attendance.disk.files import DiskFile
from attendance.errors import AlreadyExists, FacesOutdated, NotFound, ServiceUnavailable
from attendance.events import UnknownAtDoor, VisitSeen
from attendance.media_keys import visit_key
from attendance.model import Device, Face, Owner, Reading, RecordingKind, Verdict, Visit, new_id
from attendance.ports import Seen
from attendance.rules.alarms import candidates
from attendance.rules.visits import best_look, verdict_of, visit_ids
from attendance.services import Services
from attendance.use_cases.devices.readings import (
    SentReading,
    alarm_events,
    alarms_to_raise,
    check_time,
    reading_of,
)
from attendance.use_cases.doors.consenting import agreed, forget_visits
from attendance.use_cases.doors.refused import refused_at
from attendance.use_cases.site.reading import thresholds
from attendance.use_cases.students.checking import only_of
from attendance.use_cases.students.reindexing import comparable_faces
from attendance.use_cases.unknowns.searching import without_refused
from attendance.use_cases.unknowns.vectors import keeps_vectors

MOST_PICTURES = 3
"""Of one stay: one may be blurred, or show the back of a head."""

MOST_PICTURE_BYTES = 2_000_000
_LONGEST = timedelta(hours=1)
_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class SentPicture:
    """A JPEG as a door sends it, with the SHA-256 that it has there."""

    jpeg: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class SentStay:
    """One stay as a door sends it: its own id, from when to when, pictures, and what the sensor saw."""

    id: str
    at: datetime
    until: datetime
    pictures: Sequence[SentPicture]
    pixels_c: Sequence[float] | None = None
    thermistor_c: float | None = None


@dataclass(frozen=True, slots=True)
class KnownVisit:
    """A visit with the name of whom it shows; None where that is not sure, or the door is not to be told."""

    visit: Visit
    name: str | None


def receive_stay(services: Services, device: Device, sent: SentStay) -> list[KnownVisit]:
    """The visits that it became; none where nobody is in its pictures. The same stay again is the same visits.

    Raises NotOfThisKind, VisitsOff, BadItem, BadReading, TooOld, WrongSha256, BadRecording (no pictures that can be
    read), ServiceUnavailable.
    """
    reading = check_stay(services, device, sent)
    if (known := _stored(services, device, sent)) is not None:
        return _told(services, device, known)
    looks = look_at(services, device.id, [picture.jpeg for picture in sent.pictures])
    seen = best_look(looks, thresholds(services))[:MOST_VISITS]
    if not seen:
        return []
    return _told(services, device, _store(services, device, sent, seen, reading))


def look_at(services: Services, door_id: str, jpegs: Sequence[bytes]) -> list[list[Seen]]:
    """Who is in each picture, of those who agreed; nobody of whom a person said that they are somebody else.

    With vectors where the door may keep any. Raises BadRecording, BadItem, ServiceUnavailable.
    """
    keeps = keeps_vectors(services, Owner.door(door_id))
    refused = refused_at(services, door_id) if keeps else []
    with _alone(jpegs) as files:
        faces = _faces(services)
        looks = [_look(services, file, faces, vectors=keeps) for file in files]
    return [without_refused(services, refused, look) for look in looks]


def check_stay(services: Services, device: Device, sent: SentStay) -> Reading | None:
    """Its reading, where it has one. Raises what `receive_stay` does before anything is searched."""
    if not device.is_door:
        raise NotOfThisKind("Only doors send visits; this device stands in a classroom.")
    if not _ID.fullmatch(sent.id):
        raise BadItem("An item needs an id of 32 hexadecimal digits.")
    if not timedelta() <= sent.until - sent.at <= _LONGEST:
        raise BadItem("A stay ends after it begins, and within an hour.")
    if not 1 <= len(sent.pictures) <= MOST_PICTURES:
        raise BadItem("A stay has from 1 to %(most)s pictures.", most=MOST_PICTURES)
    for picture in sent.pictures:
        _check_picture(picture)
    reading = None
    if sent.pixels_c is not None:
        thermistor_c = sent.thermistor_c if sent.thermistor_c is not None else float("nan")
        reading = reading_of(services, device, SentReading(sent.id, sent.at, sent.pixels_c, thermistor_c))
    if device.visits_since is None:
        raise VisitsOff("No admin lets this door record visits; nothing was stored.")
    if sent.at < device.visits_since:
        raise VisitsOff("This is from before an admin let this door record visits; nothing was stored.")
    check_time(services, device, sent.at)
    return reading


def _check_picture(picture: SentPicture) -> None:
    if len(picture.jpeg) > MOST_PICTURE_BYTES:
        raise BadItem("A picture of a stay has at most %(most)s MB.", most=f"{MOST_PICTURE_BYTES / 1e6:g}")
    if hashlib.sha256(picture.jpeg).hexdigest() != picture.sha256:
        raise WrongSha256("The file that arrived is not the one that was sent; please send it again.")


def _stored(services: Services, device: Device, sent: SentStay) -> list[Visit] | None:
    """The visits that it became before. Raises BadItem where the id stands for something else."""
    found = []
    for visit_id in visit_ids(sent.id, MOST_VISITS):
        try:
            found.append(services.store.visit(visit_id))
        except NotFound:
            break
    if any(visit.device_id != device.id for visit in found):
        raise BadItem("Something is stored by this id already.")
    return found or None


@contextmanager
def _alone(jpegs: Sequence[bytes]) -> Iterator[list[DiskFile]]:
    """The pictures as engines take them, in a folder that is gone afterwards: no picture of nobody stays."""
    with tempfile.TemporaryDirectory(prefix="rollcall-stay-") as folder:
        files = [DiskFile(Path(folder) / f"{number}.jpg") for number in range(len(jpegs))]
        for file, jpeg in zip(files, jpegs, strict=True):
            file.path.write_bytes(jpeg)
        yield files


def _faces(services: Services) -> Sequence[Face]:
    """Of everybody who agreed, and of nobody else. Raises ServiceUnavailable where they cannot be compared yet."""
    try:
        return comparable_faces(services, [student.id for student in agreed(services)])
    except FacesOutdated as outdated:
        raise ServiceUnavailable(outdated.template, **outdated.values) from outdated


def _look(services: Services, file: DiskFile, faces: Sequence[Face], *, vectors: bool) -> list[Seen]:
    """Who is in one picture. Raises BadRecording, BadItem."""
    if services.faces.probe(file).duration_s:
        raise BadItem("A stay has pictures, and no clips.")
    seen = services.faces.search(file, RecordingKind.SNAPSHOT, faces, vectors=vectors)
    return only_of({face.student_id for face in faces}, seen)


def _store(
    services: Services, device: Device, sent: SentStay, seen: Sequence[Seen], reading: Reading | None
) -> list[Visit]:
    """Pictures first, then the rows that name them: what breaks off in between leaves files that nobody names."""
    skin_c = reading.skin_c if reading is not None and len(seen) == 1 else None  # of several nobody knows whose it is
    temperature_c = None if skin_c is None else skin_c + device.calibration_offset_c
    names = visit_ids(sent.id, len(seen))
    visits = [
        _visit(services, device, sent, visit_id, one, reading, temperature_c)
        for visit_id, one in zip(names, seen, strict=True)
    ]
    try:
        _commit(services, device, visits, reading)
    except (AlreadyExists, NotFound) as changed:
        services.media.delete([visit.picture_key for visit in visits if visit.picture_key is not None])
        if isinstance(changed, AlreadyExists):  # the same stay was sent twice at once
            return _stored(services, device, sent) or []
        raise ServiceUnavailable("Somebody was removed at this moment; please send it again.") from changed
    return _still_agreed(services, visits)


@read_again
def _commit(services: Services, device: Device, visits: Sequence[Visit], reading: Reading | None) -> None:
    """With the alarm that the reading raises, if any: both are there, or neither. Raises AlreadyExists, NotFound."""
    wanted = candidates(device, [reading], new_id) if reading is not None else []
    alarms = alarms_to_raise(services, device.id, wanted)
    told = [*(_event(services, visit) for visit in visits), *alarm_events(services, alarms.alarms if alarms else ())]
    commit(services, AddVisits(visits, alarms), *told)


def _visit(
    services: Services,
    device: Device,
    sent: SentStay,
    visit_id: str,
    seen: Seen,
    reading: Reading | None,
    temperature_c: float | None,
) -> Visit:
    key = None
    if seen.picture is not None:
        key = visit_key(device.id)
        services.media.put(key, seen.picture)
    verdict = verdict_of(seen, thresholds(services))
    vector = seen.vector if verdict is Verdict.UNKNOWN else None  # which the engine gave where it may be kept
    return Visit(
        id=visit_id,
        device_id=device.id,
        at=sent.at,
        until=sent.until,
        verdict=verdict,
        student_id=seen.student_id,
        similarity=seen.similarity,
        picture_key=key,
        pixels_c=reading.pixels_c if reading is not None else None,
        thermistor_c=reading.thermistor_c if reading is not None else None,
        temperature_c=temperature_c,
        quality=seen.quality,
        vector=vector,
        vector_engine=services.faces.name if vector is not None else None,
    )


def _event(services: Services, visit: Visit) -> VisitSeen | UnknownAtDoor:
    kind = UnknownAtDoor if visit.verdict is Verdict.UNKNOWN else VisitSeen
    return kind(at=services.now(), device_id=visit.device_id, visit_id=visit.id)


def _still_agreed(services: Services, visits: Sequence[Visit]) -> list[Visit]:
    """Whoever took consent back while the pictures were searched leaves no visit."""
    named = {visit.student_id for visit in visits if visit.student_id is not None}
    gone = named - {student.id for student in agreed(services)} if named else set()
    for student_id in gone:
        forget_visits(services, student_id)
    return [visit for visit in visits if visit.student_id not in gone]


def _told(services: Services, device: Device, visits: Sequence[Visit]) -> list[KnownVisit]:
    return [KnownVisit(visit, _name(services, device, visit)) for visit in visits]


def _name(services: Services, device: Device, visit: Visit) -> str | None:
    """A stolen key must not tell whose a face is: an admin says which door is told names."""
    if not device.tells_names or visit.verdict is not Verdict.KNOWN or visit.student_id is None:
        return None
    try:
        return services.store.student(visit.student_id).name
    except NotFound:
        return None
