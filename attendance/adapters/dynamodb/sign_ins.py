"""Accounts of the school's sign-on, passkeys and faces to sign in with, in DynamoDB.

What is asked for by its own id lies there; what is asked for by its user is found by items that lead there.
"""

from __future__ import annotations

from collections.abc import Sequence

from attendance.adapters.dynamodb import keys
from attendance.adapters.dynamodb.actions import NEW, THERE, as_stored, check, delete, put
from attendance.adapters.dynamodb.table import Table, TablePart, key_in
from attendance.adapters.dynamodb.values import attribute, attributes, read, text
from attendance.model import FaceLogin, Passkey, SignOnAccount
from attendance.rules.versions import check_as_read
from attendance.sentences import no_face_login, no_passkey, no_user, passkey_taken


class DynamoSignIns(TablePart):
    """The SignInStore."""

    def _link_sign_on(self, account: SignOnAccount) -> None:
        """Raises NotFound (user)."""

        def link() -> None:
            before = self.sign_on_account(account.id)
            key = keys.sign_on_account(account.id)
            if before is None:
                putting = put(key, attributes(account), NEW)
            else:
                same, was = as_stored(before, ("user_id",))
                putting = put(key, attributes(account), same, **was)
            moved = before is not None and before.user_id != account.user_id
            self.table.transact(
                [
                    check(keys.user(account.user_id), THERE, no_user()),
                    putting,
                    put(keys.signs_on_as(account.user_id, account.id), {"its_id": attribute(account.id)}),
                    *([delete(keys.signs_on_as(before.user_id, account.id))] if before is not None and moved else []),
                ]
            )

        self.table.again(link)

    def _unlink_sign_on(self, user_id: str, account_id: str) -> None:
        """Nothing happens where it is gone."""
        found = self.sign_on_account(account_id)
        if found is not None and found.user_id == user_id:
            self.table.transact(
                [delete(keys.sign_on_account(account_id)), delete(keys.signs_on_as(user_id, account_id))]
            )

    def _add_passkey(self, passkey: Passkey) -> None:
        """Raises NotFound (user), AlreadyExists."""
        self.table.transact(
            [
                check(keys.user(passkey.user_id), THERE, no_user()),
                put(keys.passkey(passkey.id), attributes(passkey), NEW, passkey_taken()),
                put(keys.holds_passkey(passkey.user_id, passkey.id), {"its_id": attribute(passkey.id)}),
            ]
        )

    def _save_passkey(self, passkey: Passkey, was: Passkey) -> None:
        """Raises NotFound, MovedOn."""

        def save() -> None:
            old = self.passkey(passkey.id)
            if old is None:
                raise no_passkey()
            check_as_read(old, was)
            same, stored = as_stored(old)
            self.table.transact([put(keys.passkey(passkey.id), attributes(passkey), same, **stored)])

        self.table.again(save)

    def _remove_passkey(self, user_id: str, passkey_id: str) -> None:
        """Raises NotFound."""
        self.table.transact(
            [
                delete(keys.holds_passkey(user_id, passkey_id), THERE, no_passkey()),
                delete(keys.passkey(passkey_id)),
            ]
        )

    def _save_face_login(self, face_login: FaceLogin) -> None:
        """Raises NotFound (user)."""
        there = check(keys.user(face_login.user_id), THERE, no_user())
        self.table.transact([there, put(keys.face_login(face_login.user_id), attributes(face_login))])

    def _remove_face_login(self, user_id: str) -> None:
        """Raises NotFound."""
        self.table.transact([delete(keys.face_login(user_id), THERE, no_face_login())])

    def sign_on_account(self, account_id: str) -> SignOnAccount | None:
        """None where it is linked to nobody."""
        item = self.table.get(keys.sign_on_account(account_id))
        return read(SignOnAccount, item) if item else None

    def sign_on_accounts(self, user_id: str) -> Sequence[SignOnAccount]:
        """In the order in which they were linked."""
        leads = self.table.query(keys.of_user(user_id), keys.SIGN_ON)
        items = self.table.get_many([keys.sign_on_account(text(lead, "its_id")) for lead in leads]).values()
        return sorted((read(SignOnAccount, item) for item in items), key=lambda one: (one.linked_at, one.id))

    def passkey(self, passkey_id: str) -> Passkey | None:
        """None where it is gone."""
        item = self.table.get(keys.passkey(passkey_id))
        return read(Passkey, item) if item else None

    def passkeys(self, user_id: str) -> Sequence[Passkey]:
        """In the order in which they were made."""
        leads = self.table.query(keys.of_user(user_id), keys.PASSKEY)
        items = self.table.get_many([keys.passkey(text(lead, "its_id")) for lead in leads]).values()
        return sorted((read(Passkey, item) for item in items), key=lambda one: (one.made_at, one.id))

    def face_login(self, user_id: str) -> FaceLogin | None:
        """None where it is not switched on."""
        item = self.table.get(keys.face_login(user_id))
        return read(FaceLogin, item) if item else None


def remove_sign_ins(table: Table, user_id: str) -> None:
    """All ways in which a user signs in beside the password; what leads there goes last."""
    sign_ons = list(table.query(keys.of_user(user_id), keys.SIGN_ON))
    table.delete_many([keys.sign_on_account(text(lead, "its_id")) for lead in sign_ons])
    passkeys = list(table.query(keys.of_user(user_id), keys.PASSKEY))
    table.delete_many([keys.passkey(text(lead, "its_id")) for lead in passkeys])
    table.delete_many([keys.face_login(user_id), *(key_in(lead) for lead in (*sign_ons, *passkeys))])
