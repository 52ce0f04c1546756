"""Signing in with the own face: switched on by its owner, compared with nobody else, and never for admins.

Pictures are looked at and forgotten; what is stored is one vector, with the account that it opens.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from attendance.changes import RemoveFaceLogin, SaveFaceLogin
from attendance.committing import commit
from attendance.disk.files import DiskFile
from attendance.errors import BadPhoto, InvalidInput, NotAllowed, NotFound, SignInRefused
from attendance.model import AuditEntry, Face, FaceLogin, Purpose, RecordingKind, Role, Turn, TurnVerdict, User, Verdict
from attendance.rules.consent import has_consent
from attendance.rules.liveness import judge_turn
from attendance.rules.visits import best_look, verdict_of
from attendance.services import Services
from attendance.use_cases.people.accounts import check_login, find_by_email, named
from attendance.use_cases.site.reading import thresholds

FEWEST_FRAMES, MOST_FRAMES, MOST_FRAME_BYTES = 4, 10, 200_000
LEAST_FACE_PX = 64.0
"""Smaller faces are compared less strictly in lectures; not here."""
_COMPARED_LAST = 3
SIGNED_IN, ON, OFF = "signin.face", "facelogin.on", "facelogin.off"


def is_offered(services: Services) -> bool:
    """By the settings, and by an engine that gives vectors."""
    settings = services.settings
    return settings.face_login != "no" and settings.password_login and services.faces.gives_vectors


def switch_on(services: Services, user: User, frames: Sequence[bytes], turn: Turn, *, text_version: str) -> FaceLogin:
    """The user agreed to that text, and their password was asked for. In place of the face of before.

    Raises NotAllowed (admins, students without consent), InvalidInput (what the pictures lack), BadPhoto.
    """
    _check_may(services, user)
    reason = _what_is_wrong(services, frames, turn)
    if reason is not None:
        raise reason
    enrolled = services.faces.enrol(user.id, frames[0])
    if enrolled.vector is None or any(face.problems for face in enrolled.found.faces):
        raise InvalidInput("The picture is too dark, too bright, blurred or too small. Try again in better light.")
    now = services.now()
    face_login = FaceLogin(user.id, services.faces.name, enrolled.vector, now, text_version)
    if not _is_theirs(services, face_login, frames):
        raise InvalidInput("The pictures do not show one person throughout. Try again.")
    entry = AuditEntry(now, user.id, ON, named(user), f"text {text_version}" if text_version else "")
    commit(services, SaveFaceLogin(face_login), entry)
    return face_login


def switch_off(services: Services, user: User) -> None:
    """Raises NotFound."""
    commit(services, RemoveFaceLogin(user.id), AuditEntry(services.now(), user.id, OFF, named(user)))


def sign_in_by_face(services: Services, email: str, frames: Sequence[bytes], turn: Turn, *, password: str = "") -> User:
    """Whose address was typed, where it is their face. The same sentence for whatever is wrong with account or face.

    Raises SignInRefused, BadPhoto.
    """
    reason = _what_is_wrong(services, frames, turn)  # looked at first, so that the time says nothing of the account
    user = find_by_email(services, email)
    stored = services.store.face_login(user.id) if user is not None else None
    compared = stored or FaceLogin("", services.faces.name, (0.0,), services.now())
    is_theirs = reason is None and stored is not None and _is_theirs(services, compared, frames)
    if services.settings.face_login == "with_password":
        is_theirs = check_login(services, email, password) is not None and is_theirs
    if reason is not None:
        raise SignInRefused(reason.template, **reason.values)
    if not is_theirs or user is None or stored is None or not _may(services, user):
        raise SignInRefused("You were not recognised, or this is not switched on for you. Use your password.")
    now = services.now()
    commit(services, SaveFaceLogin(replace(stored, used_at=now)), AuditEntry(now, user.id, SIGNED_IN, named(user)))
    return user


def _check_may(services: Services, user: User) -> None:
    if user.role is Role.ADMIN:
        raise NotAllowed("Admins sign in with a password or a passkey, not with their face.")
    if not _may(services, user):
        raise NotAllowed("Your consent to face recognition is not on record, which this needs too. Ask your school.")


def _may(services: Services, user: User) -> bool:
    """Never an admin; a student only while their consent to face recognition stands."""
    if user.role is not Role.STUDENT:
        return user.role is Role.TEACHER
    try:
        student = services.store.student(user.student_id or "")
    except NotFound:
        return False
    return has_consent(student.consents, Purpose.FACE)


def _what_is_wrong(services: Services, frames: Sequence[bytes], turn: Turn) -> InvalidInput | None:
    """With the pictures, before anybody is compared. Raises BadPhoto."""
    if not FEWEST_FRAMES <= len(frames) <= MOST_FRAMES or any(len(frame) > MOST_FRAME_BYTES for frame in frames):
        raise BadPhoto("The camera's pictures did not arrive whole. Try again.")
    seen = services.faces.look(frames)
    if any(len(faces) > 1 for faces in seen):
        return InvalidInput("More than one person is in the picture. Try again alone.")
    if not seen[0]:
        return InvalidInput("No face is in the picture. Look at the camera, with light from before you.")
    left, _, right, _ = seen[0][0].box
    if right - left < LEAST_FACE_PX:
        return InvalidInput("Your face is too small in the picture. Come nearer.")
    verdict = judge_turn([faces[0].landmarks if faces else None for faces in seen], turn)
    return None if verdict is TurnVerdict.TURNED else _not_turned(verdict)


def _not_turned(verdict: TurnVerdict) -> InvalidInput:
    if verdict is TurnVerdict.OTHER_WAY:
        return InvalidInput("You turned the other way. Try again.")
    return InvalidInput("Your head was not seen turning. Begin straight ahead, then turn slowly, and try again.")


def _is_theirs(services: Services, stored: FaceLogin, frames: Sequence[bytes]) -> bool:
    """Sure in the first picture, by the threshold for a gallery of one, and the same person after the turn."""
    if stored.engine != services.faces.name:
        return False
    face = Face(stored.user_id, stored.user_id, stored.engine, "", "", 1.0, stored.agreed_at, stored.vector)
    if _verdict(services, face, frames[0]) is not Verdict.KNOWN:
        return False
    return any(_verdict(services, face, frame) is not Verdict.UNKNOWN for frame in frames[-_COMPARED_LAST:])


def _verdict(services: Services, face: Face, frame: bytes) -> Verdict:
    with _as_file(frame) as file:
        seen = services.faces.search(file, RecordingKind.SNAPSHOT, [face])
    best = best_look([seen], thresholds(services))
    own = [one for one in best if one.student_id == face.student_id]
    return verdict_of(own[0], thresholds(services)) if len(best) == 1 and own else Verdict.UNKNOWN


@contextmanager
def _as_file(jpeg: bytes) -> Iterator[DiskFile]:
    """As engines take it, in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="rollcall-sign-in-") as folder:
        file = DiskFile(Path(folder) / "face-1.jpg")
        file.path.write_bytes(jpeg)
        yield file


def forget_of_student(services: Services, student_id: str) -> None:
    """Their consent to face recognition was taken back: the vector goes. Called again, nothing happens."""
    for user in services.store.accounts(student_id):
        with suppress(NotFound):
            switch_off(services, user)
