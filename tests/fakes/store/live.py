"""Meetings, what people wrote, and who meeting services saw, in the fake store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from attendance.errors import AlreadyExists
from attendance.model import LiveVersion, Meeting, Post, Witness
from attendance.rules.versions import check_as_read
from attendance.sentences import moved_on
from tests.fakes.store.state import FakeState, in_utc, locked, need


@locked
class FakeLive(FakeState):
    """The LiveStore."""

    def _save_meeting(self, meeting: Meeting, was: Meeting | None) -> None:
        self._need_place(meeting.course_id, meeting.lecture_id)
        if self._meetings.get(meeting.id) != was:
            raise moved_on()
        self._meetings[meeting.id] = in_utc(meeting)
        self._count_on(meeting.course_id)

    def _add_post(self, post: Post) -> None:
        self._need_place(post.course_id, post.lecture_id)
        if post.student_id is not None:
            need(self._students, post.student_id, f"There is no student with the id {post.student_id}.")
        if post.id in self._posts:
            raise AlreadyExists("This message was sent already.")
        self._posts[post.id] = replace(in_utc(post), version=self._count_on(post.course_id))

    def _save_post(self, post: Post, was: Post) -> None:
        check_as_read(need(self._posts, post.id, "There is no such message."), was)
        self._posts[post.id] = replace(in_utc(post), version=self._count_on(post.course_id))

    def _add_witness(self, witness: Witness) -> None:
        need(self._lectures, witness.lecture_id, "There is no such lecture.")
        need(self._students, witness.student_id, f"There is no student with the id {witness.student_id}.")
        if witness.id in self._witnesses:
            raise AlreadyExists("This was told already.")
        self._witnesses[witness.id] = in_utc(witness)

    def _need_place(self, course_id: str, lecture_id: str | None) -> None:
        need(self._courses, course_id, "There is no such course.")
        if lecture_id is not None:
            need(self._lectures, lecture_id, "There is no such lecture.")

    def meeting(self, course_id: str, lecture_id: str | None = None) -> Meeting | None:
        found = self._meetings.get(lecture_id or course_id)
        return found if found is not None and found.course_id == course_id else None

    def meetings(self, course_ids: Sequence[str]) -> Sequence[Meeting]:
        return self._meetings_that(lambda one: one.course_id in course_ids)

    def meetings_numbered(self, number: str) -> Sequence[Meeting]:
        return self._meetings_that(lambda one: bool(number) and one.number == number)

    def _meetings_that(self, wanted: Callable[[Meeting], bool]) -> list[Meeting]:
        return sorted(filter(wanted, self._meetings.values()), key=lambda one: one.id)

    def live_version(self, course_id: str) -> LiveVersion:
        return self._live_versions.get(course_id, LiveVersion())

    def posts(self, course_id: str, lecture_id: str | None = None, *, after: int = 0) -> Sequence[Post]:
        here = [one for one in self._posts.values() if (one.course_id, one.lecture_id) == (course_id, lecture_id)]
        return sorted((one for one in here if one.version > after), key=lambda one: (one.at, one.id))

    def post(self, course_id: str, lecture_id: str | None, post_id: str) -> Post:
        return need({one.id: one for one in self.posts(course_id, lecture_id)}, post_id, "There is no such message.")

    def witnesses(self, lecture_id: str) -> Sequence[Witness]:
        found = [one for one in self._witnesses.values() if one.lecture_id == lecture_id]
        return sorted(found, key=lambda one: (one.at, one.id))

    def remove_live(self, before: datetime) -> None:
        self._drop_posts(lambda one: one.at < before)
        self._drop_witnesses(lambda one: one.at < before)
