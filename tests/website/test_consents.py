"""The consents of a student: the list, the form to record one, and the question before one is taken back."""

from __future__ import annotations

import re
from datetime import date

import pytest
from flask.testing import FlaskClient

from attendance.model import GivenBy, Manner, Purpose, Student, User
from attendance.services import Services
from attendance.use_cases.students.registering import register_student
from tests.website.browsing import photo, post_form
from tests.website.test_students import JSON, register

FIELDS = {"purposes": ["face", "evidence"], "consent_on": "2026-03-02", "given_by": "guardian", "manner": "paper"}


@pytest.fixture
def nobody_agreed(services: Services) -> Student:
    return register_student(services, student_id="70", name="Student 70", consent_on=None, by=None).student


def record(client: FlaskClient, student: Student, **more: object):
    fields = {**FIELDS, "text_version": "1", "note": "file A", **more}
    return post_form(client, f"/students/{student.key}/consents/record", **fields)


def page_of(client: FlaskClient, student: Student) -> str:
    page = client.get(f"/students/{student.key}").text
    return re.sub(r"\s+", " ", re.sub("[\u2068\u2069]", "", page))


def test_registering_records_who_agreed_how_and_to_which_text(admin_client: FlaskClient, services: Services):
    register(admin_client, photo(), note="file A")
    for consent, purpose in zip(services.store.student("52").consents, ("face", "evidence"), strict=True):
        assert (consent.purpose, consent.given_on) == (purpose, date(2026, 3, 1))
        assert (consent.given_by, consent.manner) == (GivenBy.GUARDIAN, Manner.PAPER)
        assert (consent.note, consent.text_version) == ("file A", "1")


@pytest.mark.parametrize("field", ["given_by", "manner"])
@pytest.mark.parametrize("wrong", ["", "somebody", None])
def test_a_consent_of_which_nobody_knows_who_or_how_is_refused(
    admin_client: FlaskClient, services: Services, field: str, wrong: str | None
):
    answer = register(admin_client, headers=JSON, **{field: wrong})
    assert list(answer.json["fields"]) == [field]
    assert services.store.students().items == []


def test_without_a_tick_the_fields_of_the_consent_count_for_nothing(admin_client: FlaskClient, services: Services):
    assert register(admin_client, consented=None, given_by="somebody", manner=None).status_code == 302
    assert services.store.student("52").consents == ()


def test_a_consent_is_recorded_and_listed(
    admin_client: FlaskClient, services: Services, admin: User, nobody_agreed: Student
):
    assert "Nothing is recorded" in page_of(admin_client, nobody_agreed)
    form = admin_client.get(f"/students/{nobody_agreed.key}/consents/record").text
    assert re.search('name="text_version"[^>]* value="1"', form)
    assert "under 14" in form
    answer = record(admin_client, nobody_agreed)
    assert answer.location == f"/students/{nobody_agreed.key}"
    page = page_of(admin_client, nobody_agreed)
    for words in (
        "Photos and face recognition",
        "Pictures as evidence",
        "A guardian",
        "On paper",
        "file A",
        "version 1",
    ):
        assert words in page
    assert [one.recorded_by for one in services.store.student("70").consents] == [admin.id] * 2


def test_only_what_this_site_makes_use_of_is_offered(admin_client: FlaskClient, nobody_agreed: Student):
    form = admin_client.get(f"/students/{nobody_agreed.key}/consents/record").text
    assert re.findall('name="purposes"[^>]* value="([a-z]+)"', form) == ["face", "evidence", "visits"]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"purposes": []}, "Choose what the consent is for."),
        ({"purposes": ["webcam"]}, "choice"),
        ({"consent_on": ""}, "Say on which date"),
        ({"consent_on": "2999-01-01"}, "must not be in the future"),
        ({"given_by": ""}, "Say who agreed"),
        ({"manner": ""}, "Say how"),
        ({"note": "a\u202eb"}, "cannot be seen"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_recorded(
    admin_client: FlaskClient, services: Services, nobody_agreed: Student, wrong: dict[str, object], sentence: str
):
    answer = record(admin_client, nobody_agreed, **wrong)
    assert sentence in answer.text
    assert services.store.student("70").consents == ()


def test_taking_photos_back_says_what_goes_and_erases_it(
    admin_client: FlaskClient, services: Services, enrolled: Student
):
    url = f"/students/{enrolled.key}/consents/face/withdraw"
    assert "1 photo and its face are erased" in admin_client.get(url).text
    assert services.store.faces()
    answer = post_form(admin_client, url)
    assert "Consent was taken back" in admin_client.get(answer.location).text
    assert services.store.faces() == []
    assert list(services.media.keys()) == []
    page = page_of(admin_client, enrolled)
    assert "Taken back on" in page
    assert "none; no photo can be stored" in page


def test_a_consent_is_taken_back_once(admin_client: FlaskClient, services: Services, enrolled: Student):
    url = f"/students/{enrolled.key}/consents/evidence/withdraw"
    assert "pictures of the student beside marks are erased" in admin_client.get(url).text
    post_form(admin_client, url)
    assert admin_client.get(url).status_code == 404
    assert [one.purpose for one in services.store.student("60").consents if one.stands] == [Purpose.FACE]
    for purpose in ("visits", "nonsense"):
        assert admin_client.get(f"/students/{enrolled.key}/consents/{purpose}/withdraw").status_code == 404


def test_teachers_see_the_day_and_neither_list_nor_forms(
    teacher_client: FlaskClient, admin_client: FlaskClient, enrolled: Student
):
    for path in ("record", "face/withdraw"):
        assert teacher_client.get(f"/students/{enrolled.key}/consents/{path}").status_code == 403
