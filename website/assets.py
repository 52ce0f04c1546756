"""What pages fetch beside themselves: styles, scripts and icons, under addresses that change with what is in them.

All addresses hold the digest of all files, so that browsers keep each for good and no old one goes with a new page; a
script finds those that it imports beside itself. Bootstrap and the icons come from the package Bootstrap-Flask: of its
2,000 icons the sprite has those that the site's own sources name.
"""

from __future__ import annotations

import hashlib
import mimetypes
import re
from functools import cached_property
from pathlib import Path
from typing import Any

import flask_bootstrap
from flask import Flask, Response, abort, g, url_for

import attendance.rules

_OWN = Path(__file__).parent
_BOOTSTRAP = Path(flask_bootstrap.__file__).parent / "static" / "bootstrap5"
_SYMBOL = re.compile(r'<symbol[^>]* id="([\w-]+)".*?</symbol>', re.DOTALL)
_WORD = re.compile(r"""["']([a-z0-9]+(?:-[a-z0-9]+)*)["']""")
_SOURCE_MAP = re.compile(rb"(/\*|//)# sourceMappingURL=\S+( \*/)?")
_FOR_GOOD = "public, max-age=31536000, immutable"
_DIGITS = 12


class Assets:
    """Every file by its name, as bytes; made when the first is asked for."""

    @cached_property
    def files(self) -> dict[str, bytes]:
        """Those of the folder `static`, and the three that are put together."""
        folder = _OWN / "static"
        own = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        styles = [_bootstrap("css/bootstrap.min.css"), own.pop("css/rollcall.css")]
        scripts = [_bootstrap("umd/popper.min.js"), _bootstrap("js/bootstrap.min.js"), own.pop("js/page.js")]
        made = {"site.css": b"\n".join(styles), "site.js": b";\n".join(scripts), "icons.svg": sprite().encode()}
        return own | made

    @cached_property
    def version(self) -> str:
        """The digest of all files with their names."""
        digest = hashlib.sha256()
        for name, content in sorted(self.files.items()):
            digest.update(f"{name} {len(content)}\n".encode() + content)
        return digest.hexdigest()[:_DIGITS]


def init_app(app: Flask) -> None:
    """Serve them as `static`, in place of Flask's own; addresses get the version by themselves."""
    assets = Assets()

    def with_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values.setdefault("version", assets.version)

    def serve(filename: str, version: str = "") -> Response:
        content = assets.files.get(filename)
        if content is None:
            abort(404)
        media_type = mimetypes.guess_type(filename)[0] or "application/octet-stream"
        answer = Response(content, mimetype=media_type)
        # A page that was open while a new version came asks for the old one: it gets the new, and keeps it not.
        answer.headers["Cache-Control"] = _FOR_GOOD if version == assets.version else "no-cache"
        return answer

    app.url_defaults(with_version)
    for rule in (f"/static/<string(length={_DIGITS}):version>/<path:filename>", "/static/<path:filename>"):
        app.add_url_rule(rule, endpoint="static", view_func=serve)
    app.jinja_env.globals["signs_file"] = signs_file


def signs_file() -> str:
    """Where the file of all icons is; asked for once a request, as a list may show a hundred."""
    if "signs_file" not in g:
        g.signs_file = url_for("static", filename="icons.svg")
    return str(g.signs_file)


def sprite() -> str:
    """The icons that the site uses, as one file."""
    known = {found[1]: found[0] for found in _SYMBOL.finditer(_bootstrap("icons/bootstrap-icons.svg").decode())}
    symbols = [known[name] for name in sorted(_named() & known.keys())]
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def _named() -> set[str]:
    """Every word between quotes in templates and modules that say what is shown: among them are all icons."""
    rules = Path(attendance.rules.__file__).parent
    sources = [*_OWN.rglob("*.html"), *_OWN.rglob("*.py"), *rules.rglob("*.py")]
    return {word for source in sources for word in _WORD.findall(source.read_text(encoding="utf-8"))}


def _bootstrap(name: str) -> bytes:
    return _SOURCE_MAP.sub(b"", (_BOOTSTRAP / name).read_bytes()).strip()
