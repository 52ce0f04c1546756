"""What a request needs to know of its surroundings: the services, who is signed in, and the reader's time zone."""

from __future__ import annotations

import pytz
from flask import Flask, current_app
from flask_login import current_user
from pytz.tzinfo import BaseTzInfo

from attendance.errors import RollcallError
from attendance.model import Site, User
from attendance.services import Services
from attendance.settings import Settings
from attendance.use_cases.site.reading import site, site_of


def init_app(app: Flask, services: Services) -> None:
    """Store the services with the app."""
    app.extensions["rollcall"] = services


def current_services() -> Services:
    """The services of the app that answers this request."""
    services: Services = current_app.extensions["rollcall"]
    return services


def current_settings() -> Settings:
    """The settings of the app that answers this request."""
    return current_services().settings


def current_site() -> Site:
    """What holds for the site; while the database does not answer, what the environment says."""
    services = current_services()
    try:
        return site(services)
    except RollcallError:
        return site_of(services.settings, {})


def signed_in_user() -> User:
    """Who is signed in; only for views that need a login."""
    user: User = current_user.user
    return user


def reader_timezone() -> BaseTzInfo:
    """The reader's own time zone, else the site's."""
    own = current_user.user.timezone if current_user.is_authenticated else None
    return pytz.timezone(own or current_site().timezone)
