"""All of /api/v1: schemas check what comes in, and OpenAPI says what is taken and answered."""

from __future__ import annotations

from flask import Flask
from flask_smorest import Api

from website.openapi import docs
from website.openapi.blueprint import ApiBlueprint
from website.openapi.schemas import ErrorSchema

_DESCRIPTION = """Errors are JSON: "error" holds "status" and a "message" in one plain sentence, for devices also a
short "code". 400, 412, 413 and 422 are final for what was sent; 409, 423, 429 (with Retry-After) and 5xx mean that it
may work later. Where programs ask with access tokens, errors are application/problem+json, whose "detail" is the
sentence. Times are ISO 8601 with an offset, temperatures degrees Celsius."""
_SCHEMES = {
    "deviceKey": {"type": "http", "scheme": "bearer"},
    "accessToken": {
        "type": "http",
        "scheme": "bearer",
        "description": "A personal access token; each address says in x-scope which scope it needs.",
    },
    "session": {"type": "apiKey", "in": "cookie", "name": "session"},
    "formsToken": {"type": "apiKey", "in": "header", "name": "X-CSRFToken"},
}


class _DescribedApi(Api):
    """Leaves the site's own handling of errors alone."""

    ERROR_SCHEMA = ErrorSchema

    def _register_error_handlers(self) -> None:
        """Those of the blueprint and of the whole site answer."""


def init_app(app: Flask, *blueprints: ApiBlueprint) -> None:
    """Register them, with their description and a page of that."""
    app.config.update(OPENAPI_URL_PREFIX="/api/v1", OPENAPI_JSON_PATH="openapi.json")
    about = {"title": "Rollcall", "version": "1", "openapi_version": "3.0.3", "info": {"description": _DESCRIPTION}}
    api = _DescribedApi(app, spec_kwargs=about)
    for name, scheme in _SCHEMES.items():
        api.spec.components.security_scheme(name, scheme)
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    app.register_blueprint(docs.make_blueprint(api.spec))
