"""Flask's own configuration, made from Rollcall's settings."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from attendance.disk.secret_files import site_secret
from attendance.settings import Settings

MOST_PHOTOS_PER_FORM = 10
MOST_BYTES_OF_FIELDS = 1_000_000
"""Of a form, its files aside."""


def init_app(app: Flask, settings: Settings) -> None:
    """Set cookies, limits and the key that signs sessions."""
    app.config.from_mapping(
        SECRET_KEY=site_secret(settings.data),
        SESSION_COOKIE_NAME="rollcall",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        PREFERRED_URL_SCHEME="https" if settings.https else "http",
        MAX_CONTENT_LENGTH=MOST_PHOTOS_PER_FORM * settings.most_photo_bytes + MOST_BYTES_OF_FIELDS,
        MAX_FORM_MEMORY_SIZE=MOST_BYTES_OF_FIELDS,
        MAX_FORM_PARTS=2_000,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(hours=1),
        WTF_CSRF_TIME_LIMIT=None,  # it lives as long as the session, so that a form left open can still be sent
        BOOTSTRAP_SERVE_LOCAL=True,
        BABEL_DEFAULT_LOCALE="en",
    )
