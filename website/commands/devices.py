"""flask devices: cameras and sensors in rooms, and when which course meets there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import click
import pytz

from attendance.errors import InvalidInput
from attendance.model import Course, DeviceKind
from attendance.services import Services
from attendance.use_cases.courses.timetable import add_slot, timetable_of_room
from attendance.use_cases.devices.devices import (
    add_device,
    give_key,
    list_devices,
    new_pairing_code,
    remove_device,
    revoke_device,
)
from website.commands.courses_by_name import COURSE_HELP, course_named
from website.commands.plain_errors import Commands
from website.commands.removing import confirm_removal, json_option, leave_nothing, print_rows, yes_option
from website.commands.text_table import text_table
from website.current import current_services

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
TODAY = "today"

devices = Commands("devices", help="Cameras and sensors in rooms.")


@devices.command("add")
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@click.option("--room", required=True, help="Where it stands; the room's timetable says what it films.")
@click.option("--door", "is_door", is_flag=True, help="A door: it records visits once an admin lets it.")
@click.option("--kiosk", "is_kiosk", is_flag=True, help="A kiosk: people check in and out there.")
@click.option("--key", "wants_key", is_flag=True, help="Give a key at once, where no code can be typed on the device.")
def add(names: Sequence[str], room: str, is_door: bool, is_kiosk: bool, wants_key: bool) -> None:
    """Add devices, and print for each the code that pairs it within an hour. It is shown once."""
    services = current_services()
    if is_door and is_kiosk:
        raise click.UsageError("A device is a door or a kiosk, not both.")
    kind = DeviceKind.DOOR if is_door else DeviceKind.KIOSK if is_kiosk else DeviceKind.CLASSROOM
    for name in names:
        offered = add_device(services, name=name, room=room, kind=kind, by=None)
        click.echo(give_key(services, offered.device.id, by=None).key if wants_key else offered.code)


@devices.command("code")
@click.argument("device_id", metavar="ID")
def code(device_id: str) -> None:
    """Print a new pairing code. The key in use works until the code is used."""
    click.echo(new_pairing_code(current_services(), device_id, by=None).code)


@devices.command("revoke")
@click.argument("device_id", metavar="ID")
def revoke(device_id: str) -> None:
    """Refuse the device's key from now on; what it sent stays."""
    revoke_device(current_services(), device_id, by=None)
    click.echo("The device is revoked.")


@devices.command("remove")
@click.argument("device_id", metavar="ID")
@yes_option
def remove(device_id: str, yes: bool) -> None:
    """Remove the device with its readings and alarms; the recordings that it sent stay."""
    device = current_services().store.device(device_id)
    confirm_removal(
        f"{device.name} in {device.room} with its readings and alarms; the recordings that it sent stay", yes
    )
    remove_device(current_services(), device_id, by=None)
    leave_nothing()
    click.echo("The device is removed.")


@devices.command("list")
@json_option
def show(as_json: bool) -> None:
    """Print all devices."""
    rows = [
        {
            "id": row.device.id,
            "name": row.device.name,
            "room": row.device.room,
            "state": row.device.state.value,
            "last seen (UTC)": _seen(row.device.last_seen_at),
        }
        for row in list_devices(current_services())
    ]
    print_rows(rows, ("id", "name", "room", "state", "last seen (UTC)"), as_json)


@devices.command("meets")
@click.argument("room")
@click.option("--course", "name", metavar="CODE", help=COURSE_HELP)
@click.option("--section", help="The section of the course, where CODE does not say it.")
@click.option("--on", "day", type=click.Choice((*DAYS, TODAY)), help="The day of the week, or today.")
@click.option("--from", "starts", metavar="HH:MM", help="On the course's clock.")
@click.option("--to", "ends", metavar="HH:MM", help="On the course's clock.")
def meets(
    room: str, name: str | None, section: str | None, day: str | None, starts: str | None, ends: str | None
) -> None:
    """Print the timetable of a room; with --course, --on, --from and --to add a line to it."""
    services = current_services()
    if name is not None:
        if day is None or starts is None or ends is None:
            raise InvalidInput("Say --on, --from and --to as well.")
        course = course_named(services, name, section)
        weekday = _today(services, course) if day == TODAY else DAYS.index(day)
        add_slot(services, course_id=course.id, room=room, weekday=weekday, starts=starts, ends=ends, by=None)
    _print_timetable(services, room)


def _today(services: Services, course: Course) -> int:
    """As the course's calendar has it."""
    return services.now().astimezone(pytz.timezone(course.timezone)).weekday()


def _print_timetable(services: Services, room: str) -> None:
    rows = [
        (DAYS[row.slot.weekday], row.slot.starts, row.slot.ends, row.course.label)
        for row in timetable_of_room(services, room)
    ]
    click.echo(text_table(("day", "from", "to", "course"), rows))


def _seen(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else "never"
