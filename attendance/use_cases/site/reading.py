"""What holds for the site: the environment first, else what admins chose, else the default.

Each process looks into the store again after a few seconds, so that a change reaches the site, its workers and its
functions without a restart.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

from attendance.errors import ServiceUnavailable, SettingsError
from attendance.model import Site, Thresholds
from attendance.services import Services
from attendance.settings import SETTINGS, Settings

MOST_AGE_S = 3.0
LATE_AFTER_MINUTES = 10
THRESHOLDS = ("accept_similarity", "review_similarity", "margin")
SETTING_OF = {
    "name": "school_name",
    "timezone": "timezone",
    "late_after_minutes": "late_after_minutes",
} | {name: name for name in THRESHOLDS}
"""What admins may choose, and the setting of the environment that counts more."""

_PARSE = {setting.field: setting.parse for setting in SETTINGS}
_log = logging.getLogger(__name__)


def site(services: Services, *, anew: bool = False) -> Site:
    """As it was a few seconds ago at most; `anew`: as it is. Raises ServiceUnavailable where it was never read."""
    cache, now = services.site_cache, time.monotonic()
    found = cache.site
    if anew or found is None or now - cache.looked_at_s >= MOST_AGE_S:
        try:
            said = services.store.site_settings()
        except ServiceUnavailable:
            if found is None:
                raise
            said = cache.said or {}
        cache.looked_at_s = now
        if found is None or said != cache.said:
            found = site_of(services.settings, said)
            cache.said, cache.site = said, found
    _tell_engine(services, found)
    return found


def thresholds(services: Services) -> Thresholds:
    """Of the face engine, as they are to be. Raises ServiceUnavailable."""
    site(services)
    return services.faces.thresholds


def site_of(settings: Settings, said: Mapping[str, str]) -> Site:
    """What a later version stored, or nobody can read any more, counts as not chosen."""
    fixed = frozenset(name for name, setting in SETTING_OF.items() if setting in settings.given)
    values = {name: _value(settings, said, name, name in fixed) for name in SETTING_OF}
    late = values["late_after_minutes"]
    return Site(
        name=values["name"],
        logo_key=said.get("logo_key", ""),
        timezone=values["timezone"],
        late_after_minutes=LATE_AFTER_MINUTES if late is None else late,
        accept_similarity=values["accept_similarity"],
        review_similarity=values["review_similarity"],
        margin=values["margin"],
        fixed=fixed,
    )


def lines_of(found: Site) -> tuple[float | None, float | None, float | None]:
    """The thresholds that were chosen."""
    return found.accept_similarity, found.review_similarity, found.margin


def parsed(name: str, text: str) -> Any:
    """The value of what admins may choose. Raises ValueError."""
    return _PARSE[SETTING_OF[name]](text)


def _value(settings: Settings, said: Mapping[str, str], name: str, is_fixed: bool) -> Any:
    if not is_fixed and name in said:
        try:
            return parsed(name, said[name])
        except ValueError:
            _log.warning("What was chosen for %s cannot be used.", name)
    return getattr(settings, SETTING_OF[name])


def _tell_engine(services: Services, found: Site) -> None:
    settings, lines = services.settings, lines_of(found)
    before = services.site_cache.lines
    if lines == (before or (settings.accept_similarity, settings.review_similarity, settings.margin)):
        return
    services.site_cache.lines = lines
    try:
        services.faces.thresholds = services.faces.thresholds_for(*lines)
    except SettingsError as contradiction:  # the environment was changed after an admin chose
        _log.warning("The thresholds stay as they are: %s", contradiction)
