"""What may stand in a transaction: writes and checks, each with its condition and what it means where that fails."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from attendance.adapters.dynamodb.keys import Key
from attendance.adapters.dynamodb.values import Item, attribute, is_stored

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

NEW = "attribute_not_exists(#pk)"
THERE = "attribute_exists(#pk)"
STAYS = "attribute_exists(#pk) AND attribute_not_exists(#removing)"  # there, and nobody is removing it


class Changed(Exception):
    """Another process changed at the same moment what was read: read it again."""


@dataclass(frozen=True, slots=True)
class Action:
    """One part of a transaction. `refused` is raised where its condition fails."""

    kind: str  # Put, Update, Delete or ConditionCheck
    parameters: dict[str, Any]
    refused: Exception


def key_of(key: Key) -> Item:
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


def put(
    key: Key,
    item: Item,
    condition: str = "",
    refused: Exception | None = None,
    **values: Any,
) -> Action:
    """Store or replace an item."""
    return _action("Put", {"Item": {**key_of(key), **item}}, condition, refused, values)


def update(
    key: Key,
    expression: str,
    condition: str = STAYS,
    refused: Exception | None = None,
    **values: Any,
) -> Action:
    """Change an item by an expression; see `setting`."""
    parameters = {"Key": key_of(key), "UpdateExpression": expression}
    return _action("Update", parameters, condition, refused, values, expression)


def delete(key: Key, condition: str = "", refused: Exception | None = None, **values: Any) -> Action:
    """Delete an item, which may be gone where there is no condition."""
    return _action("Delete", {"Key": key_of(key)}, condition, refused, values)


def check(key: Key, condition: str = STAYS, refused: Exception | None = None, **values: Any) -> Action:
    """Let the transaction through only where this holds."""
    return _action("ConditionCheck", {"Key": key_of(key)}, condition, refused, values)


def setting(changes: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """An update's expression and its values: each attribute set, or removed where it becomes None or an empty set."""
    kept = {name: value for name, value in changes.items() if is_stored(value)}
    gone = [name for name in changes if name not in kept]
    parts = []
    if kept:
        parts.append("SET " + ", ".join(f"#{name} = :{name}" for name in kept))
    if gone:
        parts.append("REMOVE " + ", ".join(f"#{name}" for name in gone))
    return " ".join(parts), kept


def as_stored(item: DataclassInstance, names: Collection[str] = ()) -> tuple[str, dict[str, Any]]:
    """The condition that the item still is as it was read, in these fields or in all, and its values."""
    conditions, kept = [], {}
    for one in fields(item):
        if names and one.name not in names:
            continue
        value, missing = getattr(item, one.name), f"attribute_not_exists(#{one.name})"
        if not is_stored(value):
            conditions.append(missing)
            continue
        same = f"#{one.name} = :was_{one.name}"
        conditions.append(f"({same} OR {missing})" if value == one.default else same)
        kept[f"was_{one.name}"] = value
    return " AND ".join(conditions), kept


def expressions(condition: str, values: Mapping[str, Any], *others: str) -> dict[str, Any]:
    """The parameters of a condition, with the names and values that it and other expressions mention."""
    parameters: dict[str, Any] = {"ConditionExpression": condition} if condition else {}
    names = sorted(set(re.findall(r"#(\w+)", " ".join([condition, *others]))))
    if names:  # all names are given so, because hundreds of common words are reserved
        parameters["ExpressionAttributeNames"] = {f"#{name}": name for name in names}
    if values:
        parameters["ExpressionAttributeValues"] = {f":{name}": attribute(value) for name, value in values.items()}
    return parameters


def _action(
    kind: str,
    parameters: dict[str, Any],
    condition: str,
    refused: Exception | None,
    values: Mapping[str, Any],
    *others: str,
) -> Action:
    return Action(kind, {**parameters, **expressions(condition, values, *others)}, refused or Changed())
