"""What the fake store remembers, and what all its parts do with it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import fields, replace
from datetime import UTC, datetime
from functools import wraps
from typing import Any, TypeVar

from attendance.errors import NotFound
from attendance.media_keys import COPY
from attendance.model import (
    ERASE,
    AccessToken,
    AccountLink,
    Appeal,
    AtRisk,
    AuditEntry,
    Course,
    Device,
    DoorCheckIn,
    DoorRegistration,
    ExternalId,
    Face,
    FaceLogin,
    KioskAttempt,
    Lecture,
    LiveVersion,
    LoginState,
    Mark,
    MarkChange,
    Meeting,
    Notice,
    OutboxItem,
    Owner,
    Passkey,
    PersonalPin,
    Platform,
    PlatformAccount,
    PlatformCourse,
    Post,
    Recording,
    RepeatableRequest,
    Session,
    Sighting,
    SignOnAccount,
    Student,
    ToolKey,
    UnknownDecision,
    UnknownsSwitch,
    User,
    Visit,
    Webhook,
    Witness,
)

_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)
T = TypeVar("T")
D = TypeVar("D", bound=Any)


class FakeState:
    """Dictionaries by id, and one lock."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._users: dict[str, User] = {}
        self._sessions: dict[str, Session] = {}
        self._access_tokens: dict[str, AccessToken] = {}
        self._account_links: dict[tuple[str, str], AccountLink] = {}  # by user and purpose
        self._site: dict[str, str] = {}
        self._requests: dict[str, RepeatableRequest] = {}
        self._courses: dict[str, Course] = {}
        self._teachers: dict[str, set[str]] = {}  # by course
        self._rosters: dict[str, set[str]] = {}  # by course
        self._students: dict[str, Student] = {}
        self._external: dict[tuple[str, str, str], ExternalId] = {}  # by source, kind and id
        self._faces: dict[str, Face] = {}
        self._orders: dict[str, tuple[str, float]] = {}  # month and seconds, by token
        self._renewed: dict[tuple[str, str], Face] = {}  # by face and engine
        self._lectures: dict[str, Lecture] = {}
        self._recordings: dict[str, Recording] = {}
        self._sightings: dict[str, Sighting] = {}
        self._marks: dict[tuple[str, str], Mark] = {}  # by lecture and student
        self._changes: list[MarkChange] = []
        self._visits: dict[str, Visit] = {}
        self._devices: dict[str, Device] = {}
        self._check_ins: dict[str, DoorCheckIn] = {}
        self._attempts: dict[str, KioskAttempt] = {}
        self._pins: dict[str, PersonalPin] = {}  # by student
        self._registrations: dict[str, DoorRegistration] = {}
        self._audit: list[AuditEntry] = []
        self._decisions: dict[str, UnknownDecision] = {}
        self._appeals: dict[str, Appeal] = {}
        self._meetings: dict[str, Meeting] = {}  # by lecture, else course
        self._posts: dict[str, Post] = {}
        self._live_versions: dict[str, LiveVersion] = {}  # by course
        self._witnesses: dict[str, Witness] = {}
        self._switches: dict[Owner, UnknownsSwitch] = {}
        self._notices: dict[str, Notice] = {}
        self._risks: dict[tuple[str, str], AtRisk] = {}  # by course and student
        self._webhooks: dict[str, Webhook] = {}
        self._platforms: dict[str, Platform] = {}
        self._platform_courses: dict[tuple[str, str], PlatformCourse] = {}  # by platform and id
        self._platform_accounts: dict[tuple[str, str], PlatformAccount] = {}  # by platform and subject
        self._logins: dict[str, LoginState] = {}
        self._tool_keys: dict[str, ToolKey] = {}
        self._sign_on_accounts: dict[str, SignOnAccount] = {}
        self._passkeys: dict[str, Passkey] = {}
        self._face_logins: dict[str, FaceLogin] = {}  # by user
        self._waiting: dict[str, OutboxItem] = {}  # in the order they came

    def _erase(self, keys: Iterable[str | None]) -> None:
        new = [key for key in keys if key is not None and key not in self._waiting]
        self._waiting.update({key: OutboxItem(ERASE, key, "", _BEFORE_ALL, _BEFORE_ALL, id=key) for key in new})

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        before = {name: _copied(value) for name, value in vars(self).items() if name != "_lock"}
        try:
            yield
        except BaseException:
            vars(self).update(before)
            raise

    def _name_of(self, user_id: str | None) -> str:
        if user_id is None:
            return ""
        user = self._users.get(user_id)
        return (user.name or user.email) if user else "a removed user"

    def _drop_sessions(self, gone: Callable[[Session], bool]) -> None:
        self._sessions = {one.id: one for one in self._sessions.values() if not gone(one)}

    def _drop_programs(self, user_id: str) -> None:
        self._access_tokens = {one.id: one for one in self._access_tokens.values() if one.user_id != user_id}
        self._requests = {one.id: one for one in self._requests.values() if one.user_id != user_id}
        self._account_links = {key: one for key, one in self._account_links.items() if one.user_id != user_id}

    def _drop_sign_ins(self, user_id: str) -> None:
        self._sign_on_accounts = {one.id: one for one in self._sign_on_accounts.values() if one.user_id != user_id}
        self._passkeys = {one.id: one for one in self._passkeys.values() if one.user_id != user_id}
        self._face_logins.pop(user_id, None)

    def _drop_external(self, name: str, gone: str) -> None:
        self._external = {key: one for key, one in self._external.items() if getattr(one, name) != gone}

    def _drop_links(self, gone: Callable[[PlatformCourse | PlatformAccount], bool]) -> None:
        self._platform_courses = {key: one for key, one in self._platform_courses.items() if not gone(one)}
        self._platform_accounts = {key: one for key, one in self._platform_accounts.items() if not gone(one)}

    def _drop_marks(self, gone: Callable[[str, str], bool]) -> None:
        """Of the lectures and students for which `gone` is true, with their history; their pictures go too."""
        dropped = [key for key in self._marks if gone(*key)]
        evidence = (self._marks.pop(key).evidence for key in dropped)
        self._erase(seen.picture_key for seen in evidence if seen)
        self._changes = [change for change in self._changes if not gone(change.lecture_id, change.student_id)]

    def _drop_sightings(self, gone: Callable[[Sighting], bool]) -> None:
        dropped = [seen for seen in self._sightings.values() if gone(seen)]
        self._erase(self._sightings.pop(seen.id).picture_key for seen in dropped)

    def _drop_visits(self, gone: Callable[[Visit], bool]) -> None:
        dropped = [visit for visit in self._visits.values() if gone(visit)]
        self._erase(self._visits.pop(visit.id).picture_key for visit in dropped)

    def _drop_check_ins(self, student_id: str) -> None:
        for one in [one for one in self._check_ins.values() if one.student_id == student_id]:
            self._erase([one.picture_key, one.out_picture_key])
            del self._check_ins[one.id]
        self._pins.pop(student_id, None)

    def _drop_registrations(self, gone: Callable[[DoorRegistration], bool]) -> None:
        dropped = [one for one in self._registrations.values() if gone(one)]
        self._erase(self._registrations.pop(one.id).picture_key for one in dropped)

    def _drop_appeals(self, gone: Callable[[Appeal], bool]) -> None:
        dropped = [appeal for appeal in self._appeals.values() if gone(appeal)]
        self._erase(self._appeals.pop(appeal.id).file_key for appeal in dropped)

    def _count_on(self, course_id: str, *, erased: bool = False) -> int:
        was = self._live_versions.get(course_id, LiveVersion())
        floor = was.number + 1 if erased else was.floor
        self._live_versions[course_id] = LiveVersion(was.number + 1, floor)
        return was.number + 1

    def _drop_posts(self, gone: Callable[[Post], bool]) -> None:
        dropped = [post for post in self._posts.values() if gone(post)]
        for post in dropped:
            del self._posts[post.id]
        for course_id in {post.course_id for post in dropped}:
            self._count_on(course_id, erased=True)

    def _drop_witnesses(self, gone: Callable[[Witness], bool]) -> None:
        self._witnesses = {one.id: one for one in self._witnesses.values() if not gone(one)}

    def _drop_live_of(self, gone: Callable[[str, str | None], bool]) -> None:
        """Meetings, posts and witnesses of such courses and lectures."""
        self._meetings = {key: one for key, one in self._meetings.items() if not gone(one.course_id, one.lecture_id)}
        self._posts = {key: one for key, one in self._posts.items() if not gone(one.course_id, one.lecture_id)}
        self._drop_witnesses(lambda one: gone("", one.lecture_id))

    def _drop_recordings(self, recordings: Collection[Recording]) -> None:
        gone = {recording.id for recording in recordings}
        self._erase(self._recordings.pop(recording.id).media_key for recording in recordings)
        self._drop_sightings(lambda seen: seen.recording_id in gone)

    def _drop_lectures(self, gone: Collection[str]) -> None:
        self._drop_recordings([one for one in self._recordings.values() if one.lecture_id in gone])
        self._drop_marks(lambda lecture_id, _: lecture_id in gone)
        self._drop_live_of(lambda _, lecture_id: lecture_id in gone)
        for lecture_id in gone:
            del self._lectures[lecture_id]

    def _drop_faces(self, faces: Collection[Face]) -> None:
        for face in faces:
            self._erase([face.photo_key, face.thumbnail_key])
            copies = [face, *(new for key, new in self._renewed.items() if key[0] == face.id)]
            self._erase(COPY + copy.external_id for copy in copies if copy.external_id is not None)
            del self._faces[face.id]
            self._renewed = {key: new for key, new in self._renewed.items() if key[0] != face.id}


def _copied(value: Any) -> Any:
    if isinstance(value, dict):  # of frozen things, and of sets that are not
        return {key: set(inner) if isinstance(inner, set) else inner for key, inner in value.items()}
    return copy(value)


def locked(kind: type[T]) -> type[T]:
    """Every public method of the class runs alone, as a transaction does."""
    for name, method in list(vars(kind).items()):
        if callable(method) and not name.startswith("_"):
            setattr(kind, name, _alone(method))
    return kind


def _alone(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def alone(self: FakeState, *given: Any, **named: Any) -> Any:
        with self._lock:
            return method(self, *given, **named)

    return alone


def need(found: dict[str, T], key: str, sentence: str) -> T:
    """The item by that key. Raises NotFound with the sentence."""
    if key not in found:
        raise NotFound(sentence)
    return found[key]


def in_utc(item: D) -> D:
    """The dataclass with its moments in UTC. Raises ValueError for one without a time zone, which could mean any."""
    moments = {field.name: getattr(item, field.name) for field in fields(item)}
    moments = {name: moment for name, moment in moments.items() if isinstance(moment, datetime)}
    for moment in moments.values():
        if moment.tzinfo is None:
            raise ValueError(f"{moment} has no time zone")
    return replace(item, **{name: moment.astimezone(UTC) for name, moment in moments.items()})
