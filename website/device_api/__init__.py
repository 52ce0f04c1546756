"""What devices speak: REST under /api/v1/devices, by their own keys."""

from flask import Flask

from website.device_api import kiosk, me, pairing, readings, stays, uploads
from website.device_api.blueprint import blueprint
from website.device_api.errors import answer_wrong_addresses

__all__ = ["blueprint", "init_app", "kiosk", "me", "pairing", "readings", "stays", "uploads"]


def init_app(app: Flask) -> None:
    """Keys stand in for forms' tokens here: a browser never sends them by itself."""
    app.extensions["csrf"].exempt(blueprint)
    answer_wrong_addresses(app, blueprint.url_prefix or "")
