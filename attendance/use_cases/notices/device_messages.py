"""Messages about devices: a temperature that reached its line, and a silence."""

from __future__ import annotations

from attendance.errors import NotFound
from attendance.events import AlarmRaised, DeviceSilent, Event
from attendance.model import Action, ActionKind, Fact, Message, NoticeKind, Picture, Reading, Recording, RecordingKind
from attendance.services import Services
from attendance.use_cases.devices.reading import alarm_entry
from attendance.use_cases.notices.composed import Reader, link_to


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
    if entry.picture is not None:
        pictures += _photo(
            services, entry.picture, _("Picture of %(moment)s", moment=_.moment(entry.picture.started_at))
        )
    if entry.reading is not None:
        facts.insert(2, Fact(_("Coolest and hottest"), _range(entry.reading)))
        pictures.append(_drawn(entry.reading, _("Heat map, %(range)s", range=_range(entry.reading))))
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


def _drawn(reading: Reading, alt: str) -> Picture:
    from attendance.thermal_picture import thermal_png  # noqa: PLC0415 - numpy is loaded where one is drawn

    return Picture(thermal_png(reading), "image/png", alt, shows_a_face=False)


def _range(reading: Reading) -> str:
    return f"{reading.coolest_c:.1f} – {reading.hottest_c:.1f} °C"


def _degrees(temperature_c: float) -> str:
    return f"{temperature_c:.1f} °C"
