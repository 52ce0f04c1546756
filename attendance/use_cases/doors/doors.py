"""What an admin decides of a door: whether it records visits, who sees them, and whether it is told names."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from attendance.changes import SaveDevice
from attendance.committing import commit, read_again
from attendance.errors import InvalidInput, NotFound
from attendance.model import AuditEntry, Device, Role, User
from attendance.rules.visits import may_see
from attendance.services import Services


@read_again
def set_door(
    services: Services, device_id: str, *, records: bool, staff_ids: Collection[str], tells_names: bool, by: str | None
) -> Device:
    """Switching visits on counts from now: what the door saw before is refused. Raises NotFound, InvalidInput."""
    device = services.store.device(device_id)
    if not device.is_door:
        raise InvalidInput("This device stands in a classroom and records no visits.")
    for user_id in staff_ids:
        if services.store.user(user_id).role is Role.STUDENT:
            raise InvalidInput("Accounts of students do not see visits.")
    since = (device.visits_since or services.now()) if records else None
    changed = replace(device, visits_since=since, staff_ids=frozenset(staff_ids), tells_names=tells_names)
    if changed != device:
        commit(services, SaveDevice(changed, device), *_entries(services, device, changed, by))
    return changed


def doors_of(services: Services, user: User) -> Sequence[Device]:
    """Those whose visits this person may see, sorted by place and name."""
    return [device for device in services.store.devices() if device.is_door and may_see(user, device)]


def staff_of(services: Services, door: Device) -> list[User]:
    """Who is named for it and still has an account, sorted by email."""
    found = []
    for user_id in door.staff_ids:
        try:
            found.append(services.store.user(user_id))
        except NotFound:
            continue
    return sorted(found, key=lambda user: user.email)


def _entries(services: Services, old: Device, new: Device, by: str | None) -> list[AuditEntry]:
    """One for each thing that was decided."""
    said = []
    if old.visits_since != new.visits_since:
        said.append(("door.visits_off" if new.visits_since is None else "door.visits_on", new.room))
    if old.staff_ids != new.staff_ids:
        said.append(("door.staff_set", ", ".join(user.email for user in staff_of(services, new))))
    if old.tells_names != new.tells_names:
        said.append(("door.names_told" if new.tells_names else "door.names_not_told", new.room))
    return [AuditEntry(services.now(), by, action, new.name, detail) for action, detail in said]
