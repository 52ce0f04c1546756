"""Users in SQL."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, insert, select, update

from attendance.adapters.folded import folded
from attendance.adapters.store_sentences import no_student, no_user, user_taken
from attendance.adapters.store_sql.connection import Database
from attendance.adapters.store_sql.rows import contains, lock, one, page_of, read, values
from attendance.adapters.store_sql.tables import students, users
from attendance.list_model import Page
from attendance.model import Role, User


class SqlUsers(Database):
    """The UserStore."""

    def add_user_once(self, user: User) -> None:
        """Raises AlreadyExists; NotFound where it is linked to no student."""
        with self._writing(user_taken(user)) as connection:
            _hold_student(connection, user)
            connection.execute(insert(users).values(values(user, users)))

    def save_user(self, user: User) -> None:
        """Raises NotFound, AlreadyExists."""
        with self._writing(user_taken(user)) as connection:
            _hold_student(connection, user)
            saved = connection.execute(update(users).where(users.c.id == user.id).values(values(user, users)))
            if not saved.rowcount:
                raise no_user()

    def remove_user(self, user_id: str) -> None:
        """Raises NotFound."""
        with self._removing() as connection:
            if not connection.execute(delete(users).where(users.c.id == user_id)).rowcount:
                raise no_user()

    def user(self, user_id: str) -> User:
        """Raises NotFound."""
        with self._looking() as connection:
            return one(connection, User, users, users.c.id == user_id, no_user())

    def find_user(self, email: str) -> User | None:
        """Compared without case."""
        with self._looking() as connection:
            row = connection.execute(select(users).where(users.c.email_folded == folded(email))).one_or_none()
            return read(User, users, row) if row else None

    def users(self, *, text: str = "", page: int = 1, size: int = 50) -> Page[User]:
        """Sorted by email."""
        query = select(users).order_by(users.c.email_folded)
        if text.strip():
            query = query.where(contains(text, users.c.found_by))
        with self._reading() as connection:
            return page_of(connection, query, page, size, lambda row: read(User, users, row))

    def has_admin(self) -> bool:
        """Whether the site has been set up."""
        return self.count_admins() > 0

    def count_admins(self) -> int:
        """How many there are."""
        with self._looking() as connection:
            counting = select(func.count()).select_from(users).where(users.c.role == Role.ADMIN)
            return connection.scalar(counting) or 0


def _hold_student(connection: Connection, user: User) -> None:
    if user.student_id is not None:
        lock(connection, students, user.student_id, no_student(user.student_id))
