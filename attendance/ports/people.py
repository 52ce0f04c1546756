"""The Store's part for people: users, courses with their rosters, students with their faces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from attendance.model import (
    AccessToken,
    AccountLink,
    Course,
    EngineCount,
    ExternalId,
    Face,
    FaceLogin,
    LinkPurpose,
    Page,
    Passkey,
    RepeatableRequest,
    Session,
    SignOnAccount,
    Student,
    User,
)


class UserStore(Protocol):
    """Who can log in."""

    def user(self, user_id: str) -> User:
        """Raises NotFound."""

    def find_user(self, email: str) -> User | None:
        """The user with this email, compared without case."""

    def users(self, *, text: str = "", page: int = 1, size: int = 50) -> Page[User]:
        """Sorted by email; `text` is part of an email or name."""

    def accounts(self, student_id: str) -> Sequence[User]:
        """Those that are linked to the student, sorted by email."""

    def accounts_of(self, student_ids: Sequence[str]) -> Mapping[str, User]:
        """The accounts of these students, by student id; of several of one student the first by email."""

    def has_admin(self) -> bool:
        """Whether the site has been set up."""

    def count_admins(self) -> int:
        """So that the last one is never removed."""


class AccountLinkStore(Protocol):
    """Links with which people set their own password. They go with their user."""

    def find_account_link(self, secret_hash: str) -> AccountLink | None:
        """Also one that was used or has expired."""

    def account_links(self, user_ids: Sequence[str], purpose: LinkPurpose) -> Mapping[str, AccountLink]:
        """Of these users, by user id; who has none is left out."""


class SessionStore(Protocol):
    """Where users are signed in. Sessions go with their user."""

    def add_session(self, session: Session) -> None:
        """Raises NotFound (user)."""

    def session(self, user_id: str, session_id: str) -> Session | None:
        """None where it was ended. Each request of somebody who is signed in asks this."""

    def sessions(self, user_id: str, now: datetime) -> Sequence[Session]:
        """Those that have not ended by now; last seen first."""

    def see_session(self, user_id: str, session_id: str, at: datetime, ends_at: datetime) -> None:
        """When it was seen last, and its new end. Nothing happens where it was ended."""

    def remove_session(self, user_id: str, session_id: str) -> None:
        """Nothing happens where it was ended."""

    def remove_sessions(self, user_id: str, keep: str | None = None) -> None:
        """All of the user's, or all but one."""

    def remove_ended_sessions(self, now: datetime) -> None:
        """Those whose end has come, unless the database forgets them by itself."""


class TokenStore(Protocol):
    """What programs act with for users. Tokens go with their user."""

    def find_access_token(self, secret_hash: str) -> AccessToken | None:
        """Also one that was revoked or has expired. Each request of a program asks this."""

    def access_tokens(self, user_id: str) -> Sequence[AccessToken]:
        """All of the user's, the newest first."""

    def see_access_token(self, user_id: str, token_id: str, at: datetime) -> None:
        """When it was used last. Nothing happens where it is gone."""


class SignInStore(Protocol):
    """Ways of signing in beside the password. They go with their user, and are written by `commit` alone."""

    def sign_on_account(self, account_id: str) -> SignOnAccount | None:
        """Of the school's sign-on; None where it is linked to nobody."""

    def sign_on_accounts(self, user_id: str) -> Sequence[SignOnAccount]:
        """All that are linked to this user, in the order in which they were."""

    def passkey(self, passkey_id: str) -> Passkey | None:
        """None where it is gone."""

    def passkeys(self, user_id: str) -> Sequence[Passkey]:
        """All of the user's, in the order in which they were made."""

    def face_login(self, user_id: str) -> FaceLogin | None:
        """None where it is not switched on."""


class RequestStore(Protocol):
    """Requests that programs named, so that the same sent again is done once. They go with their user."""

    def claim_request(self, request: RepeatableRequest) -> RepeatableRequest | None:
        """None where it is this one's turn; else the one of that id that was claimed before. Raises NotFound (user)."""

    def finish_request(self, request: RepeatableRequest) -> None:
        """With its status and place. Nothing happens where it is gone."""

    def forget_request(self, request: RepeatableRequest) -> None:
        """Only the one that was claimed at that moment; nothing happens where it is gone."""

    def remove_old_requests(self, before: datetime) -> None:
        """Those of before that moment, unless the database forgets them by itself."""


class CourseStore(Protocol):
    """Courses, their teachers and their rosters."""

    def course(self, course_id: str) -> Course:
        """Raises NotFound."""

    def find_course(self, code: str, section: str = "") -> Course | None:
        """By its own names."""

    def courses(self, *, teacher_id: str | None = None, student_id: str | None = None) -> Sequence[Course]:
        """All, or those of a teacher or a student; sorted by code and section."""

    def teachers(self, course_id: str) -> Sequence[User]:
        """Sorted by email."""

    def teachers_of(self, course_ids: Sequence[str]) -> Mapping[str, Sequence[User]]:
        """Of each of these courses that has any, sorted by email."""

    def roster(self, course_id: str) -> Sequence[Student]:
        """Sorted by name, then id."""


class ExternalIdStore(Protocol):
    """By which ids other systems know people and courses. They are written by `commit` alone."""

    def external_ids(self, source: str) -> Sequence[ExternalId]:
        """All that this source gave, by kind and id."""


class StudentStore(Protocol):
    """Students and their faces."""

    def student(self, student_id: str) -> Student:
        """Raises NotFound."""

    def student_by_key(self, key: str) -> Student:
        """Raises NotFound."""

    def students(
        self,
        *,
        text: str = "",
        course_id: str | None = None,
        teacher_id: str | None = None,
        page: int = 1,
        size: int = 50,
    ) -> Page[Student]:
        """Sorted by name, then id; `text` is part of an id or name; `teacher_id` limits to rosters of that teacher."""

    def face(self, face_id: str) -> Face:
        """Raises NotFound."""

    def faces(self, student_ids: Sequence[str] | None = None) -> Sequence[Face]:
        """Of these students, or of all; sorted by student id and time."""


class RenewalStore(Protocol):
    """Faces enrolled anew by another engine. They are stored beside those in use, and take their places all at once.

    They go with the face that they renew.
    """

    def outdated_faces(self, engine: str) -> Mapping[str, int]:
        """How many are in use that this engine neither made nor passed over, by the engines that made them."""

    def faces_to_renew(self, engine: str) -> Sequence[Face]:
        """The outdated ones that this engine has not enrolled anew; by student id, time and id."""

    def engine_counts(self) -> Sequence[EngineCount]:
        """Of all engines that made a face; sorted by name."""
