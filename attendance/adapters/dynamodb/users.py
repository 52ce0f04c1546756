"""Users and their sessions in DynamoDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from attendance.adapters.dynamodb import keys
from attendance.adapters.dynamodb.actions import NEW, THERE, Action, as_stored, check, delete, put, setting
from attendance.adapters.dynamodb.external import forget_external_of
from attendance.adapters.dynamodb.platforms import remove_links
from attendance.adapters.dynamodb.preparing import LATER
from attendance.adapters.dynamodb.sign_ins import remove_sign_ins
from attendance.adapters.dynamodb.table import Table, TablePart, key_in, together
from attendance.adapters.dynamodb.tokens import remove_programs
from attendance.adapters.dynamodb.values import attribute, attributes, read, text
from attendance.errors import NotAllowed
from attendance.model import Page, Role, Session, User
from attendance.rules.paging import page_of
from attendance.rules.texts import contains, folded
from attendance.rules.versions import check_as_read
from attendance.sentences import last_admin_kept, last_admin_stays, no_student, no_user, user_taken


class DynamoUsers(TablePart):
    """The UserStore."""

    def _add_user(self, user: User) -> None:
        """Raises AlreadyExists; NotFound where it is linked to no student."""
        taken = user_taken(user)
        self.table.transact([put(keys.user(user.id), attributes(user), NEW, taken), *_joining(user, None)])

    def _save_user(self, user: User, was: User | None) -> None:
        """Raises NotFound, AlreadyExists, MovedOn, NotAllowed (the last admin)."""

        def save() -> None:
            old = self.user(user.id)
            check_as_read(old, was)
            self.table.transact(replacing_user(self.table, old, user))

        self.table.again(save)

    def _remove_user(self, user_id: str) -> None:
        """Raises NotFound, NotAllowed (the last admin).

        Courses taught, sessions, tokens and links go first: the same call can complete it.
        """

        def remove() -> None:
            old = self.user(user_id)
            staying = _keeping_an_admin(self.table, old, None, last_admin_kept())
            for item in list(self.table.query(keys.of_user(user_id), keys.COURSE)):
                self._leave_course(user_id, text(item, "course_id"))
            self.table.delete_many([key_in(item) for item in self.table.query(keys.of_user(user_id), keys.SESSION)])
            remove_programs(self.table, user_id)
            remove_sign_ins(self.table, user_id)
            forget_external_of(self.table, keys.of_user(user_id))
            remove_links(self.table, keys.of_user(user_id))
            unchanged, values = as_stored(old, ("email", "role", "student_id"))
            going = [delete(keys.user(user_id), unchanged, **values), *_leaving(old, None)]
            self.table.transact([*going, *staying])

        self.table.again(remove)

    def user(self, user_id: str) -> User:
        """Raises NotFound."""
        item = self.table.get(keys.user(user_id))
        if item is None:
            raise no_user()
        return read(User, item)

    def find_user(self, email: str) -> User | None:
        """Compared without case."""
        lead = self.table.get(keys.email(folded(email)))
        item = self.table.get(keys.user(text(lead, "user_id"))) if lead else None
        return read(User, item) if item else None

    def users(self, *, text: str = "", page: int = 1, size: int = 50) -> Page[User]:
        """Sorted by email."""
        everybody = [read(User, item) for item in self.table.query(keys.USERS)]
        found = [user for user in everybody if contains(text, user.email, user.name)]
        return page_of(sorted(found, key=lambda user: folded(user.email)), page, size)

    def accounts(self, student_id: str) -> Sequence[User]:
        """Sorted by email."""
        leads = self.table.query(keys.of_student(student_id), keys.USER)
        items = self.table.get_many([keys.user(text(lead, "user_id")) for lead in leads]).values()
        return sorted((read(User, item) for item in items), key=lambda user: folded(user.email))

    def accounts_of(self, student_ids: Sequence[str]) -> Mapping[str, User]:
        """By student id; a query for each student."""
        wanted = sorted(set(student_ids))
        found = together(lambda one: list(self.table.query(keys.of_student(one), keys.USER)), wanted)
        items = self.table.get_many(keys.user(text(lead, "user_id")) for leads in found for lead in leads)
        by_email = sorted((read(User, item) for item in items.values()), key=lambda user: folded(user.email))
        return {user.student_id: user for user in reversed(by_email) if user.student_id is not None}

    def has_admin(self) -> bool:
        """Whether the site has been set up."""
        return self.count_admins() > 0

    def count_admins(self) -> int:
        """How many there are."""
        return self.table.count(keys.ADMINS)

    def _leave_course(self, user_id: str, course_id: str) -> None:
        self.table.update(keys.course(course_id), "DELETE #teacher_ids :users", THERE, users={user_id})
        self.table.delete_many([keys.teaching(user_id, course_id)])


def replacing_user(table: Table, old: User, new: User) -> list[Action]:
    """All that makes of the user as read the new one. Raises NotAllowed (the last admin)."""
    unchanged, values = as_stored(old)
    return [
        put(keys.user(new.id), attributes(new), unchanged, **values),
        *_leaving(old, new),
        *_joining(new, old),
        *_keeping_an_admin(table, old, new, last_admin_stays()),
    ]


def _keeping_an_admin(table: Table, old: User, new: User | None, refusal: NotAllowed) -> list[Action]:
    """That somebody else still is admin at the moment of the write: of two who are to go at once one stays."""
    if old.role is not Role.ADMIN or (new is not None and new.role is Role.ADMIN):
        return []
    others = (text(item, "user_id") for item in table.query(keys.ADMINS))
    other = next((user_id for user_id in others if user_id != old.id), None)
    if other is None:
        raise refusal
    return [check(keys.admin(other), THERE)]


def _joining(user: User, old: User | None) -> list[Action]:
    """What leads to the user, and is not there yet."""
    lead = {"user_id": {"S": user.id}}
    actions = []
    if old is None or folded(user.email) != folded(old.email):
        actions.append(put(keys.email(folded(user.email)), lead, NEW, user_taken(user)))
    if user.role is Role.ADMIN and (old is None or old.role is not Role.ADMIN):
        actions.append(put(keys.admin(user.id), lead))
    if user.student_id is not None:
        actions.append(check(keys.student(user.student_id), refused=no_student(user.student_id)))
        actions.append(put(keys.account(user.student_id, user.id), lead))
    return actions


def _leaving(old: User, new: User | None) -> list[Action]:
    """What led to the user and does no more."""
    actions = []
    if new is None or folded(new.email) != folded(old.email):
        actions.append(delete(keys.email(folded(old.email)), "#user_id = :user", user=old.id))
    if old.role is Role.ADMIN and (new is None or new.role is not Role.ADMIN):
        actions.append(delete(keys.admin(old.id)))
    if old.student_id is not None and (new is None or new.student_id != old.student_id):
        actions.append(delete(keys.account(old.student_id, old.id)))
    return actions


class DynamoSessions(TablePart):
    """The SessionStore."""

    def add_session(self, session: Session) -> None:
        """Raises NotFound (user)."""
        item = attributes(session) | {LATER: attribute(_later(session.ends_at))}
        there = check(keys.user(session.user_id), THERE, no_user())
        self.table.transact([there, put(keys.session(session.user_id, session.id), item)])

    def session(self, user_id: str, session_id: str) -> Session | None:
        """None where it was ended."""
        item = self.table.get(keys.session(user_id, session_id))
        return read(Session, item) if item else None

    def sessions(self, user_id: str, now: datetime) -> Sequence[Session]:
        """Last seen first."""
        found = [read(Session, item) for item in self.table.query(keys.of_user(user_id), keys.SESSION)]
        alive = sorted((session for session in found if session.ends_at > now), key=lambda session: session.id)
        return sorted(alive, key=lambda session: session.seen_at, reverse=True)

    def see_session(self, user_id: str, session_id: str, at: datetime, ends_at: datetime) -> None:
        """Nothing happens where it was ended."""
        changes: dict[str, Any] = {"seen_at": at, "ends_at": ends_at, LATER: _later(ends_at)}
        expression, values = setting(changes)
        self.table.update(keys.session(user_id, session_id), expression, THERE, **values)

    def remove_session(self, user_id: str, session_id: str) -> None:
        """Nothing happens where it was ended."""
        self.table.delete_many([keys.session(user_id, session_id)])

    def remove_sessions(self, user_id: str, keep: str | None = None) -> None:
        """All of the user's, or all but one."""
        found = [key_in(item) for item in self.table.query(keys.of_user(user_id), keys.SESSION)]
        self.table.delete_many([key for key in found if keep is None or key != keys.session(user_id, keep)])

    def remove_ended_sessions(self, now: datetime) -> None:
        """DynamoDB does, within days; until then `sessions` passes them over."""


def _later(ends_at: datetime) -> int:
    return int(ends_at.timestamp()) + 1
