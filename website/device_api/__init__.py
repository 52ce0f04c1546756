"""What devices speak: REST under /api/v1/devices by their own keys, its OpenAPI description, and a page of that."""

from flask import Flask
from flask_smorest import Api

from website.device_api import direct_uploads, docs, me, pairing, readings, uploads
from website.device_api.blueprint import blueprint
from website.device_api.errors import ErrorSchema, answer_wrong_addresses

__all__ = ["direct_uploads", "init_app", "me", "pairing", "readings", "uploads"]

_DESCRIPTION = """Errors are JSON: "error" holds "status", a "message" in one plain sentence and a short "code".
400, 412, 413 and 422 are final for what was sent; 409, 423, 429 (with Retry-After) and 5xx mean that it may work later.
Times are ISO 8601 with an offset, temperatures degrees Celsius."""


class DeviceApi(Api):
    """Leaves the site's own handling of errors alone."""

    ERROR_SCHEMA = ErrorSchema

    def _register_error_handlers(self) -> None:
        """Those of the blueprint and of the whole site answer."""


def init_app(app: Flask) -> None:
    """Keys stand in for forms' tokens here: a browser never sends them by itself."""
    app.config.update(OPENAPI_URL_PREFIX="/api/v1", OPENAPI_JSON_PATH="openapi.json")
    api = DeviceApi(
        app,
        spec_kwargs={
            "title": "Rollcall for devices",
            "version": "1",
            "openapi_version": "3.0.3",
            "info": {"description": _DESCRIPTION},
        },
    )
    api.spec.components.security_scheme("deviceKey", {"type": "http", "scheme": "bearer"})
    app.extensions["csrf"].exempt(blueprint)
    api.register_blueprint(blueprint)
    app.register_blueprint(docs.make_blueprint(api.spec))
    answer_wrong_addresses(app, blueprint.url_prefix or "")
