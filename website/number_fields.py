"""Fields that ask for a number, and say in the form's own words what was expected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import Field, FloatField, IntegerField
from wtforms.form import BaseForm


class _Number(Field):
    errors: Sequence[str]

    def __init__(self, *args: Any, refusal: str, **kwargs: Any) -> None:
        self._refusal = refusal
        super().__init__(*args, **kwargs)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """As it was typed."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(self._refusal) from None

    def post_validate(self, form: BaseForm, validation_stopped: bool) -> None:
        """Says once what the validators say too."""
        self.errors = list(dict.fromkeys(map(str, self.errors)))


class WholeNumberField(_Number, IntegerField):
    """A whole number; `refusal` is said where it is none."""


class NumberField(_Number, FloatField):
    """A number; `refusal` is said where it is none."""
