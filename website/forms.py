"""What all forms share: a plain sentence finds its way to the field that it is about."""

from __future__ import annotations

from flask_wtf import FlaskForm

from attendance.errors import RollcallError


class Form(FlaskForm):
    """A form with CSRF token, to which a use case's refusal can be added."""

    def refuse(self, error: RollcallError) -> None:
        """Show the error's sentence at its field, or above the form where it has none."""
        name = getattr(error, "field", None)
        if name in self._fields:
            self._fields[name].errors = [*self._fields[name].errors, error.sentence]
        else:
            self.form_errors = [*self.form_errors, error.sentence]
