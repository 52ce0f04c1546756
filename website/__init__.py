"""The website: Flask pages, REST and uploads over the use cases of attendance."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

from attendance.bootstrap import bootstrap
from attendance.services import Services
from attendance.settings import Settings, load_settings
from attendance.use_cases.people.accounts import setup_token
from attendance.use_cases.students.reindexing import outdated_faces
from website import (
    api,
    assets,
    commands,
    compression,
    config,
    current,
    device_api,
    errors,
    face_notice,
    formatting,
    isolation,
    language,
    limits,
    live,
    login,
    navigation,
    openapi,
    patience,
    rest,
    security,
    sentences,
    slack,
    status_words,
)
from website.lectures import undo_offer
from website.setup_link import setup_link

BLUEPRINTS = (
    "website.auth",
    "website.users",
    "website.invitations",
    "website.site",
    "website.account",
    "website.audit",
    "website.outbox",
    "website.notices",
    "website.home",
    "website.courses",
    "website.risks",
    "website.exports",
    "website.unknowns",
    "website.unknowns.doors",
    "website.students",
    "website.imports",
    "website.lectures",
    "website.check_in",
    "website.door_check_ins",
    "website.live",
    "website.review",
    "website.appeals",
    "website.log",
    "website.hourly",
    "website.devices",
    "website.kiosk",
    "website.people",
    "website.platforms",
    "website.media",
    "website.slack",
)

__all__ = ["create_app", "setup_link"]


def create_app(
    settings: Settings | None = None, services: Services | None = None, *, link_is_told: bool = False
) -> Flask:
    """The site. Without arguments it reads the settings from the environment. Raises SettingsError.

    The link that makes the first admin is logged, unless whoever starts the site has told it.
    """
    with commands.plain_start():
        app = _made_of(services or bootstrap(settings or load_settings()))
        if not commands.is_command():
            if not link_is_told:
                _log_setup_link(app)
            _log_outdated_faces(app)
        return app


def _made_of(services: Services) -> Flask:
    app = Flask(__name__, static_folder=None)
    config.init_app(app, services.settings)
    current.init_app(app, services)
    for concern in (
        compression,
        patience,
        security,
        login,
        limits,
        formatting,
        assets,
        isolation,
        language,
        sentences,
        status_words,
        navigation,
        face_notice,
        undo_offer,
        errors,
    ):
        concern.init_app(app)
    for name in BLUEPRINTS:
        app.register_blueprint(import_module(name).blueprint)
    openapi.init_app(app, api.blueprint, rest.blueprint, device_api.blueprint)
    api.init_app(app)
    rest.init_app(app)
    device_api.init_app(app)
    slack.init_app(app)
    live.init_app(app)
    commands.register(app)
    return app


def _log_setup_link(app: Flask) -> None:
    token = setup_token(app.extensions["rollcall"])
    if token:
        app.logger.warning("Rollcall has no admin yet. Open /setup/%s on this site to make one.", token)


def _log_outdated_faces(app: Flask) -> None:
    outdated = outdated_faces(app.extensions["rollcall"])
    if outdated is not None:
        app.logger.warning("%s", outdated.sentence)
