"""A blueprint that is described, whose schemas say in a sentence what is wrong with a request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, NoReturn, TypeVar

import marshmallow as ma
from flask import Request
from flask_smorest import Blueprint
from webargs.flaskparser import FlaskParser

from attendance.errors import InvalidInput, Phrase
from website.sentences import translated

V = TypeVar("V", bound=Callable[..., Any])


class PlainParser(FlaskParser):
    """Raises InvalidInput with the first thing that is wrong, and where."""

    DEFAULT_VALIDATION_STATUS = 400
    not_understood: type[InvalidInput] = InvalidInput

    def _raw_load_json(self, req: Request) -> Any:
        """JSON that is nested too deeply, or holds numbers too long, for Python counts as none."""
        if not req.is_json:  # else every field of it would be told as missing
            raise self.not_understood(
                Phrase("This address takes JSON: send it with the header Content-Type: application/json.")
            )
        try:
            return super()._raw_load_json(req)
        except (ValueError, RecursionError) as wrong:
            raise InvalidInput("What was sent is not JSON, or not all of it arrived.") from wrong

    def handle_error(self, error: ma.ValidationError, *given: Any, **named: Any) -> NoReturn:
        """Of many errors one is enough: the program that sends them is wrong, not a person's typing."""
        place, problem = first_problem(error.normalized_messages())  # type: ignore[no-untyped-call]
        raise self.wrong_field(place, problem) from error

    def wrong_field(self, place: str, problem: str) -> InvalidInput:
        """The error for a field; `place` is empty where the whole is wrong."""
        if not place:
            return InvalidInput("The request must be a JSON object.")
        return InvalidInput("%(place)s %(problem)s", place=place, problem=translated(problem))


def first_problem(messages: Any) -> tuple[str, str]:
    """The place and the words of the first error in marshmallow's tree of errors."""
    places: list[str] = []
    while isinstance(messages, Mapping):
        place, messages = next(iter(messages.items()))
        if place not in ("json", "query", "form", "files", ma.exceptions.SCHEMA):
            places.append(str(place))
    return ".".join(places), str(messages[0]) if isinstance(messages, list) else str(messages)


class ApiBlueprint(Blueprint):
    """Described with what its callers need, by the names of schemes of security."""

    ARGUMENTS_PARSER: PlainParser
    schemes: tuple[str, ...]

    @property
    def needs(self) -> dict[str, Any]:
        """For `doc`, at each view that is not for everybody."""
        return {"security": [{scheme: [] for scheme in self.schemes}]}

    def refuses(self, *statuses: int) -> Callable[[V], V]:
        """Describe the errors of a view that a program should know of."""

        def describe(view: V) -> V:
            for status in statuses:
                view = self.alt_response(status, HTTPStatus(status).name)(view)
            return view

        return describe
