"""Live lectures: the list, the page of one with its link and its chat, what open pages ask for, and Zoom's webhooks."""

from __future__ import annotations

from flask import Flask

from website.live import chat, zoom
from website.live.news import NewsAhead, NewsCache, QuietSessions
from website.live.views import blueprint

__all__ = ["blueprint", "chat", "init_app", "zoom"]


def init_app(app: Flask) -> None:
    """Answer open pages ahead of the site where nothing is new; Zoom's signature stands in for forms' tokens."""
    services = app.extensions["rollcall"]
    app.extensions["live_news"] = cache = NewsCache(https=services.settings.https)
    app.session_interface = QuietSessions()
    app.wsgi_app = NewsAhead(app.wsgi_app, cache, app.config["SESSION_COOKIE_NAME"])  # type: ignore[method-assign]
    app.extensions["csrf"].exempt(zoom.passages)
