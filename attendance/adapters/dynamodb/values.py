"""Values and dataclasses as DynamoDB stores them, and back exactly as they were."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin, get_type_hints

from attendance.adapters.dynamodb.keys import moment
from attendance.errors import InvalidInput

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    D = TypeVar("D", bound=DataclassInstance)

Item = dict[str, dict[str, Any]]  # as DynamoDB's own client takes and gives it: {"name": {"S": "text"}}


def attribute(value: Any) -> dict[str, Any]:  # noqa: PLR0911 - one line a type
    """One value. Raises ValueError for a moment without a time zone, InvalidInput for halves of characters."""
    match value:
        case bool():
            return {"BOOL": value}
        case int() | Decimal():
            return {"N": str(value)}
        case float():
            # The shortest digits that give the same float again, as text where DynamoDB has no such number.
            return {"N" if value == 0 or 1e-130 < abs(value) < 1e125 else "S": repr(value)}
        case str():
            return {"S": _storable(str(value))}
        case bytes():
            return {"B": value}
        case datetime():
            return {"S": moment(value)}
        case date():
            return {"S": value.isoformat()}
        case (first, *_) if is_dataclass(first):
            return {"L": [attribute(inner) for inner in value]}
        case tuple():
            return {"B": struct.pack(f"<{len(value)}d", *value)}
        case set() | frozenset():
            return {"SS": sorted(map(_storable, value))}
        case Mapping():
            return {"M": {name: attribute(inner) for name, inner in value.items()}}
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {"M": attributes(value)}
    raise TypeError(f"{type(value).__name__} cannot be stored")


def attributes(item: DataclassInstance) -> Item:
    """All fields of a dataclass by name; those that are None, or an empty set, are left out."""
    values = {field.name: getattr(item, field.name) for field in fields(item)}
    return {name: attribute(value) for name, value in values.items() if is_stored(value)}


def is_stored(value: Any) -> bool:
    """Whether there is an attribute of this value: DynamoDB has no empty sets."""
    return value is not None and value != frozenset()


def read(kind: type[D], item: Item) -> D:
    """The dataclass that `attributes` was made of; other attributes are passed over."""
    hints = _hints(kind)
    return kind(**{field.name: _field(field, hints[field.name], item) for field in fields(kind)})


def text(item: Item, name: str) -> str:
    """An attribute that is text."""
    value: str = item[name]["S"]
    return value


def texts(item: Item, name: str) -> set[str]:
    """An attribute that is a set of texts, which DynamoDB leaves out where it is empty."""
    return set(item.get(name, {}).get("SS", ()))


def whole(item: Item | None, name: str) -> int:
    """An attribute that counts; 0 where nothing was counted."""
    return int(item[name]["N"]) if item and name in item else 0


@cache
def _hints(kind: type) -> dict[str, Any]:
    return {name: _without_none(hint) for name, hint in get_type_hints(kind).items()}


def _without_none(hint: Any) -> Any:
    if isinstance(hint, UnionType) or get_origin(hint) is UnionType:
        (only,) = [one for one in get_args(hint) if one is not type(None)]
        return only
    return hint


def _field(field: Field[Any], hint: Any, item: Item) -> Any:
    if field.name in item:
        return _value(hint, item[field.name])
    return field.default if field.default is not MISSING else None


def _value(hint: Any, stored: dict[str, Any]) -> Any:
    ((stored_as, value),) = stored.items()
    if hint is datetime:
        return datetime.fromisoformat(value)
    if hint is date:
        return date.fromisoformat(value)
    if stored_as == "L":
        return tuple(_value(get_args(hint)[0], inner) for inner in value)
    if get_origin(hint) is tuple:
        return struct.unpack(f"<{len(value) // 8}d", value)
    if isinstance(hint, type) and is_dataclass(hint):
        return read(hint, value)
    return hint(value)


def _storable(words: str) -> str:
    try:
        words.encode()
    except UnicodeEncodeError as half:
        raise InvalidInput("This text holds signs that cannot be stored.") from half
    return words
