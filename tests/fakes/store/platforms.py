"""Learning platforms of the fake store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from attendance.model import LoginState, Platform, PlatformAccount, PlatformCourse, ToolKey
from attendance.rules.versions import check_as_read
from attendance.sentences import no_course, no_platform, no_user, not_linked, platform_taken, tool_key_taken
from tests.fakes.store.state import FakeState, in_utc, locked


@locked
class FakePlatforms(FakeState):
    """The PlatformStore."""

    def _add_platform(self, platform: Platform) -> None:
        names = [(one.issuer, one.client_id) for one in self._platforms.values()]
        if platform.id in self._platforms or (platform.issuer, platform.client_id) in names:
            raise platform_taken()
        self._platforms[platform.id] = in_utc(platform)

    def _save_platform(self, platform: Platform, was: Platform) -> None:
        check_as_read(self.platform(platform.id), was)
        self._platforms[platform.id] = in_utc(platform)

    def _remove_platform(self, platform_id: str) -> None:
        del self._platforms[self.platform(platform_id).id]
        self._drop_links(lambda one: one.platform_id == platform_id)
        self._logins = {one.id: one for one in self._logins.values() if one.platform_id != platform_id}

    def _link_course(self, link: PlatformCourse) -> None:
        self.platform(link.platform_id)
        if link.course_id not in self._courses:
            raise no_course()
        self._platform_courses[link.platform_id, link.id] = in_utc(link)

    def _save_platform_course(self, link: PlatformCourse, was: PlatformCourse) -> None:
        found = self.platform_course(link.platform_id, link.id)
        if found is None:
            raise not_linked()
        check_as_read(found, was)
        self._platform_courses[link.platform_id, link.id] = in_utc(link)

    def _unlink_course(self, platform_id: str, link_id: str) -> None:
        if self._platform_courses.pop((platform_id, link_id), None) is None:
            raise not_linked()

    def _link_account(self, account: PlatformAccount) -> None:
        self.platform(account.platform_id)
        if account.user_id not in self._users:
            raise no_user()
        self._platform_accounts[account.platform_id, account.subject] = in_utc(account)

    def _unlink_account(self, platform_id: str, subject: str) -> None:
        self._platform_accounts.pop((platform_id, subject), None)

    def _add_tool_key(self, key: ToolKey) -> None:
        if self._tool_keys:
            raise tool_key_taken()
        self._tool_keys[key.id] = in_utc(key)

    def platforms(self) -> Sequence[Platform]:
        return sorted(self._platforms.values(), key=lambda one: (one.name, one.id))

    def platform(self, platform_id: str) -> Platform:
        if platform_id not in self._platforms:
            raise no_platform()
        return self._platforms[platform_id]

    def platform_course(self, platform_id: str, link_id: str) -> PlatformCourse | None:
        return self._platform_courses.get((platform_id, link_id))

    def platform_courses(self, course_id: str) -> Sequence[PlatformCourse]:
        found = [one for one in self._platform_courses.values() if one.course_id == course_id]
        return sorted(found, key=lambda one: (one.linked_at, one.id))

    def platform_account(self, platform_id: str, subject: str) -> PlatformAccount | None:
        return self._platform_accounts.get((platform_id, subject))

    def platform_accounts(self, user_id: str) -> Sequence[PlatformAccount]:
        found = [one for one in self._platform_accounts.values() if one.user_id == user_id]
        return sorted(found, key=lambda one: (one.linked_at, one.subject))

    def tool_key(self) -> ToolKey | None:
        return next(iter(self._tool_keys.values()), None)

    def begin_login(self, state: LoginState) -> None:
        self.platform(state.platform_id)
        if state.id in self._logins:
            raise tool_key_taken()
        self._logins[state.id] = in_utc(state)

    def take_login(self, state_id: str) -> LoginState | None:
        return self._logins.pop(state_id, None)

    def remove_old_logins(self, now: datetime) -> None:
        self._logins = {one.id: one for one in self._logins.values() if one.ends_at > now}
