"""Accounts of the school's sign-on, passkeys and faces to sign in with, in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, insert, select, update

from attendance.adapters.sql.connection import Database
from attendance.adapters.sql.rows import lock, one, read, read_all, values
from attendance.adapters.sql.tables import face_logins, passkeys, sign_on_accounts, users
from attendance.model import FaceLogin, Passkey, SignOnAccount
from attendance.rules.versions import check_as_read
from attendance.sentences import no_face_login, no_passkey, no_user, passkey_taken


class SqlSignIns(Database):
    """The SignInStore."""

    def _link_sign_on(self, account: SignOnAccount) -> None:
        """Raises NotFound (user)."""
        with self._writing() as connection:
            lock(connection, users, account.user_id, no_user())
            connection.execute(delete(sign_on_accounts).where(sign_on_accounts.c.id == account.id))
            connection.execute(insert(sign_on_accounts).values(values(account, sign_on_accounts)))

    def _unlink_sign_on(self, user_id: str, account_id: str) -> None:
        """Nothing happens where it is gone."""
        its = (sign_on_accounts.c.id == account_id) & (sign_on_accounts.c.user_id == user_id)
        with self._writing() as connection:
            connection.execute(delete(sign_on_accounts).where(its))

    def _add_passkey(self, passkey: Passkey) -> None:
        """Raises NotFound (user), AlreadyExists."""
        with self._writing(passkey_taken()) as connection:
            lock(connection, users, passkey.user_id, no_user())
            connection.execute(insert(passkeys).values(values(passkey, passkeys)))

    def _save_passkey(self, passkey: Passkey, was: Passkey) -> None:
        """Raises NotFound, MovedOn."""
        with self._writing() as connection:
            lock(connection, passkeys, passkey.id, no_passkey())
            check_as_read(one(connection, Passkey, passkeys, passkeys.c.id == passkey.id, no_passkey()), was)
            changed = update(passkeys).where(passkeys.c.id == passkey.id)
            connection.execute(changed.values(values(passkey, passkeys)))

    def _remove_passkey(self, user_id: str, passkey_id: str) -> None:
        """Raises NotFound."""
        with self._writing() as connection:
            if not connection.execute(delete(passkeys).where(_its(user_id, passkey_id))).rowcount:
                raise no_passkey()

    def _save_face_login(self, face_login: FaceLogin) -> None:
        """Raises NotFound (user)."""
        with self._writing() as connection:
            lock(connection, users, face_login.user_id, no_user())
            connection.execute(delete(face_logins).where(face_logins.c.user_id == face_login.user_id))
            connection.execute(insert(face_logins).values(values(face_login, face_logins)))

    def _remove_face_login(self, user_id: str) -> None:
        """Raises NotFound."""
        with self._writing() as connection:
            if not connection.execute(delete(face_logins).where(face_logins.c.user_id == user_id)).rowcount:
                raise no_face_login()

    def sign_on_account(self, account_id: str) -> SignOnAccount | None:
        """None where it is linked to nobody."""
        query = select(sign_on_accounts).where(sign_on_accounts.c.id == account_id)
        with self._looking() as connection:
            row = connection.execute(query).one_or_none()
            return read(SignOnAccount, sign_on_accounts, row) if row else None

    def sign_on_accounts(self, user_id: str) -> Sequence[SignOnAccount]:
        """In the order in which they were linked."""
        query = select(sign_on_accounts).where(sign_on_accounts.c.user_id == user_id)
        with self._looking() as connection:
            in_order = query.order_by(sign_on_accounts.c.linked_at, sign_on_accounts.c.id)
            return read_all(connection, SignOnAccount, sign_on_accounts, in_order)

    def passkey(self, passkey_id: str) -> Passkey | None:
        """None where it is gone."""
        with self._looking() as connection:
            row = connection.execute(select(passkeys).where(passkeys.c.id == passkey_id)).one_or_none()
            return read(Passkey, passkeys, row) if row else None

    def passkeys(self, user_id: str) -> Sequence[Passkey]:
        """In the order in which they were made."""
        query = select(passkeys).where(passkeys.c.user_id == user_id)
        with self._looking() as connection:
            return read_all(connection, Passkey, passkeys, query.order_by(passkeys.c.made_at, passkeys.c.id))

    def face_login(self, user_id: str) -> FaceLogin | None:
        """None where it is not switched on."""
        with self._looking() as connection:
            row = connection.execute(select(face_logins).where(face_logins.c.user_id == user_id)).one_or_none()
            return read(FaceLogin, face_logins, row) if row else None


def _its(user_id: str, passkey_id: str) -> ColumnElement[bool]:
    return (passkeys.c.id == passkey_id) & (passkeys.c.user_id == user_id)
