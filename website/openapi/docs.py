"""A page that shows the OpenAPI description as people read it, made by the site itself: no script of anybody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apispec import APISpec
from flask import Blueprint, render_template

_METHODS = ("get", "head", "post", "patch", "put", "delete", "options")


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address. `takes` are fields and headers: name, kind, whether it is needed, and what it is."""

    method: str
    path: str
    summary: str
    description: str
    needs_key: bool
    needs_session: bool
    scope: str
    takes: Sequence[tuple[str, str, bool, str]]
    answers: Sequence[tuple[str, str]]


def make_blueprint(spec: APISpec) -> Blueprint:
    """The page /api/docs of a description that is complete by the time somebody looks."""
    blueprint = Blueprint("api_docs", __name__, url_prefix="/api", template_folder="templates")

    @blueprint.get("/docs")
    def show() -> str:
        described = spec.to_dict()
        return render_template("openapi/docs.html", info=described["info"], operations=_operations(described))

    return blueprint


def _operations(described: dict[str, Any]) -> list[Operation]:
    return [
        _operation(described, path, method, ways[method])
        for path, ways in sorted(described["paths"].items(), key=lambda item: (not item[0].endswith("/pair"), item[0]))
        for method in _METHODS
        if method in ways
    ]


def _operation(described: dict[str, Any], path: str, method: str, way: dict[str, Any]) -> Operation:
    return Operation(
        method=method.upper(),
        path=path,
        summary=way.get("summary", ""),
        description=way.get("description", ""),
        needs_key=_needs(way, "deviceKey"),
        needs_session=_needs(way, "session"),
        scope=way.get("x-scope", ""),
        takes=_body(described, way) + _beside(way),
        answers=[
            (str(status), str(_resolved(described, one).get("description", "")))
            for status, one in sorted(way["responses"].items())
            if status != "default"
        ],
    )


def _needs(way: dict[str, Any], scheme: str) -> bool:
    return any(scheme in one for one in way.get("security", ()))


def _body(described: dict[str, Any], way: dict[str, Any]) -> list[tuple[str, str, bool, str]]:
    """Of JSON and forms; a form with files is described in parts."""
    fields = []
    for content in way.get("requestBody", {}).get("content", {}).values():
        whole = _resolved(described, content["schema"])
        for schema in (_resolved(described, part) for part in whole.get("allOf", (whole,))):
            needed = schema.get("required", ())
            fields += [
                (name, _kind(described, one), name in needed, one.get("description", ""))
                for name, one in schema.get("properties", {}).items()
            ]
    return fields


def _beside(way: dict[str, Any]) -> list[tuple[str, str, bool, str]]:
    """What goes into the address and the headers."""
    return [
        (one["name"], one["schema"]["type"], one.get("required", False), one.get("description", ""))
        for one in way.get("parameters", ())
        if one.get("in") in ("query", "header")
    ]


def _kind(described: dict[str, Any], schema: dict[str, Any]) -> str:
    schema = _resolved(described, schema)
    kind = schema.get("type", "")
    kind = kind if isinstance(kind, str) else "/".join(kind)
    if kind == "array":
        return f"[{_kind(described, schema['items'])}]"
    if "properties" in schema:
        return "{" + ", ".join(schema["properties"]) + "}"
    return schema.get("format", kind)


def _resolved(described: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """What a reference within the description stands for."""
    if "$ref" not in schema:
        return schema
    found = described
    for step in schema["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found
