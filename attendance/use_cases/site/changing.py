"""Admins choose what holds for the site; what follows from other thresholds goes through the outbox."""

from __future__ import annotations

from collections.abc import Mapping

from attendance.changes import SaveSiteSettings
from attendance.committing import commit, read_again
from attendance.errors import InvalidInput, NotFound, SettingsError
from attendance.events import ThresholdsChanged
from attendance.logo import logo_png
from attendance.media_keys import logo_key
from attendance.model import AuditEntry, Lecture, Page, Site
from attendance.rules.texts import searchable
from attendance.services import Services
from attendance.use_cases.lectures.marks import mark_lecture
from attendance.use_cases.names import MOST_NAME_CHARACTERS, clean_name
from attendance.use_cases.site.reading import SETTING_OF, THRESHOLDS, lines_of, parsed, site, site_of

CHANGED = "site.changed"
_LECTURES_AT_ONCE = 25


@read_again
def change_site(services: Services, chosen: Mapping[str, str], *, by: str | None) -> Site:
    """What is left out stays; an empty text takes a choice back. What the environment sets stays as it is.

    Raises InvalidInput with the name of the field; nothing is changed then.
    """
    was = services.store.site_settings()
    before = site_of(services.settings, was)
    said = dict(was)
    for name, text in chosen.items():
        if name in before.fixed:
            continue
        clean = _checked(name, text)
        said.pop(name, None)
        if clean:
            said[name] = clean
    return _save(services, said, was, before, by)


@read_again
def change_logo(services: Services, content: bytes | None, *, by: str | None) -> Site:
    """Another logo, or none. Raises InvalidInput."""
    was = services.store.site_settings()
    said = {name: text for name, text in was.items() if name != "logo_key"}
    if content is not None:
        said["logo_key"] = logo_key()
        services.media.put(said["logo_key"], logo_png(content))
    return _save(services, said, was, site_of(services.settings, was), by)


def mark_again(services: Services, event: ThresholdsChanged) -> None:
    """Some lectures, the newest first; the rest by an event that follows. The same again changes nothing."""
    site(services, anew=True)
    page: Page[Lecture] = services.store.lectures(page=event.page, size=_LECTURES_AT_ONCE)
    for lecture in page.items:
        try:
            mark_lecture(services, lecture.id)
        except NotFound:
            continue  # it was removed meanwhile
    if event.page < page.pages:
        commit(services, ThresholdsChanged(at=services.now(), page=event.page + 1))


def _save(services: Services, said: Mapping[str, str], was: Mapping[str, str], before: Site, by: str | None) -> Site:
    after = site_of(services.settings, said)
    other_lines = lines_of(after) != lines_of(before)
    if other_lines:
        _check_together(services, after)
    if said != was:
        now = services.now()
        entries = [
            AuditEntry(now, by, CHANGED, name, _in_words(name, was.get(name), said.get(name)))
            for name in (*SETTING_OF, "logo_key")
            if was.get(name) != said.get(name)
        ]
        event = [ThresholdsChanged(at=now)] if other_lines else []
        commit(services, SaveSiteSettings(said, was), *entries, *event)
    return site(services, anew=True)


def _in_words(name: str, old: str | None, new: str | None) -> str:
    if name == "logo_key":
        return "removed" if new is None else "added" if old is None else "replaced"
    return f"{'-' if old is None else old} → {'-' if new is None else new}"


def _checked(name: str, text: str) -> str:
    """As it is stored. Raises InvalidInput."""
    text = text.strip()
    if not text:
        return ""
    if name == "name":
        if len(text) > MOST_NAME_CHARACTERS or not searchable(text):
            raise InvalidInput(
                "The name of the school may have %(most)s characters.", most=MOST_NAME_CHARACTERS, field=name
            )
        return clean_name(text)
    try:
        value = parsed(name, text)
    except ValueError:
        raise _wrong(name) from None
    return f"{value:g}" if isinstance(value, float) else str(value)


def _wrong(name: str) -> InvalidInput:
    if name == "timezone":
        return InvalidInput("This is not the name of a time zone.", field=name)
    if name == "late_after_minutes":
        return InvalidInput("Minutes must be a whole number from 0 to %(most)s.", most=1440, field=name)
    return InvalidInput("This must be a number from 0 to 100.", field=name)


def _check_together(services: Services, found: Site) -> None:
    try:
        chosen = services.faces.thresholds_for(*lines_of(found))
    except SettingsError:
        chosen = None
    if chosen is None or chosen.review > chosen.accept:
        field = next((name for name in reversed(THRESHOLDS[:2]) if name not in found.fixed), THRESHOLDS[0])
        raise InvalidInput(
            "These thresholds contradict each other: the face engine could never be sure of anybody.", field=field
        )
