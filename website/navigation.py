"""The links that lead through the site, for each role."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, request
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_login import current_user

from attendance.model import Role
from attendance.use_cases.doors.doors import doors_of
from website.current import current_services, current_site, signed_in_user

STAFF = (Role.ADMIN, Role.TEACHER)


@dataclass(frozen=True, slots=True)
class Link:
    """One line of the navigation."""

    endpoint: str
    label: LazyString
    icon: str
    roles: tuple[Role, ...]

    @property
    def topic(self) -> str:
        """The blueprint that it leads to."""
        return self.endpoint.partition(".")[0]

    @property
    def is_first_of_topic(self) -> bool:
        """Whether pages of the topic that no link leads to belong to this one."""
        return self.endpoint.endswith((".index", ".mine"))


LINKS = (
    Link("home.index", _l("Overview"), "speedometer2", (*STAFF, Role.STUDENT)),
    Link("lectures.index", _l("Lectures"), "camera-video", STAFF),
    Link("review.index", _l("Review"), "question-circle", STAFF),
    Link("lectures.upload", _l("Upload a recording"), "cloud-arrow-up", STAFF),
    Link("log.index", _l("Attendance log"), "table", STAFF),
    Link("log.mine", _l("My attendance"), "calendar-check", (Role.STUDENT,)),
    Link("live.index", _l("Live lectures"), "broadcast", (*STAFF, Role.STUDENT)),
    Link("check_in.index", _l("Check in"), "qr-code-scan", (Role.STUDENT,)),
    Link("hourly.index", _l("Hourly attendance"), "grid-3x3-gap-fill", (*STAFF, Role.STUDENT)),
    Link("students.index", _l("Students"), "people", STAFF),
    Link("courses.index", _l("Courses"), "journal-text", STAFF),
    Link("risks.index", _l("At risk"), "exclamation-triangle", STAFF),
    Link("door_check_ins.index", _l("Check-ins"), "person-check", STAFF),
    Link("door_check_ins.mine", _l("My check-ins"), "person-check", (Role.STUDENT,)),
    Link("people.index", _l("People at doors"), "door-open", STAFF),
    Link("devices.index", _l("Devices"), "cpu", (Role.ADMIN,)),
    Link("users.index", _l("Users"), "person-gear", (Role.ADMIN,)),
    Link("site.index", _l("Site settings"), "sliders", (Role.ADMIN,)),
    Link("audit.index", _l("Audit trail"), "clock-history", (Role.ADMIN,)),
    Link("notices.index", _l("Notices"), "bell", (Role.ADMIN,)),
    Link("platforms.index", _l("Learning platforms"), "mortarboard", (Role.ADMIN,)),
    Link("outbox.index", _l("Unfinished work"), "arrow-repeat", (Role.ADMIN,)),
)


def init_app(app: Flask) -> None:
    """Make the links known to templates, and what holds for the site."""
    app.context_processor(lambda: {"navigation": navigation, "is_current": is_current})
    app.jinja_env.globals["site"] = current_site  # also on pages that ask nobody who is signed in


def navigation() -> list[Link]:
    """The links of the person who is signed in."""
    if not current_user.is_authenticated:
        return []
    return [link for link in LINKS if current_user.role in link.roles and _is_of_use(link)]


def _is_of_use(link: Link) -> bool:
    """Of teachers only the staff of a door sees who was there; check-ins there are where a kiosk is."""
    if link.topic == "door_check_ins":
        return any(device.is_kiosk for device in current_services().store.devices())
    if link.topic != "people" or current_user.role is Role.ADMIN:
        return True
    return bool(doors_of(current_services(), signed_in_user()))


def is_current(link: Link) -> bool:
    """Whether the page belongs to this link: to one that leads right to it, else to the one of its topic."""
    if any(request.endpoint == one.endpoint for one in LINKS):
        return request.endpoint == link.endpoint
    return request.blueprint == link.topic and link.is_first_of_topic
