"""Students: the list, one, registration, changes, photos, consents and removal."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_smorest.fields import Upload

from attendance.errors import InvalidInput, NotFound, Phrase
from attendance.model import GivenBy, Manner, Purpose, Role
from attendance.picture_turns import one_picture_at_a_time
from attendance.rules.consent import OFFERED, WITH_A_PHOTO, has_consent
from attendance.use_cases.people.reading import StudentCard, student_cards
from attendance.use_cases.students.consents import Given, record_consent, withdraw_consent
from attendance.use_cases.students.photos import add_photos, remove_photo
from attendance.use_cases.students.registering import change_student, register_student
from attendance.use_cases.students.removing import remove_student
from website.access import course_or_404, student_or_404, visible_courses
from website.config import MOST_PHOTOS_PER_FORM
from website.current import current_services, signed_in_user
from website.openapi.schemas import Choice, LenientSchema, Text
from website.rest.blueprint import STAFF, blueprint, check_version
from website.rest.paging import PageAnswer, PageQuery, page_of
from website.students.answers import Photos

_MOST_TEXT = 100


class StudentsQuery(PageQuery):
    """Which students."""

    text = Text(load_default="", metadata={"description": "Part of an id or a name."})
    course = Text(load_default="", metadata={"description": "The id of a course: those on its roster."})


class ConsentAnswer(ma.Schema):
    """One consent of a student's record."""

    purpose = ma.fields.String()
    given_on = ma.fields.Date()
    given_by = ma.fields.String(allow_none=True)
    manner = ma.fields.String(allow_none=True)
    note = ma.fields.String()
    text_version = ma.fields.String()
    recorded_at = ma.fields.AwareDateTime(allow_none=True)
    withdrawn_at = ma.fields.AwareDateTime(allow_none=True)


class ListedStudentAnswer(ma.Schema):
    """A student in a list."""

    key = ma.fields.String(metadata={"description": "Names the student in addresses."})
    id = ma.fields.String(metadata={"description": "The school's own."})
    name = ma.fields.String()
    created_at = ma.fields.AwareDateTime()
    photos = ma.fields.Integer(metadata={"description": "How many are enrolled."})
    consent_on = ma.fields.Date(allow_none=True, metadata={"description": "To photos, where it stands."})
    consents = ma.fields.List(ma.fields.Nested(ConsentAnswer), metadata={"description": "For admins alone."})


class StudentAnswer(ListedStudentAnswer):
    """A student, with the courses of theirs that you may see."""

    courses = ma.fields.List(ma.fields.String(), metadata={"description": "Ids."})


class StudentsAnswer(PageAnswer):
    """A page of students, sorted by name."""

    items = ma.fields.List(ma.fields.Nested(ListedStudentAnswer))


class _GivenFields(LenientSchema):
    given_by = Choice(GivenBy, load_default=None)
    manner = Choice(Manner, load_default=None)
    note = Text(load_default="")
    text_version = Text(load_default="", metadata={"description": "Of the text that was agreed to."})


class NewStudentSchema(_GivenFields):
    """A student to register. Photos need a consent: its day, who gave it, and how."""

    id = Text(required=True, metadata={"description": "The school's own."})
    name = Text(required=True)
    consent_on = ma.fields.Date(
        load_default=None,
        error_messages=dict.fromkeys(("invalid", "null"), Phrase("must be a day, such as 2026-03-02.")),
        metadata={"description": "The day on which it was agreed that photos are used; without it there are none."},
    )
    courses = ma.fields.List(Text(), load_default=list, metadata={"description": "Ids of courses."})


class PhotosSchema(LenientSchema):
    """Photos, each with one face."""

    photos = ma.fields.List(Upload(), load_default=list)


class RegistrationSchema(NewStudentSchema, PhotosSchema):
    """A student to register, as a form: a consent names its day, who gave it and how."""


class ChangedStudentSchema(LenientSchema):
    """What can be changed of a student."""

    name = Text(required=True)


class NewConsentSchema(_GivenFields):
    """A consent to one or more purposes."""

    purposes = ma.fields.List(Choice(OFFERED), required=True)
    given_on = ma.fields.Date(
        required=True,
        error_messages=dict.fromkeys(("invalid", "null", "required"), Phrase("must be a day, such as 2026-03-02.")),
    )
    given_by = Choice(GivenBy, required=True)
    manner = Choice(Manner, required=True)


class PhotoAnswer(ma.Schema):
    """One photo of a student, with the face that was found in it."""

    id = ma.fields.String()
    engine = ma.fields.String(metadata={"description": "What enrolled it."})
    quality = ma.fields.Float(metadata={"description": "From 0 to 1."})
    created_at = ma.fields.AwareDateTime()


class PhotosAnswer(ma.Schema):
    """The photos of a student."""

    items = ma.fields.List(ma.fields.Nested(PhotoAnswer))


@blueprint.operation("GET", "/students", "students:read", *STAFF)
@blueprint.arguments(StudentsQuery, location="query")
@blueprint.response(200, StudentsAnswer)
def students(asked: dict[str, Any]) -> ResponseReturnValue:
    """The students that you may see; teachers see those on their rosters."""
    user, services = signed_in_user(), current_services()
    found = services.store.students(
        text=asked["text"].replace("\0", "").strip()[:_MOST_TEXT],
        course_id=course_or_404(asked["course"]).id if asked["course"] else None,
        teacher_id=user.id if user.role is Role.TEACHER else None,
        page=asked["page"],
        size=asked["size"],
    )
    return page_of(found, [_shown(card) for card in student_cards(services, found.items)])


@blueprint.operation("POST", "/students", "students:write", Role.ADMIN)
@blueprint.doc(requestBody={"content": {"multipart/form-data": {"schema": RegistrationSchema}}})
@blueprint.arguments(NewStudentSchema, location="form", content_type="multipart/form-data")
@blueprint.arguments(PhotosSchema, location="files")
@blueprint.response(201, StudentAnswer)
@blueprint.refuses(404, 409, 422)
def register(words: dict[str, Any], files: dict[str, Any]) -> ResponseReturnValue:
    """Register a student, with photos or without."""
    with one_picture_at_a_time:
        registered = register_student(
            current_services(),
            student_id=words["id"],
            name=words["name"],
            consent_on=words["consent_on"],
            given=_given(words) if words["consent_on"] else None,
            course_ids=words["courses"],
            photos=_photos(files),
            by=signed_in_user().id,
        )
    key = registered.student.key
    return _one(key), 201, {"Location": url_for("rest.student", student_key=key)}


@blueprint.operation("GET", "/students/<student_key>", "students:read", *STAFF)
@blueprint.response(200, StudentAnswer)
@blueprint.refuses(404)
def student(student_key: str) -> dict[str, Any]:
    """One student."""
    return _one(student_key)


@blueprint.operation("PATCH", "/students/<student_key>", "students:write", Role.ADMIN, versioned=True)
@blueprint.arguments(ChangedStudentSchema)
@blueprint.response(200, StudentAnswer)
@blueprint.refuses(404, 412)
def change(words: dict[str, Any], student_key: str) -> dict[str, Any]:
    """Change the name."""
    found = student_or_404(student_key)
    check_version(student, student_key=student_key)
    change_student(current_services(), found.id, name=words["name"], by=signed_in_user().id)
    return _one(student_key)


@blueprint.operation("DELETE", "/students/<student_key>", "students:write", Role.ADMIN, versioned=True)
@blueprint.response(204)
@blueprint.refuses(404, 412)
def remove(student_key: str) -> None:
    """Remove a student everywhere, with photos, faces, evidence, marks and account."""
    found = student_or_404(student_key)
    check_version(student, student_key=student_key)
    remove_student(current_services(), found.id, by=signed_in_user().id)


@blueprint.operation("GET", "/students/<student_key>/photos", "students:read", *STAFF)
@blueprint.response(200, PhotosAnswer)
@blueprint.refuses(404)
def photos(student_key: str) -> dict[str, Any]:
    """The photos of a student, the oldest first."""
    return {"items": current_services().store.faces([student_or_404(student_key).id])}


@blueprint.operation("POST", "/students/<student_key>/photos", "students:write", Role.ADMIN)
@blueprint.arguments(PhotosSchema, location="files")
@blueprint.response(201, PhotosAnswer)
@blueprint.refuses(404, 422)
def add_some_photos(files: dict[str, Any], student_key: str) -> ResponseReturnValue:
    """Add photos to a student who agreed, all or none."""
    found, sent = student_or_404(student_key), _photos(files)
    if not sent:
        raise InvalidInput("Choose a photo first.", field="photos")
    with one_picture_at_a_time:
        add_photos(current_services(), found.id, sent, by=signed_in_user().id)
    return photos(student_key), 201, {"Location": url_for("rest.photos", student_key=student_key)}


@blueprint.operation("DELETE", "/students/<student_key>/photos/<photo_id>", "students:write", Role.ADMIN)
@blueprint.response(204)
@blueprint.refuses(404)
def remove_one_photo(student_key: str, photo_id: str) -> None:
    """Remove a photo and its face."""
    remove_photo(current_services(), student_or_404(student_key).id, photo_id, by=signed_in_user().id)


@blueprint.operation("POST", "/students/<student_key>/consents", "students:write", Role.ADMIN)
@blueprint.arguments(NewConsentSchema)
@blueprint.response(201, StudentAnswer)
@blueprint.refuses(404)
def add_consent(words: dict[str, Any], student_key: str) -> ResponseReturnValue:
    """Record a consent."""
    given = _given(words, tuple(map(Purpose, words["purposes"])))
    record_consent(current_services(), student_or_404(student_key).id, words["given_on"], given, by=signed_in_user().id)
    return _one(student_key), 201, {"Location": url_for("rest.student", student_key=student_key)}


@blueprint.operation("DELETE", "/students/<student_key>/consents/<purpose>", "students:write", Role.ADMIN)
@blueprint.response(204)
@blueprint.refuses(404)
def withdraw(student_key: str, purpose: str) -> None:
    """Take back the consent to one purpose; what hangs on it is erased."""
    found = student_or_404(student_key)
    named = next((one for one in Purpose if one.value == purpose and has_consent(found.consents, one)), None)
    if named is None:
        raise NotFound("There is no such consent.")
    withdraw_consent(current_services(), found.id, [named], by=signed_in_user().id)


def _one(student_key: str) -> dict[str, Any]:
    card = student_cards(current_services(), [student_or_404(student_key)], visible_courses())[0]
    return _shown(card) | {"courses": [course.id for course in card.courses]}


def _shown(card: StudentCard) -> dict[str, Any]:
    one = card.student
    record = {"consents": one.consents} if signed_in_user().role is Role.ADMIN else {}  # as on the page
    return {
        "key": one.key,
        "id": one.id,
        "name": one.name,
        "created_at": one.created_at,
        "photos": len(card.faces),
        "consent_on": one.consent_on,
        **record,
    }


def _given(words: dict[str, Any], purposes: tuple[Purpose, ...] = WITH_A_PHOTO) -> Given:
    """Raises InvalidInput where nobody knows who gave it, or how."""
    if words["given_by"] is None:
        raise InvalidInput("Say who agreed: the student or a guardian.", field="given_by")
    if words["manner"] is None:
        raise InvalidInput("Say how the consent was given.", field="manner")
    return Given(
        by=GivenBy(words["given_by"]),
        manner=Manner(words["manner"]),
        note=words["note"],
        text_version=words["text_version"],
        purposes=purposes,
    )


def _photos(files: dict[str, Any]) -> Photos:
    """Raises InvalidInput where there are more than one form takes."""
    sent = [file for file in files["photos"] if file.filename]
    if len(sent) > MOST_PHOTOS_PER_FORM:
        raise InvalidInput("Choose at most %(most)s photos at a time.", most=MOST_PHOTOS_PER_FORM, field="photos")
    return Photos(sent)
