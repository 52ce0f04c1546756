"""Learning platforms in DynamoDB: what is linked lies in a partition of its platform; course and user lead to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from attendance.adapters.dynamodb import keys
from attendance.adapters.dynamodb.actions import NEW, STAYS, THERE, as_stored, check, delete, put
from attendance.adapters.dynamodb.keys import Key
from attendance.adapters.dynamodb.preparing import LATER
from attendance.adapters.dynamodb.table import Table, TablePart, key_in
from attendance.adapters.dynamodb.values import Item, attribute, attributes, read, text
from attendance.errors import NotFound
from attendance.model import LoginState, Platform, PlatformAccount, PlatformCourse, ToolKey
from attendance.rules.versions import check_as_read
from attendance.sentences import (
    moved_on,
    no_course,
    no_platform,
    no_user,
    not_linked,
    platform_taken,
    tool_key_taken,
)


class DynamoPlatforms(TablePart):
    """The PlatformStore."""

    def _add_platform(self, platform: Platform) -> None:
        """Raises AlreadyExists."""
        client = keys.platform_client(platform.issuer, platform.client_id)
        self.table.transact(
            [
                put(keys.platform(platform.id), attributes(platform), NEW, platform_taken()),
                put(client, {"platform_id": attribute(platform.id)}, NEW, platform_taken()),
            ]
        )

    def _save_platform(self, platform: Platform, was: Platform) -> None:
        """Raises NotFound, MovedOn."""
        check_as_read(self.platform(platform.id), was)
        unchanged, values = as_stored(was)
        self.table.transact([put(keys.platform(platform.id), attributes(platform), unchanged, moved_on(), **values)])

    def _remove_platform(self, platform_id: str) -> None:
        """Raises NotFound. What is linked goes first: the same call can complete it."""
        platform = self.platform(platform_id)
        linked = list(self.table.query(keys.of_platform(platform_id)))
        self.table.delete_many([lead for item in linked for lead in _leads(item)])
        self.table.delete_many(map(key_in, linked))
        client = keys.platform_client(platform.issuer, platform.client_id)
        self.table.transact([delete(client), delete(keys.platform(platform_id), THERE, no_platform())])

    def _link_course(self, link: PlatformCourse) -> None:
        """Raises NotFound."""
        old = self.platform_course(link.platform_id, link.id)
        stale = [delete(_to_course(old))] if old and old.course_id != link.course_id else []
        self.table.transact(
            [
                check(keys.platform(link.platform_id), THERE, no_platform()),
                check(keys.course(link.course_id), STAYS, no_course()),
                *stale,
                put(keys.platform_course(link.platform_id, link.id), attributes(link)),
                put(_to_course(link), _lead(link.platform_id, link.id)),
            ]
        )

    def _save_platform_course(self, link: PlatformCourse, was: PlatformCourse) -> None:
        """Raises NotFound, MovedOn."""
        found = self.platform_course(link.platform_id, link.id)
        if found is None:
            raise not_linked()
        check_as_read(found, was)
        unchanged, values = as_stored(was)
        key = keys.platform_course(link.platform_id, link.id)
        self.table.transact([put(key, attributes(link), unchanged, moved_on(), **values)])

    def _unlink_course(self, platform_id: str, link_id: str) -> None:
        """Raises NotFound."""
        found = self.platform_course(platform_id, link_id)
        if found is None:
            raise not_linked()
        gone = delete(keys.platform_course(platform_id, link_id), THERE, not_linked())
        self.table.transact([gone, delete(_to_course(found))])

    def _link_account(self, account: PlatformAccount) -> None:
        """Raises NotFound."""
        old = self.platform_account(account.platform_id, account.subject)
        stale = [delete(_to_user(old))] if old and old.user_id != account.user_id else []
        self.table.transact(
            [
                check(keys.platform(account.platform_id), THERE, no_platform()),
                check(keys.user(account.user_id), THERE, no_user()),
                *stale,
                put(keys.platform_account(account.platform_id, account.subject), attributes(account)),
                put(_to_user(account), _lead(account.platform_id, account.subject)),
            ]
        )

    def _unlink_account(self, platform_id: str, subject: str) -> None:
        found = self.platform_account(platform_id, subject)
        if found is not None:
            self.table.transact([delete(_to_user(found)), delete(keys.platform_account(platform_id, subject))])

    def _add_tool_key(self, key: ToolKey) -> None:
        """Raises AlreadyExists."""
        self.table.transact([put(keys.TOOL_KEY, attributes(key), NEW, tool_key_taken())])

    def platforms(self) -> Sequence[Platform]:
        """Sorted by name."""
        found = [read(Platform, item) for item in self.table.query(keys.PLATFORMS)]
        return sorted(found, key=lambda one: (one.name, one.id))

    def platform(self, platform_id: str) -> Platform:
        """Raises NotFound."""
        item = self.table.get(keys.platform(platform_id))
        if item is None:
            raise no_platform()
        return read(Platform, item)

    def platform_course(self, platform_id: str, link_id: str) -> PlatformCourse | None:
        """None where it is linked to none of ours."""
        item = self.table.get(keys.platform_course(platform_id, link_id))
        return read(PlatformCourse, item) if item else None

    def platform_courses(self, course_id: str) -> Sequence[PlatformCourse]:
        """In the order in which they were linked."""
        leads = self.table.query(keys.of_course(course_id), keys.PLATFORM)
        wanted = [keys.platform_course(text(lead, "platform_id"), text(lead, "name")) for lead in leads]
        found = [read(PlatformCourse, item) for item in self.table.get_many(wanted).values()]
        return sorted(found, key=lambda one: (one.linked_at, one.id))

    def platform_account(self, platform_id: str, subject: str) -> PlatformAccount | None:
        """None where it is linked to nobody."""
        item = self.table.get(keys.platform_account(platform_id, subject))
        return read(PlatformAccount, item) if item else None

    def platform_accounts(self, user_id: str) -> Sequence[PlatformAccount]:
        """In the order in which they were linked."""
        leads = self.table.query(keys.of_user(user_id), keys.PLATFORM)
        wanted = [keys.platform_account(text(lead, "platform_id"), text(lead, "name")) for lead in leads]
        found = [read(PlatformAccount, item) for item in self.table.get_many(wanted).values()]
        return sorted(found, key=lambda one: (one.linked_at, one.subject))

    def tool_key(self) -> ToolKey | None:
        """None where none was made yet."""
        item = self.table.get(keys.TOOL_KEY)
        return read(ToolKey, item) if item else None

    def begin_login(self, state: LoginState) -> None:
        """Raises NotFound, AlreadyExists."""
        item = attributes(state) | {LATER: attribute(int(state.ends_at.timestamp()))}
        there = check(keys.platform(state.platform_id), THERE, no_platform())
        self.table.transact([there, put(keys.login_state(state.id), item, NEW, tool_key_taken())])

    def take_login(self, state_id: str) -> LoginState | None:
        """Once."""
        item = self.table.get(keys.login_state(state_id))
        if item is None:
            return None
        state = read(LoginState, item)
        try:
            self.table.transact(
                [
                    delete(keys.login_state(state_id), THERE, not_linked()),
                    check(keys.platform(state.platform_id), THERE, no_platform()),
                ]
            )
        except NotFound:
            return None
        return state

    def remove_old_logins(self, now: datetime) -> None:
        """DynamoDB does, within days."""


def remove_links(table: Table, partition: str) -> None:
    """Of a course or a user: what is linked to it, and then what leads there."""
    leads = list(table.query(partition, keys.PLATFORM))
    makes = keys.platform_course if partition.startswith(keys.COURSE) else keys.platform_account
    table.delete_many([makes(text(lead, "platform_id"), text(lead, "name")) for lead in leads])
    table.delete_many(map(key_in, leads))


def _lead(platform_id: str, name: str) -> Item:
    return {"platform_id": attribute(platform_id), "name": attribute(name)}


def _to_course(link: PlatformCourse) -> Key:
    return keys.of_course(link.course_id), keys.linked(link.platform_id, link.id)


def _to_user(account: PlatformAccount) -> Key:
    return keys.of_user(account.user_id), keys.linked(account.platform_id, account.subject)


def _leads(item: Item) -> list[Key]:
    if "course_id" in item:
        return [_to_course(read(PlatformCourse, item))]
    return [_to_user(read(PlatformAccount, item))]
