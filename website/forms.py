"""What all forms share: a plain sentence finds its way to the field that it is about."""

from __future__ import annotations

from collections.abc import Sequence

from flask import request
from flask_wtf import FlaskForm

from attendance.errors import RollcallError
from website.sentences import in_words


class Form(FlaskForm):
    """A form with CSRF token, to which a use case's refusal can be added."""

    form_errors: Sequence[str]

    def refuse(self, error: RollcallError) -> None:
        """Show the error's sentence at its field, or above the form where it has none."""
        name, sentence = getattr(error, "field", None), in_words(error)
        if name in self._fields:
            self._fields[name].errors = [*self._fields[name].errors, sentence]
        else:
            self.form_errors = [*self.form_errors, sentence]


ANOTHER = "another"


def wants_another() -> bool:
    """Whether the form was sent by the button that leads on to an empty one."""
    return request.form.get(ANOTHER) == "yes"
