"""Links to set a password by, and what admins chose for the site, in SQL."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, select, update

from attendance.adapters.sql.connection import Database
from attendance.adapters.sql.rows import in_parts, lock, read, values
from attendance.adapters.sql.tables import account_links, site_settings, users
from attendance.adapters.sql.users import replace_user
from attendance.model import AccountLink, LinkPurpose, User
from attendance.rules.versions import check_as_read
from attendance.sentences import account_link_taken, moved_on, no_account_link, no_user, user_taken


class SqlAccountLinks(Database):
    """The AccountLinkStore."""

    def _save_account_link(self, link: AccountLink) -> None:
        """Raises NotFound (user), AlreadyExists."""
        with self._writing(account_link_taken()) as connection:
            lock(connection, users, link.user_id, no_user())
            connection.execute(delete(account_links).where(_its(link.user_id, link.purpose)))
            connection.execute(insert(account_links).values(values(link, account_links)))

    def _remove_account_link(self, user_id: str, purpose: LinkPurpose) -> None:
        """Raises NotFound."""
        with self._removing() as connection:
            if not connection.execute(delete(account_links).where(_its(user_id, purpose))).rowcount:
                raise no_account_link()

    def _use_account_link(self, link: AccountLink, user: User, was: User, at: datetime) -> None:
        """Raises NotFound, AlreadyExists, MovedOn."""
        with self._writing(user_taken(user)) as connection:
            replace_user(connection, user, was)
            query = select(account_links).where(account_links.c.id == link.id).with_for_update()
            row = connection.execute(query).one_or_none()
            if row is None:
                raise moved_on()
            check_as_read(read(AccountLink, account_links, row), link)
            connection.execute(update(account_links).where(account_links.c.id == link.id).values(used_at=at))

    def find_account_link(self, secret_hash: str) -> AccountLink | None:
        """Also one that was used or has expired."""
        with self._looking() as connection:
            query = select(account_links).where(account_links.c.secret_hash == secret_hash)
            row = connection.execute(query).one_or_none()
            return read(AccountLink, account_links, row) if row else None

    def account_links(self, user_ids: Sequence[str], purpose: LinkPurpose) -> Mapping[str, AccountLink]:
        """By user id."""
        found = {}
        with self._reading() as connection:
            for some in in_parts(sorted(set(user_ids))):
                theirs = (account_links.c.purpose == purpose) & account_links.c.user_id.in_(some)
                for row in connection.execute(select(account_links).where(theirs)).all():
                    found[row.user_id] = read(AccountLink, account_links, row)
        return found


def _its(user_id: str, purpose: LinkPurpose) -> ColumnElement[bool]:
    return (account_links.c.user_id == user_id) & (account_links.c.purpose == purpose)


_ROW = "site"


class SqlSite(Database):
    """The SiteStore."""

    def _save_site_settings(self, said: Mapping[str, str], was: Mapping[str, str]) -> None:
        """Raises MovedOn."""
        with self._writing(moved_on()) as connection:
            query = select(site_settings.c.said).where(site_settings.c.id == _ROW).with_for_update()
            row = connection.execute(query).one_or_none()
            if (json.loads(row.said) if row else {}) != dict(was):
                raise moved_on()
            text = json.dumps(dict(said), ensure_ascii=False, sort_keys=True)
            if row is None:
                connection.execute(insert(site_settings).values(id=_ROW, said=text))
            else:
                connection.execute(update(site_settings).where(site_settings.c.id == _ROW).values(said=text))

    def site_settings(self) -> Mapping[str, str]:
        """By name."""
        with self._looking() as connection:
            row = connection.execute(select(site_settings.c.said).where(site_settings.c.id == _ROW)).one_or_none()
            said: dict[str, str] = json.loads(row.said) if row else {}
            return said
