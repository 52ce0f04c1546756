"""Links to set a password by, and what admins chose for the site, of the fake store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from attendance.model import AccountLink, LinkPurpose, User
from attendance.rules.versions import check_as_read
from attendance.sentences import account_link_taken, moved_on, no_account_link
from tests.fakes.store.people import FakeUsers
from tests.fakes.store.state import FakeState, in_utc, locked, need


@locked
class FakeAccountLinks(FakeUsers):
    """The AccountLinkStore."""

    def _save_account_link(self, link: AccountLink) -> None:
        need(self._users, link.user_id, "There is no such user.")
        same = self.find_account_link(link.secret_hash)
        if same is not None and (same.user_id, same.purpose) != (link.user_id, link.purpose):
            raise account_link_taken()
        self._account_links[link.user_id, link.purpose] = in_utc(link)

    def _remove_account_link(self, user_id: str, purpose: LinkPurpose) -> None:
        if self._account_links.pop((user_id, purpose), None) is None:
            raise no_account_link()

    def _use_account_link(self, link: AccountLink, user: User, was: User, at: datetime) -> None:
        self._save_user(user, was)
        stored = self._account_links.get((link.user_id, link.purpose))
        if stored is None:
            raise moved_on()
        check_as_read(stored, link)
        self._account_links[link.user_id, link.purpose] = in_utc(replace(link, used_at=at))

    def find_account_link(self, secret_hash: str) -> AccountLink | None:
        return next((one for one in self._account_links.values() if one.secret_hash == secret_hash), None)

    def account_links(self, user_ids: Sequence[str], purpose: LinkPurpose) -> Mapping[str, AccountLink]:
        return {
            user_id: self._account_links[user_id, purpose]
            for user_id in user_ids
            if (user_id, purpose) in self._account_links
        }


@locked
class FakeSite(FakeState):
    """The SiteStore."""

    def _save_site_settings(self, values: Mapping[str, str], was: Mapping[str, str]) -> None:
        if self._site != dict(was):
            raise moved_on()
        self._site = dict(values)

    def site_settings(self) -> Mapping[str, str]:
        return dict(self._site)
