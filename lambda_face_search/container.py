"""What one container of a function holds between calls: the services, made when they are first needed."""

from __future__ import annotations

from functools import cache

from attendance.bootstrap import bootstrap
from attendance.services import Services
from attendance.settings import load_settings


@cache
def services() -> Services:
    """Of the environment's settings. Where they cannot be made yet, the next call tries again.

    Raises SettingsError, ServiceUnavailable.
    """
    return bootstrap(load_settings())
