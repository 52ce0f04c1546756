"""Links to set a password by, and what admins chose for the site, in DynamoDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from attendance.adapters.dynamodb import keys
from attendance.adapters.dynamodb.actions import NEW, THERE, as_stored, check, delete, put, update
from attendance.adapters.dynamodb.table import TablePart
from attendance.adapters.dynamodb.users import replacing_user
from attendance.adapters.dynamodb.values import attribute, attributes, read, text
from attendance.model import AccountLink, LinkPurpose, User
from attendance.rules.versions import check_as_read
from attendance.sentences import account_link_taken, moved_on, no_account_link, no_user


class DynamoAccountLinks(TablePart):
    """The AccountLinkStore."""

    def _save_account_link(self, link: AccountLink) -> None:
        """Raises NotFound (user), AlreadyExists."""
        key = keys.account_link(link.user_id, link.purpose.value)
        lead = {"user_id": attribute(link.user_id), "purpose": attribute(link.purpose.value)}

        def save() -> None:
            old = self._link(link.user_id, link.purpose)
            unchanged, values = as_stored(old) if old else (NEW, {})
            actions = [
                check(keys.user(link.user_id), THERE, no_user()),
                put(key, attributes(link), unchanged, **values),
            ]
            if old is None or old.secret_hash != link.secret_hash:
                actions.append(put(keys.link_secret(link.secret_hash), lead, NEW, account_link_taken()))
                actions += [delete(keys.link_secret(old.secret_hash))] if old else []
            self.table.transact(actions)

        self.table.again(save)

    def _remove_account_link(self, user_id: str, purpose: LinkPurpose) -> None:
        """Raises NotFound."""

        def remove() -> None:
            old = self._link(user_id, purpose)
            if old is None:
                raise no_account_link()
            unchanged, values = as_stored(old, ("id", "secret_hash"))
            key = keys.account_link(user_id, purpose.value)
            self.table.transact([delete(key, unchanged, **values), delete(keys.link_secret(old.secret_hash))])

        self.table.again(remove)

    def _use_account_link(self, link: AccountLink, user: User, was: User, at: datetime) -> None:
        """Raises NotFound, AlreadyExists, MovedOn."""

        def use() -> None:
            item = self.table.get(keys.user(user.id))
            if item is None:
                raise no_user()
            old = read(User, item)
            check_as_read(old, was)
            unchanged, values = as_stored(link)
            key = keys.account_link(link.user_id, link.purpose.value)
            using = update(key, "SET #used_at = :at", f"{THERE} AND {unchanged}", moved_on(), at=at, **values)
            self.table.transact([*replacing_user(self.table, old, user), using])

        self.table.again(use)

    def find_account_link(self, secret_hash: str) -> AccountLink | None:
        """Also one that was used or has expired."""
        lead = self.table.get(keys.link_secret(secret_hash))
        if lead is None:
            return None
        found = self._link(text(lead, "user_id"), LinkPurpose(text(lead, "purpose")))
        return found if found is not None and found.secret_hash == secret_hash else None

    def account_links(self, user_ids: Sequence[str], purpose: LinkPurpose) -> Mapping[str, AccountLink]:
        """By user id."""
        items = self.table.get_many(keys.account_link(user_id, purpose.value) for user_id in user_ids)
        return {text(item, "user_id"): read(AccountLink, item) for item in items.values()}

    def _link(self, user_id: str, purpose: LinkPurpose) -> AccountLink | None:
        item = self.table.get(keys.account_link(user_id, purpose.value))
        return read(AccountLink, item) if item else None


class DynamoSite(TablePart):
    """The SiteStore."""

    def _save_site_settings(self, said: Mapping[str, str], was: Mapping[str, str]) -> None:
        """Raises MovedOn."""
        condition, values = ("#said = :was", {"was": dict(was)}) if was else (f"{NEW} OR #said = :was", {"was": {}})
        self.table.transact([put(keys.SITE, {"said": attribute(dict(said))}, condition, moved_on(), **values)])

    def site_settings(self) -> Mapping[str, str]:
        """By name."""
        item = self.table.get(keys.SITE)
        return {name: value["S"] for name, value in item["said"]["M"].items()} if item else {}
