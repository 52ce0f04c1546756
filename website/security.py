"""What protects every answer: headers, forms' CSRF tokens, size limits, and the addresses that proxies report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from flask import Flask, Response, current_app, request
from flask_login import current_user
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from attendance.settings import Settings
from website.current import current_settings

View = TypeVar("View", bound=Callable[..., object])

MOST_BYTES_OF_STRANGERS = 100_000
FORM_WITH_FILES = "multipart/form-data"
FORMS = ("application/x-www-form-urlencoded", FORM_WITH_FILES)  # CSRFProtect reads these whole, before any view


def content_security_policy(media_origins: Sequence[str]) -> str:
    """Pictures, videos and uploads may go past the site to where media are stored; nothing else leaves it."""
    media = "".join(f" {origin}" for origin in media_origins)
    return "; ".join(
        (
            "default-src 'self'",
            f"img-src 'self' data: blob:{media}",
            f"media-src 'self' blob:{media}",
            "style-src 'self'",
            "script-src 'self'",
            f"connect-src 'self'{media}",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
        )
    )


HEADERS = {
    "Content-Security-Policy": content_security_policy(()),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def init_app(app: Flask) -> None:
    """Protect the app. The size limit is set before CSRFProtect, which reads the form."""
    # An address with a slash too many or too few is not redirected: the new one would hold the host that was asked for.
    app.url_map.strict_slashes = app.url_map.merge_slashes = False
    app.before_request(_limit_size)
    CSRFProtect(app)
    services = app.extensions["rollcall"]
    headers = HEADERS | {"Content-Security-Policy": content_security_policy(services.media.origins)}
    app.after_request(partial(_add_headers, headers))
    proxies = services.settings.proxies
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=0)  # type: ignore[method-assign]


def takes_up_to(
    most_bytes: Callable[[Settings], int | None], *, forms_of_devices: bool = False
) -> Callable[[View], View]:
    """For a view that takes more, or less, than other forms; None is for one that counts for itself while it reads.

    `forms_of_devices` is for one that takes them as forms too: before it a key is asked for, and no token of a form.
    """

    def decorate(view: View) -> View:
        view.most_bytes = most_bytes  # type: ignore[attr-defined]
        view.forms_of_devices = forms_of_devices  # type: ignore[attr-defined]
        return view

    return decorate


def _limit_size() -> None:
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        request.max_content_length = _most_bytes()


def _most_bytes() -> int | None:
    """Only what is read in pieces may be long: forms with files, and what a view reads by itself."""
    view: Any = current_app.view_functions.get(request.endpoint or "")
    if hasattr(view, "most_bytes") and (request.mimetype not in FORMS or view.forms_of_devices):
        return view.most_bytes(current_settings())
    if not current_user.is_authenticated:
        return MOST_BYTES_OF_STRANGERS
    if request.mimetype != FORM_WITH_FILES:
        return current_app.config["MAX_FORM_MEMORY_SIZE"]
    if hasattr(view, "most_bytes"):
        return view.most_bytes(current_settings())
    return current_app.config["MAX_CONTENT_LENGTH"]


def _add_headers(headers: Mapping[str, str], answer: Response) -> Response:
    for name, value in headers.items():
        answer.headers.setdefault(name, value)
    if current_settings().https:
        answer.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    is_static = (request.endpoint or "").endswith("static") and answer.status_code < 400
    if not is_static and "Cache-Control" not in answer.headers:
        answer.headers["Cache-Control"] = "no-store"
    return answer
