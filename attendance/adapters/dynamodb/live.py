"""Meetings, what people wrote to courses and lectures, and who meeting services saw, in DynamoDB.

A course's posts have a partition of their own, by the place that they were written to; students lead to theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from attendance.adapters.dynamodb import keys
from attendance.adapters.dynamodb.actions import (
    NEW,
    Action,
    as_stored,
    check,
    delete,
    put,
    update,
)
from attendance.adapters.dynamodb.table import Table, TablePart, together
from attendance.adapters.dynamodb.values import Item, attribute, attributes, read, text, whole
from attendance.model import LiveVersion, Meeting, Post, Witness
from attendance.rules.versions import check_as_read
from attendance.sentences import (
    moved_on,
    no_course,
    no_lecture,
    no_post,
    no_student,
    post_taken,
    witness_taken,
)


class DynamoLive(TablePart):
    """The LiveStore."""

    def _save_meeting(self, meeting: Meeting, was: Meeting | None) -> None:
        """Raises NotFound, MovedOn."""

        def save() -> None:
            key = keys.meeting(meeting.course_id, meeting.lecture_id)
            item = self.table.get(key)
            if (read(Meeting, item) if item else None) != was:
                raise moved_on()
            condition, old = (NEW, {}) if was is None else as_stored(was)
            stale, shown = _numbered(was), _numbered(meeting)
            self.table.transact(
                [
                    *_there(meeting.course_id, meeting.lecture_id),
                    put(key, attributes(meeting), condition, **old),
                    *(delete(lead) for lead in stale - shown),
                    *(put(lead, _where(meeting.course_id, meeting.lecture_id)) for lead in shown),
                    self._counting(meeting.course_id)[1],
                ]
            )

        self.table.again(save)

    def _add_post(self, post: Post) -> None:
        """Raises NotFound, AlreadyExists."""

        def add() -> None:
            version, counting = self._counting(post.course_id)
            actions = _there(post.course_id, post.lecture_id)
            if post.student_id is not None:
                actions.append(check(keys.student(post.student_id), refused=no_student(post.student_id)))
                lead = _where(post.course_id, post.lecture_id) | {"post_id": attribute(post.id)}
                actions.append(put(keys.student_post(post.student_id, *_path(post)), lead))
            actions.append(put(keys.post(*_path(post)), attributes(replace(post, version=version)), NEW, post_taken()))
            self.table.transact([*actions, counting])

        self.table.again(add)

    def _save_post(self, post: Post, was: Post) -> None:
        """Raises NotFound, MovedOn."""

        def save() -> None:
            old = self.post(*_path(post))
            check_as_read(old, was)
            unchanged, values = as_stored(old)
            version, counting = self._counting(post.course_id)
            new = attributes(replace(post, version=version))
            self.table.transact([put(keys.post(*_path(post)), new, unchanged, **values), counting])

        self.table.again(save)

    def _add_witness(self, witness: Witness) -> None:
        """Raises NotFound, AlreadyExists."""
        lead = {"lecture_id": attribute(witness.lecture_id), "witness_id": attribute(witness.id)}
        self.table.transact(
            [
                check(keys.lecture(witness.lecture_id), refused=no_lecture()),
                check(keys.student(witness.student_id), refused=no_student(witness.student_id)),
                put(keys.witness(witness.lecture_id, witness.id), attributes(witness), NEW, witness_taken()),
                put(keys.student_witness(witness.student_id, witness.lecture_id, witness.id), lead),
            ]
        )

    def _counting(self, course_id: str) -> tuple[int, Action]:
        """The next version, and what makes it so where nobody else does at this moment."""
        was = whole(self.table.get(keys.live(course_id)), "number")
        if not was:
            return 1, update(keys.live(course_id), "SET #number = :new", "attribute_not_exists(#number)", new=1)
        return was + 1, update(keys.live(course_id), "SET #number = :new", "#number = :was", new=was + 1, was=was)

    def meeting(self, course_id: str, lecture_id: str | None = None) -> Meeting | None:
        """None where nobody ever said anything of it."""
        item = self.table.get(keys.meeting(course_id, lecture_id))
        return read(Meeting, item) if item else None

    def meetings(self, course_ids: Sequence[str]) -> Sequence[Meeting]:
        """A query a course."""
        found = together(lambda course_id: _meetings_of(self.table, course_id), sorted(set(course_ids)))
        return sorted((one for part in found for one in part), key=lambda meeting: meeting.id)

    def meetings_numbered(self, number: str) -> Sequence[Meeting]:
        """What the number leads to."""
        leads = self.table.query(keys.of_number(number)) if number else ()
        wanted = [keys.meeting(*_place(lead)) for lead in leads]
        found = [read(Meeting, item) for item in self.table.get_many(wanted).values()]
        return sorted((one for one in found if one.number == number), key=lambda meeting: meeting.id)

    def live_version(self, course_id: str) -> LiveVersion:
        """One item."""
        item = self.table.get(keys.live(course_id))
        return LiveVersion(whole(item, "number"), whole(item, "floor"))

    def posts(self, course_id: str, lecture_id: str | None = None, *, after: int = 0) -> Sequence[Post]:
        """Oldest first."""
        items = self.table.query(keys.posts_of(course_id), keys.posts_at(lecture_id))
        found = (read(Post, item) for item in items)
        return sorted((post for post in found if post.version > after), key=lambda post: (post.at, post.id))

    def post(self, course_id: str, lecture_id: str | None, post_id: str) -> Post:
        """Raises NotFound."""
        item = self.table.get(keys.post(course_id, lecture_id, post_id))
        if item is None:
            raise no_post()
        return read(Post, item)

    def witnesses(self, lecture_id: str) -> Sequence[Witness]:
        """Oldest first."""
        found = [read(Witness, item) for item in self.table.query(keys.of_lecture(lecture_id), keys.WITNESS)]
        return sorted(found, key=lambda one: (one.at, one.id))

    def remove_live(self, before: datetime) -> None:
        """A course at a time, with what meeting services saw in its lectures."""
        for course in list(self.table.query(keys.COURSES, only=("id",))):
            course_id = text(course, "id")
            posts = [read(Post, item) for item in self.table.query(keys.posts_of(course_id))]
            _remove_posts(self.table, [post for post in posts if post.at < before])
            until = (keys.LECTURE, keys.LECTURE + keys.moment(before))
            for lecture in list(self.table.query(keys.of_course(course_id), between=until, only=("id",))):
                old = [one for one in self.witnesses(text(lecture, "id")) if one.at < before]
                _remove_witnesses(self.table, old)


def remove_live_of_course(table: Table, course_id: str) -> None:
    """Its meeting and its posts; those of its lectures go with these."""
    _remove_posts(table, [read(Post, item) for item in table.query(keys.posts_of(course_id))])
    _remove_meetings(table, _meetings_of(table, course_id))
    table.delete_many([keys.live(course_id)])


def remove_live_of_lecture(table: Table, course_id: str, lecture_id: str) -> None:
    """Its meeting, its posts, and who was seen in it."""
    items = table.query(keys.posts_of(course_id), keys.posts_at(lecture_id))
    _remove_posts(table, [read(Post, item) for item in items])
    _remove_meetings(table, [one for one in _meetings_of(table, course_id) if one.lecture_id == lecture_id])
    found = table.query(keys.of_lecture(lecture_id), keys.WITNESS)
    _remove_witnesses(table, [read(Witness, item) for item in found])


def remove_led_to_post(table: Table, lead: Item) -> None:
    """The one that an item of its student leads to."""
    item = table.get(keys.post(*_place(lead), text(lead, "post_id")))
    if item is not None:
        _remove_posts(table, [read(Post, item)])


def remove_led_to_witness(table: Table, lead: Item) -> None:
    """Likewise."""
    table.delete_many([keys.witness(text(lead, "lecture_id"), text(lead, "witness_id"))])


def _remove_posts(table: Table, gone: Sequence[Post]) -> None:
    """What leads to them goes after them, so that who comes again finds what is left; then pages are told."""
    table.delete_many(keys.post(*_path(post)) for post in gone)
    table.delete_many(keys.student_post(post.student_id, *_path(post)) for post in gone if post.student_id is not None)
    for course_id in sorted({post.course_id for post in gone}):
        item = table.update(keys.live(course_id), "ADD #number :one", "", one=1)
        number = whole(item, "number")
        table.update(
            keys.live(course_id),
            "SET #floor = :number",
            "attribute_not_exists(#floor) OR #floor < :number",
            number=number,
        )


def _remove_meetings(table: Table, gone: Sequence[Meeting]) -> None:
    table.delete_many(lead for meeting in gone for lead in _numbered(meeting))
    table.delete_many(keys.meeting(meeting.course_id, meeting.lecture_id) for meeting in gone)


def _remove_witnesses(table: Table, gone: Sequence[Witness]) -> None:
    table.delete_many(keys.witness(one.lecture_id, one.id) for one in gone)
    table.delete_many(keys.student_witness(one.student_id, one.lecture_id, one.id) for one in gone)


def _meetings_of(table: Table, course_id: str) -> list[Meeting]:
    return [read(Meeting, item) for item in table.query(keys.of_course(course_id), keys.MEETING)]


def _there(course_id: str, lecture_id: str | None) -> list[Action]:
    found = [check(keys.course(course_id), refused=no_course())]
    if lecture_id is not None:
        found.append(check(keys.lecture(lecture_id), refused=no_lecture()))
    return found


def _numbered(meeting: Meeting | None) -> set[keys.Key]:
    if meeting is None or not meeting.number:
        return set()
    return {keys.numbered(meeting.number, meeting.course_id, meeting.lecture_id)}


def _where(course_id: str, lecture_id: str | None) -> Item:
    of_lecture = {} if lecture_id is None else {"lecture_id": attribute(lecture_id)}
    return {"course_id": attribute(course_id)} | of_lecture


def _place(lead: Item) -> tuple[str, str | None]:
    return text(lead, "course_id"), text(lead, "lecture_id") if "lecture_id" in lead else None


def _path(post: Post) -> tuple[str, str | None, str]:
    return post.course_id, post.lecture_id, post.id
