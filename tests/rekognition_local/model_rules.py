"""Holds raw answers against botocore's own service model, which clients parse too leniently to find what is wrong."""

from __future__ import annotations

import json
import re
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel, Shape

MODEL = ServiceModel(Loader().load_service_model("rekognition", "service-2"), "rekognition")

# What every service of the protocol answers, and no service's model lists.
COMMON_ERRORS = {"ValidationException", "SerializationException"}
ERROR_MEMBERS = {"__type", "Code", "Message", "Logref"}

_SCALARS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "boolean": (bool,),
    "timestamp": (int, float),
}


def faults(shape: Shape, value: Any, path: str = "answer") -> list[str]:
    """What of a value breaks its shape: types, members, ranges, lengths, patterns and enumerations."""
    match shape.type_name:
        case "structure":
            return _structure_faults(shape, value, path)
        case "list":
            if not isinstance(value, list):
                return [f"{path} is no list"]
            inside = [fault for n, item in enumerate(value) for fault in faults(shape.member, item, f"{path}[{n}]")]
            return _size_faults(shape, len(value), path) + inside
    return _scalar_faults(shape, value, path)


def answer_faults(operation: str, status: int, body: bytes) -> list[str]:
    """What is wrong with an answer to an operation, be it a success or an error."""
    answer = json.loads(body)
    model = MODEL.operation_model(operation)
    if status == 200:
        return faults(model.output_shape, answer)
    codes = {shape.name for shape in model.error_shapes} | COMMON_ERRORS
    found = [f"an error has no {name}" for name in answer.keys() - ERROR_MEMBERS]
    found += [] if answer.get("__type") in codes else [f"{operation} does not fail with {answer.get('__type')}"]
    found += [] if answer.get("Message") else ["the error says nothing"]
    return found + ([] if status == _expected_status(answer.get("__type")) else [f"the status is {status}"])


def _expected_status(code: str | None) -> int:
    return 500 if code == "InternalServerError" else 400


def _structure_faults(shape: Any, value: Any, path: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{path} is no structure"]
    found = [f"{path}.{name} is missing" for name in shape.required_members if name not in value]
    for name, member in value.items():
        if name not in shape.members:
            found.append(f"{path}.{name} is not in the model")
        else:
            found += faults(shape.members[name], member, f"{path}.{name}")
    return found


def _scalar_faults(shape: Any, value: Any, path: str) -> list[str]:
    kinds = _SCALARS[shape.type_name]
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        return [f"{path} is {value!r}, no {shape.type_name}"]
    if shape.type_name != "string":
        return _size_faults(shape, value, path)
    found = _size_faults(shape, len(value), path)
    pattern = shape.metadata.get("pattern")
    if pattern and not re.fullmatch(pattern, value):
        found.append(f"{path} is {value!r}, not {pattern}")
    if shape.enum and value not in shape.enum:
        found.append(f"{path} is {value!r}, none of {shape.enum}")
    return found


def _size_faults(shape: Shape, size: float, path: str) -> list[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if (least is not None and size < least) or (most is not None and size > most):
        return [f"{path} is or has {size}, not {least} to {most}"]
    return []
