"""Media keys of what is deleted, written down before it is, so that a removal that breaks off forgets no file."""

from __future__ import annotations

from collections.abc import Iterable

from attendance.adapters import store_dynamodb_keys as keys
from attendance.adapters.store_dynamodb.actions import Action, put
from attendance.adapters.store_dynamodb.table import Table, key_in
from attendance.adapters.store_dynamodb.values import Item
from attendance.adapters.store_dynamodb_keys import Key
from attendance.media_keys import COPY

_PLACES = ("photo_key", "thumbnail_key", "media_key", "picture_key")


def media_of(item: Item) -> set[str]:
    """What a face, recording, sighting or mark names: media keys, and the copies that a face service keeps."""
    found = {item[name]["S"] for name in _PLACES if name in item}
    makers = [item, *(made["M"] for made in item.get("renewed", {}).get("M", {}).values())]
    found |= {COPY + made["external_id"]["S"] for made in makers if "external_id" in made}
    evidence = item.get("evidence", {}).get("M", {})
    return found | ({evidence["picture_key"]["S"]} if "picture_key" in evidence else set())


def erasing(media_keys: Iterable[str]) -> list[Action]:
    """Writes down what is still to be erased, in a transaction."""
    return [put(keys.erasure(key), {}) for key in sorted(set(media_keys))]


def erase(table: Table, media_keys: Iterable[str]) -> None:
    """The same for any number."""
    table.put_many((keys.erasure(key), {}) for key in sorted(set(media_keys)))


def delete_with_media(table: Table, items: Iterable[Item], *others: Key) -> None:
    """Delete items and others that led to them; what they name is written down first."""
    items = list(items)
    erase(table, {key for item in items for key in media_of(item)})
    table.delete_many([*(key_in(item) for item in items), *others])
