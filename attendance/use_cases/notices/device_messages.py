"""Messages about devices: a temperature that reached its line, a silence, and somebody unknown at a door."""

from __future__ import annotations

from attendance.errors import NotFound
from attendance.events import AlarmRaised, DeviceSilent, Event, UnknownAtDoor
from attendance.model import (
    Action,
    ActionKind,
    Fact,
    Message,
    NoticeKind,
    Picture,
    Purpose,
    Reading,
    Recording,
    RecordingKind,
    Student,
    Visit,
)
from attendance.rules.consent import has_consent
from attendance.services import Services
from attendance.thermal_picture import thermal_png
from attendance.use_cases.devices.reading import alarm_entry
from attendance.use_cases.notices.composed import Reader, link_to
from attendance.use_cases.notices.decided import Said, name_of_user


def alarm(services: Services, event: Event, reader: Reader) -> Message:
    """With the picture and the drawn reading beside each other, where they are there. Raises NotFound."""
    assert isinstance(event, AlarmRaised)
    entry, _ = alarm_entry(services, event.alarm_id), reader.words
    facts = [
        Fact(_("Skin estimate"), _degrees(entry.alarm.temperature_c)),
        Fact(_("Threshold"), _degrees(entry.alarm.line_c)),
        Fact(_("Device"), f"{entry.device.name} · {entry.device.room}"),
        Fact(_("Time"), f"{_.moment(entry.alarm.at)} ({_.zone})"),
    ]
    pictures = []
    if entry.visit is not None:
        pictures += _pictures_of(services, entry.visit, _("Picture of %(moment)s", moment=_.moment(entry.visit.at)))
    elif entry.picture is not None:
        pictures += _photo(
            services, entry.picture, _("Picture of %(moment)s", moment=_.moment(entry.picture.started_at))
        )
    if entry.reading is not None:
        facts.insert(2, Fact(_("Coolest and hottest"), _range(entry.reading)))
        pictures.append(_drawn(services, entry.reading, _("Heat map, %(range)s", range=_range(entry.reading))))
    where = entry.device.room or entry.device.name
    return Message(
        kind=NoticeKind.ALARM,
        subject=_("%(degrees)s measured: %(where)s", degrees=_degrees(entry.alarm.temperature_c), where=where),
        paragraphs=(_("A skin estimate reached the threshold of its device. It is a screening, no diagnosis."),),
        at=event.at,
        facts=tuple(facts),
        pictures=tuple(pictures),
        actions=() if entry.alarm.seen_by else (Action(ActionKind.SEE_ALARM, _("Seen"), entry.alarm.id),),
        links=link_to(services, _("Open the alarms"), "/devices/alarms?unseen=1"),
    )


def device_silent(services: Services, event: Event, reader: Reader) -> Message:
    """Raises NotFound, also where it was heard of since."""
    assert isinstance(event, DeviceSilent)
    device, _ = services.store.device(event.device_id), reader.words
    if device.silent_since is None:
        raise NotFound("It was heard of again.")
    return Message(
        kind=NoticeKind.DEVICE_SILENT,
        subject=_("Nothing is heard of %(device)s", device=device.name),
        paragraphs=(_("See whether it has power and a network. What it records meanwhile it sends later."),),
        at=event.at,
        facts=(
            Fact(_("Device"), f"{device.name} · {device.room}"),
            Fact(_("Last heard of"), f"{_.moment(event.since)} ({_.zone})"),
        ),
        links=link_to(services, _("Open the device"), f"/devices/{device.id}"),
    )


def unknown_at_door(services: Services, event: Event, reader: Reader) -> Message:
    """With the face and the drawn reading, and who it is once somebody said so. Raises NotFound."""
    assert isinstance(event, UnknownAtDoor)
    visit, door, _ = services.store.visit(event.visit_id), services.store.device(event.device_id), reader.words
    said, moment = _said_of(services, visit), _.moment(visit.at)
    facts = [Fact(_("Door"), f"{door.name} · {door.room}"), Fact(_("Time"), f"{moment} ({_.zone})")]
    if visit.temperature_c is not None:
        facts.append(Fact(_("Skin estimate"), _degrees(visit.temperature_c)))
    pictures = _pictures_of(services, visit, _("Picture of %(moment)s", moment=moment))
    if visit.reading is not None:
        facts.append(Fact(_("Coolest and hottest"), _range(visit.reading)))
        pictures.append(_drawn(services, visit.reading, _("Heat map, %(range)s", range=_range(visit.reading))))
    if said is not None:
        news = said.in_words(_, _("This person"))
    else:
        news = _("Somebody was at this door who is nobody that agreed to be known there.")
    return Message(
        kind=NoticeKind.UNKNOWN_SEEN,
        subject=_("Unknown person at a door: %(where)s, %(moment)s", where=door.room or door.name, moment=moment),
        paragraphs=(news,),
        at=event.at,
        facts=tuple(facts),
        pictures=tuple(pictures),
        actions=() if said else _who_is_it(reader, visit),
        links=link_to(services, _("Open the visit"), f"/people/visits/{visit.id}"),
        names=said.names if said else (),
    )


def _who_is_it(reader: Reader, visit: Visit) -> tuple[Action, ...]:
    _ = reader.words
    keeps = (Action(ActionKind.KEEP_PHOTO, _("Keep the picture as a photo"), visit.id),) if visit.picture_key else ()
    return (
        *keeps,
        Action(ActionKind.NAME_UNKNOWN, _("This is …"), visit.id),
        Action(ActionKind.IGNORE_UNKNOWN, _("Ignore"), visit.id),
    )


def _said_of(services: Services, visit: Visit) -> Said | None:
    """Raises NotFound, also where who it shows took consent back, so that the visit is about to go."""
    if visit.named_by is None:
        return None
    student: Student | None = services.store.student(visit.student_id) if visit.student_id is not None else None
    if student is not None and not has_consent(student.consents, Purpose.VISITS):
        raise NotFound("This visit is about to be erased.")
    return Said(student, name_of_user(services, visit.named_by))


def _pictures_of(services: Services, visit: Visit, alt: str) -> list[Picture]:
    """None of what was erased since."""
    try:
        content = services.media.read(visit.picture_key or "")
    except NotFound:
        return []
    return [Picture(content, "image/jpeg", alt, visit.picture_key)]


def _photo(services: Services, recording: Recording, alt: str) -> list[Picture]:
    """None of a video, nor of what was erased since."""
    if recording.kind is not RecordingKind.SNAPSHOT:
        return []
    try:
        with services.media.open(recording.media_key) as stream:
            kind = "image/png" if recording.media_key.endswith(".png") else "image/jpeg"
            return [Picture(stream.read(), kind, alt, recording.media_key)]
    except NotFound:
        return []


def _drawn(services: Services, reading: Reading, alt: str) -> Picture:
    """In the same colours for all readings, so that two notices can be compared at a glance."""
    scale_c = services.settings.thermal_coldest_c, services.settings.thermal_hottest_c
    return Picture(thermal_png(reading, scale_c), "image/png", alt, shows_a_face=False)


def _range(reading: Reading) -> str:
    return f"{reading.coolest_c:.1f} – {reading.hottest_c:.1f} °C"


def _degrees(temperature_c: float) -> str:
    return f"{temperature_c:.1f} °C"
