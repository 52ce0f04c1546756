"""Ids that other systems gave, in DynamoDB: each in its source's partition, with a lead from whatever it names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from attendance.adapters.dynamodb import keys
from attendance.adapters.dynamodb.actions import Action, check, delete, put
from attendance.adapters.dynamodb.keys import Key
from attendance.adapters.dynamodb.table import MOST_IN_TRANSACTION, Table, TablePart
from attendance.adapters.dynamodb.values import Item, attribute, attributes, read
from attendance.model import ExternalId

_ACTIONS_EACH = 7  # itself, and for an enrollment two leads and two checks; one that moved loses two leads
_IN_ONE = MOST_IN_TRANSACTION // _ACTIONS_EACH


class DynamoExternalIds(TablePart):
    """The ExternalIdStore."""

    def _save_external_ids(self, saved: Sequence[ExternalId], gone: Sequence[ExternalId]) -> None:
        """Those that name what is gone are passed over, as the same commit again finds out."""
        table = self.table.steps
        forget_external(table, [_key(one) for one in gone])
        wanted = list({_key(one): one for one in saved}.values())
        for start in range(0, len(wanted), _IN_ONE):
            table.again(partial(_save, table, wanted[start : start + _IN_ONE]))

    def external_ids(self, source: str) -> Sequence[ExternalId]:
        """By kind and id."""
        found = [read(ExternalId, item) for item in self.table.query(keys.of_source(source))]
        return sorted(found, key=lambda one: (one.kind, one.external_id))


def forget_external(table: Table, places: Sequence[Key]) -> None:
    """These ids with all that leads to them; those that are gone are passed over."""
    found = [read(ExternalId, item) for item in table.get_many(places).values()]
    table.delete_many(lead for one in found for lead in _leads(one))
    table.delete_many(map(_key, found))


def forget_external_of(table: Table, partition: str) -> None:
    """Those that name whose partition this is."""
    leads = list(table.query(partition, keys.EXTERNAL))
    forget_external(table, [led_to(lead) for lead in leads])


def led_to(lead: Item) -> Key:
    """The key of the id that an item leads to."""
    return lead["source_pk"]["S"], lead["source_sk"]["S"]


def _save(table: Table, part: Sequence[ExternalId]) -> None:
    named = {key for one in part for key in _named(one)}
    there = {key for key, item in table.get_many(named).items() if "removing" not in item}
    kept = [one for one in part if there.issuperset(_named(one))]
    before = {key: read(ExternalId, item) for key, item in table.get_many(map(_key, kept)).items()}
    actions: list[Action] = [check(key) for key in sorted({key for one in kept for key in _named(one)})]
    for one in kept:
        actions.append(put(_key(one), attributes(one)))
        actions += [put(lead, _leading(one)) for lead in _leads(one)]
        old = before.get(_key(one))
        actions += [delete(lead) for lead in (_leads(old) if old else ()) if lead not in set(_leads(one))]
    if actions:
        table.transact(actions)


def _key(one: ExternalId) -> Key:
    return keys.external_id(one.source, one.kind.value, one.external_id)


def _named(one: ExternalId) -> Iterator[Key]:
    if one.course_id is not None:
        yield keys.course(one.course_id)
    if one.student_id is not None:
        yield keys.student(one.student_id)
    if one.user_id is not None:
        yield keys.user(one.user_id)


def _leads(one: ExternalId) -> list[Key]:
    partitions: Iterable[str | None] = (
        keys.of_course(one.course_id) if one.course_id is not None else None,
        keys.of_student(one.student_id) if one.student_id is not None else None,
        keys.of_user(one.user_id) if one.user_id is not None else None,
    )
    place = keys.external_lead(one.source, one.kind.value, one.external_id)
    return [(partition, place) for partition in partitions if partition is not None]


def _leading(one: ExternalId) -> Item:
    source_pk, source_sk = _key(one)
    return {"source_pk": attribute(source_pk), "source_sk": attribute(source_sk)}
