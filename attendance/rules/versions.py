"""Whether a row still is as who changes it has read it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from typing import TYPE_CHECKING

from attendance.sentences import moved_on

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def check_as_read(stored: DataclassInstance, was: DataclassInstance | None, names: Collection[str] = ()) -> None:
    """In the fields of these names, or in all; whoever gives no `was` takes what there is. Raises MovedOn."""
    if was is None:
        return
    compared = names or [field.name for field in fields(was)]
    if any(getattr(stored, name) != getattr(was, name) for name in compared):
        raise moved_on()
