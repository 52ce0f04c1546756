"""The website: Flask pages, REST and uploads over the use cases of attendance."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

from attendance.bootstrap import bootstrap
from attendance.services import Services
from attendance.settings import Settings, load_settings
from attendance.use_cases.outdated_faces import outdated_faces
from attendance.use_cases.set_up import setup_token
from website import (
    commands,
    config,
    current,
    device_api,
    errors,
    face_notice,
    formatting,
    limits,
    login,
    navigation,
    security,
    sentences,
)
from website.setup_link import setup_link

BLUEPRINTS = (
    "website.auth",
    "website.users",
    "website.account",
    "website.audit",
    "website.home",
    "website.courses",
    "website.students",
    "website.lectures",
    "website.log",
    "website.hourly",
    "website.devices",
    "website.media",
    "website.api",
)

__all__ = ["create_app", "setup_link"]


def create_app(settings: Settings | None = None, services: Services | None = None) -> Flask:
    """The site. Without arguments it reads the settings from the environment. Raises SettingsError."""
    with commands.plain_start():
        return _made_of(services or bootstrap(settings or load_settings()))


def _made_of(services: Services) -> Flask:
    app = Flask(__name__)
    config.init_app(app, services.settings)
    current.init_app(app, services)
    for concern in (security, login, limits, formatting, sentences, navigation, face_notice, errors):
        concern.init_app(app)
    for name in BLUEPRINTS:
        app.register_blueprint(import_module(name).blueprint)
    device_api.init_app(app)
    commands.register(app)
    if not commands.is_command():
        _log_setup_link(app, services)
        _log_outdated_faces(app, services)
    return app


def _log_setup_link(app: Flask, services: Services) -> None:
    token = setup_token(services)
    if token:
        app.logger.warning("Rollcall has no admin yet. Open /setup/%s on this site to make one.", token)


def _log_outdated_faces(app: Flask, services: Services) -> None:
    outdated = outdated_faces(services)
    if outdated is not None:
        app.logger.warning("%s", outdated.sentence)
