"""All faces change over to another engine: what one item says counts at once, and the items of the faces follow."""

from __future__ import annotations

from collections.abc import Sequence

from attendance.adapters import store_dynamodb_keys as keys
from attendance.adapters.store_dynamodb.actions import Action, check, setting, update
from attendance.adapters.store_dynamodb.face_items import (
    MADE,
    as_made,
    as_used,
    counting,
    switching_to,
)
from attendance.adapters.store_dynamodb.table import Table, key_in
from attendance.adapters.store_dynamodb.values import Item, read, whole
from attendance.model import Face

_AT_ONCE = 24  # faces in a transaction; each may hold a vector of some KB
_THIS_CHANGE = "attribute_exists(#switching_to) AND #switches = :this"


class _Finished(Exception):
    """Another process finished this change, and faces may have come since."""


def settled(table: Table) -> Item | None:
    """What is known of all faces, once a change to another engine that began has gone through all of them."""
    state = table.get(keys.FACES_IN_USE)
    if state is None or switching_to(state) is None:
        return state
    try:
        face_keys = [key_in(item) for item in table.query(keys.FACES, only=("pk", "sk"))]
        for start in range(0, len(face_keys), _AT_ONCE):
            _rewrite(table, face_keys[start : start + _AT_ONCE], state)
    except _Finished:
        return settled(table)
    table.update(keys.FACES_IN_USE, "REMOVE #switching_to", _THIS_CHANGE, this=whole(state, "switches"))
    return settled(table)


def _rewrite(table: Table, face_keys: Sequence[keys.Key], state: Item) -> None:
    """Make the faces what they already count as."""
    this = whole(state, "switches")

    def rewrite() -> None:
        items = table.get_many(face_keys).values()
        pairs = [(item, read(Face, item), as_used(item, state)) for item in items]
        changes = [_becoming(old, new) for item, old, new in pairs if old != new or item["renewed"]["M"]]
        different = [(old, new) for _, old, new in pairs if old != new]
        if changes:
            counted = counting(
                removed=[old for old, _ in different],
                added=[new for _, new in different],
                condition=_THIS_CHANGE,
                refused=_Finished(),
                this=this,
            ) or [check(keys.FACES_IN_USE, _THIS_CHANGE, _Finished(), this=this)]
            table.transact([*counted, *changes])

    table.again(rewrite)


def _becoming(old: Face, new: Face) -> Action:
    condition, unchanged = as_made(old)
    made = {name: getattr(new, name) for name in MADE}
    expression, values = setting(made | {"renewed": {}})
    return update(keys.face(old.id), expression, condition, **values, **unchanged)
