"""Ways of signing in beside the password, of the fake store."""

from __future__ import annotations

from collections.abc import Sequence

from attendance.model import FaceLogin, Passkey, SignOnAccount
from attendance.rules.versions import check_as_read
from attendance.sentences import no_face_login, no_passkey, no_user, passkey_taken
from tests.fakes.store.state import FakeState, in_utc, locked


@locked
class FakeSignIns(FakeState):
    """The SignInStore."""

    def _link_sign_on(self, account: SignOnAccount) -> None:
        self._need_user(account.user_id)
        self._sign_on_accounts[account.id] = in_utc(account)

    def _unlink_sign_on(self, user_id: str, account_id: str) -> None:
        found = self._sign_on_accounts.get(account_id)
        if found is not None and found.user_id == user_id:
            del self._sign_on_accounts[account_id]

    def _add_passkey(self, passkey: Passkey) -> None:
        self._need_user(passkey.user_id)
        if passkey.id in self._passkeys:
            raise passkey_taken()
        self._passkeys[passkey.id] = in_utc(passkey)

    def _save_passkey(self, passkey: Passkey, was: Passkey) -> None:
        if passkey.id not in self._passkeys:
            raise no_passkey()
        check_as_read(self._passkeys[passkey.id], was)
        self._passkeys[passkey.id] = in_utc(passkey)

    def _remove_passkey(self, user_id: str, passkey_id: str) -> None:
        found = self._passkeys.get(passkey_id)
        if found is None or found.user_id != user_id:
            raise no_passkey()
        del self._passkeys[passkey_id]

    def _save_face_login(self, face_login: FaceLogin) -> None:
        self._need_user(face_login.user_id)
        self._face_logins[face_login.user_id] = in_utc(face_login)

    def _remove_face_login(self, user_id: str) -> None:
        if self._face_logins.pop(user_id, None) is None:
            raise no_face_login()

    def sign_on_account(self, account_id: str) -> SignOnAccount | None:
        return self._sign_on_accounts.get(account_id)

    def sign_on_accounts(self, user_id: str) -> Sequence[SignOnAccount]:
        found = [one for one in self._sign_on_accounts.values() if one.user_id == user_id]
        return sorted(found, key=lambda one: (one.linked_at, one.id))

    def passkey(self, passkey_id: str) -> Passkey | None:
        return self._passkeys.get(passkey_id)

    def passkeys(self, user_id: str) -> Sequence[Passkey]:
        found = [one for one in self._passkeys.values() if one.user_id == user_id]
        return sorted(found, key=lambda one: (one.made_at, one.id))

    def face_login(self, user_id: str) -> FaceLogin | None:
        return self._face_logins.get(user_id)

    def _need_user(self, user_id: str) -> None:
        if user_id not in self._users:
            raise no_user()
