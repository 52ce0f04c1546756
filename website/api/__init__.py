"""What a signed-in person's programs and pages ask under /api/v1: uploads of recordings, how far a search is,
and visits at doors."""

from __future__ import annotations

from flask import Flask

from website.api import recordings, uploads, visits
from website.api.blueprint import blueprint

__all__ = ["blueprint", "init_app", "recordings", "uploads", "visits"]


def init_app(app: Flask) -> None:
    """The blueprint asks for the forms' token itself, of browsers alone: no browser sends an access token by itself."""
    app.extensions["csrf"].exempt(blueprint)
