"""What the pages do, for programs: REST under /api/v1 with access tokens; a browser that is signed in may read."""

from __future__ import annotations

from flask import Flask

from website.rest import (
    appeals,
    check_ins,
    courses,
    devices,
    door_unknowns,
    doors,
    imports,
    lectures,
    live,
    marks,
    notices,
    photo_imports,
    rooms,
    students,
    unknowns,
    users,
)
from website.rest.blueprint import blueprint

__all__ = [
    "appeals",
    "blueprint",
    "check_ins",
    "courses",
    "devices",
    "door_unknowns",
    "doors",
    "imports",
    "init_app",
    "lectures",
    "live",
    "marks",
    "notices",
    "photo_imports",
    "rooms",
    "students",
    "unknowns",
    "users",
]


def init_app(app: Flask) -> None:
    """Only tokens change anything here, and no browser sends one by itself."""
    app.extensions["csrf"].exempt(blueprint)
