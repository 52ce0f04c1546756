"""Reads a request by the service's own model: what is required, of which type, how long, of which letters.

One walk for all operations. What breaks the model's constraints is answered with the service's words, all faults at
once; what is not even of the right type cannot be read.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from rekognition_local.errors import ServiceError, not_readable
from rekognition_local.service_model import operation_model

Members = dict[str, Any]
"""Of a request or an answer: values by the service's names."""

_SHOWN = 200
_MOST_FAULTS = 20
"""That are told; a request of 16 MB can have millions."""


def read_request(operation: str, body: Any) -> Members:
    """The members of a request, blobs as bytes; members that the model does not have are left out.

    Raises
    ------
    ServiceError
        SerializationException or ValidationException.
    """
    reader = _Reader()
    shape = operation_model(operation).input_shape
    members = reader.structure(shape, body, "")
    if reader.faults:
        raise ServiceError("ValidationException", reader.told())
    return members


class _Reader:
    """Walks a value and its shape, counts what breaks a constraint, and keeps the first of it."""

    def __init__(self) -> None:
        self.faults = 0
        self._first: list[str] = []

    def told(self) -> str:
        """The faults in the service's words."""
        return f"{self.faults} validation error{'s' if self.faults > 1 else ''} detected: {'; '.join(self._first)}"

    def structure(self, shape: StructureShape, value: Any, path: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise not_readable(f"Start of structure or map found where not expected at '{path or 'the request'}'.")
        members: dict[str, Any] = {}
        for name, member in shape.members.items():
            at = f"{path}.{_first_small(name)}" if path else _first_small(name)
            if value.get(name) is not None:
                members[name] = self._value(member, value[name], at)
            elif name in shape.required_members:
                self._fault("null", at, "Member must not be null")
        return members

    def _value(self, shape: Shape, value: Any, path: str) -> Any:
        match shape:
            case StructureShape():
                return self.structure(shape, value, path)
            case ListShape():
                return self._list(shape, value, path)
            case MapShape():
                return self._map(shape, value, path)
        return self._scalar(shape, value, path)

    def _list(self, shape: ListShape, value: Any, path: str) -> list[Any]:
        if not isinstance(value, list):
            raise not_readable(f"A list is expected at '{path}'.")
        self._size(shape, len(value), _shown(value), path, "length")
        items = []
        for number, item in enumerate(value, 1):
            if item is None:
                raise not_readable(f"A list may not hold null, as '{path}' does.")
            items.append(self._value(shape.member, item, f"{path}.{number}.member"))
        return items

    def _map(self, shape: MapShape, value: Any, path: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise not_readable(f"A map is expected at '{path}'.")
        self._size(shape, len(value), _shown(value), path, "length")
        return {
            self._value(shape.key, key, f"{path}.key"): self._value(shape.value, item, f"{path}.{key}.member")
            for key, item in value.items()
        }

    def _scalar(self, shape: Shape, value: Any, path: str) -> Any:
        match shape.type_name:
            case "string":
                return self._string(shape, value, path)
            case "blob":
                return self._blob(shape, value, path)
            case "boolean" if isinstance(value, bool):
                return value
            case "integer" | "long" if isinstance(value, int) and not isinstance(value, bool):
                self._size(shape, value, str(value), path, "value")
                return value
            case "float" | "double" if isinstance(value, int | float) and not isinstance(value, bool):
                return self._number(shape, value, path)
        raise not_readable(f"{_kind(value)} can not be converted to {shape.type_name} at '{path}'.")

    def _number(self, shape: Shape, value: float, path: str) -> float:
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise not_readable(f"A number is expected at '{path}'.")
        self._size(shape, number, f"{number:g}", path, "value")
        return number

    def _string(self, shape: Shape, value: Any, path: str) -> str:
        if not isinstance(value, str):
            raise not_readable(f"{_kind(value)} can not be converted to string at '{path}'.")
        if not _is_unicode(value):
            raise not_readable(f"Half of a character is at '{path}'.")
        self._size(shape, len(value), _shown(value), path, "length")
        pattern = shape.metadata.get("pattern")
        if pattern and not _pattern(pattern).fullmatch(value):
            self._fault(f"'{_shown(value)}'", path, f"Member must satisfy regular expression pattern: {pattern}")
        if isinstance(shape, StringShape) and shape.enum and value not in shape.enum:
            values = ", ".join(shape.enum)
            self._fault(f"'{_shown(value)}'", path, f"Member must satisfy enum value set: [{values}]")
        return value

    def _blob(self, shape: Shape, value: Any, path: str) -> bytes:
        try:
            content = base64.b64decode(value, validate=True) if isinstance(value, str) else None
        except (binascii.Error, ValueError):
            content = None
        if content is None:
            raise not_readable(f"Bytes in base64 are expected at '{path}'.")
        self._size(shape, len(content), f"{len(content)} bytes", path, "length")
        return content

    def _size(self, shape: Shape, size: float, value: str, path: str, what: str) -> None:
        least, most = shape.metadata.get("min"), shape.metadata.get("max")
        if least is not None and size < least:
            self._fault(f"'{value}'", path, f"Member must have {what} greater than or equal to {least}")
        if most is not None and size > most:
            self._fault(f"'{value}'", path, f"Member must have {what} less than or equal to {most}")

    def _fault(self, value: str, path: str, constraint: str) -> None:
        self.faults += 1
        if len(self._first) < _MOST_FAULTS:
            self._first.append(f"Value {value} at '{path}' failed to satisfy constraint: {constraint}")


@cache
def _pattern(written: str) -> re.Pattern[str]:
    """The model's patterns are Java's; Python has no classes of letters, separators and digits of all scripts."""
    for classes, ours in ((r"\p{L}", r"\w"), (r"\p{N}", r"\d"), (r"\p{Z}", r"\s")):
        written = written.replace(classes, ours)
    return re.compile(written)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."


def _kind(value: Any) -> str:
    kinds = {bool: "A boolean", int: "A whole number", float: "A number", str: "A text", list: "A list"}
    return kinds.get(type(value), "A structure")


def _first_small(name: str) -> str:
    return name[:1].lower() + name[1:]
