"""Isolates every text in every template, so that an id beside an Arabic name is read as it was typed.

It is done while a template is compiled, by the place of each `{{ ... }}`: between tags a text that runs from right to
left gets <bdi>, in what is read aloud (alt, title, aria-label) and where no tag may stand (<title>, <option>) signs
that are not seen. Addresses, values of fields and scripts stay as they are. No page can forget it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from babel.support import NullTranslations
from flask import Flask
from flask_babel import Babel, Domain
from jinja2 import pass_context
from jinja2.ext import Extension
from jinja2.runtime import Context
from markupsafe import Markup
from werkzeug.utils import cached_property

from attendance.languages import catalogue
from attendance.rules.texts import isolated, turns_round
from website.language import page_language

_PIECE = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}|<!--.*?-->|</?[A-Za-z][\w-]*|[>\"']", re.DOTALL)
_OUTPUT = re.compile(r"{{(-?)(.*?)(-?)}}", re.DOTALL)
_ATTRIBUTE = re.compile(r"([\w-]+)\s*=\s*$")
_TITLE, _END = re.compile(r"{%-?\s*block title\s*-?%}"), re.compile(r"{%-?\s*endblock\b.*?%}")
_READ_ALOUD = {"alt", "title", "aria-label", "aria-description", "placeholder", "label"}
_WITHOUT_TAGS = {"title", "option", "text", "tspan", "desc"}
_LEFT_ALONE = {"script", "style", "textarea"}


def init_app(app: Flask) -> None:
    """Isolates what templates show and what translated sentences are filled with. After Babel has come."""
    app.jinja_env.filters.update(bdi=bdi, isolated=_isolated)
    app.jinja_env.add_extension(Isolation)
    for name in ("gettext", "ngettext"):
        sentence: Any = app.jinja_env.globals[name]
        app.jinja_env.globals[name] = _isolating(sentence)


class IsolatingBabel(Babel):
    """Babel whose sentences isolate what they are filled with, also those that views make."""

    @cached_property
    def domain_instance(self) -> Domain:
        """The site's own texts."""
        return _IsolatingDomain(domain=self.domain)


class _IsolatingDomain(Domain):
    def get_translations(self) -> NullTranslations:
        """Those of the core, which says mails in them too."""
        return catalogue(page_language())

    def gettext(self, string: str, **variables: Any) -> str:
        return str(super().gettext(string, **_filled_with(variables)))

    def ngettext(self, singular: str, plural: str, num: int, **variables: Any) -> str:
        return str(super().ngettext(singular, plural, num, **_filled_with(variables)))


class Isolation(Extension):
    """Gives each output of a template the filter of its place."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """The template with `{{ name }}` as `{{ (name) | bdi }}`."""
        place, done, at = _Place(), [], 0
        for piece in _PIECE.finditer(source):
            done.append(source[at : piece.start()])
            done.append(place.passed(piece[0], source[: piece.start()]))
            at = piece.end()
        return "".join([*done, source[at:]])


class _Place:
    """Where in the HTML a template is: between tags, in a tag, or in the quotes of an attribute."""

    def __init__(self) -> None:
        self.tag = self.quote = self.attribute = self.element = ""
        self.in_title = False

    def passed(self, piece: str, before: str) -> str:
        """Go past the piece; what stands in its place."""
        if piece.startswith("{{"):
            return self._output(piece)
        if piece.startswith("{%"):
            self.in_title = bool(_TITLE.fullmatch(piece)) or (self.in_title and not _END.fullmatch(piece))
        elif piece.startswith("<") and not self.tag and not piece.startswith("<!"):
            if self.element in {"", piece.lower()[2:]} or not self._holds_no_tags():
                self.tag = piece.lower()
        elif piece == ">" and self.tag and not self.quote:
            self.element = "" if self.tag.startswith("</") else self.tag[1:]
            self.tag = ""
        elif piece in "\"'" and self.tag:
            self._quote(piece, before)
        return piece

    def _holds_no_tags(self) -> bool:
        return self.element in {"script", "style", "textarea", "title"}

    def _quote(self, sign: str, before: str) -> None:
        if not self.quote:
            found = _ATTRIBUTE.search(before)
            self.quote, self.attribute = sign, found[1].lower() if found else ""
        elif self.quote == sign:
            self.quote = ""

    def _output(self, piece: str) -> str:
        if self.tag:
            wanted = "isolated" if self.quote and self.attribute in _READ_ALOUD else ""
        elif self.element in _LEFT_ALONE:
            wanted = ""
        else:
            wanted = "isolated" if self.in_title or self.element in _WITHOUT_TAGS else "bdi"
        return _OUTPUT.sub(rf"{{{{\1 (\2) | {wanted} \3}}}}", piece) if wanted else piece


def bdi(value: Any) -> Any:
    """A text between tags. What is HTML already has been isolated where it was made."""
    return Markup("<bdi>{}</bdi>").format(value) if type(value) is str and turns_round(value) else value


def _isolated(value: Any) -> Any:
    return isolated(value) if type(value) is str else value


def _filled_with(variables: dict[str, Any]) -> dict[str, Any]:
    return {name: _isolated(value) for name, value in variables.items()}


def _isolating(translate: Callable[..., Any]) -> Callable[..., Any]:
    @pass_context
    def sentence(context: Context, *words: Any, **variables: Any) -> Any:
        return translate(context, *words, **_filled_with(variables))

    return sentence
