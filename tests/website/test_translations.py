"""In another language errors are said in that language: on pages, in JSON, in forms, with their values in place."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import get_babel

from attendance.errors import BadPhoto, InvalidInput, Phrase
from attendance.model import Course, Student
from attendance.services import Services
from tests.website.browsing import csrf, post_form
from tests.website.lecturing import tus, upload_recording
from website.sentences import in_words, kept_in_words

SENTENCES = {
    "There is no such course.": "Tiu kurso ne ekzistas.",
    "This server speaks tus %(version)s; send the header Tus-Resumable: %(version)s.": "Nur tus %(version)s.",
    "The student id %(student_id)s is already registered.": "La numero %(student_id)s jam estas registrita.",
    "%(what)s contains a character that cannot be seen, such as a line break.": "Nevidebla signo: %(what)s.",
    "The name": "la nomo",
    "Photo %(number)s: %(reason)s": "Foto %(number)s: %(reason)s",
    "There is no face in this photo.": "Neniu vizaĝo.",
    "No face was found in this photo.": "Neniu vizaĝo troviĝis.",
    "The file of this recording is not there any more.": "La dosiero mankas.",
    "Not found": "Ne trovita",
}
REGISTER = "/students/register"


@pytest.fixture
def app(app: Flask, tmp_path: Path) -> Flask:
    """The site in Esperanto, with a catalogue of a few sentences."""
    catalogue = Catalog(locale="eo")
    for sentence, translation in SENTENCES.items():
        message = catalogue.add(sentence, translation, flags=["python-format"] if "%(" in sentence else [])
        assert not list(message.check(catalogue))
    folder = tmp_path / "translations/eo/LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, catalogue)
    babel = get_babel(app)
    babel.default_locale, babel.translation_directories = "eo", [str(tmp_path / "translations")]
    return app


def register(client: FlaskClient, *photos: bytes, **more: str):
    fields = {"student_id": "52", "name": "Student 52", "consented": "y", "consent_on": "2026-03-01"}
    fields |= {"given_by": "guardian", "manner": "paper", "text_version": "1"} | more
    data = {
        "csrf_token": csrf(client, REGISTER),
        "photos": [(io.BytesIO(data), "photo.jpg") for data in photos],
        **fields,
    }
    return client.post(REGISTER, data=data, headers={"Accept": "application/json"}, content_type="multipart/form-data")


def test_an_error_page_is_translated(admin_client: FlaskClient) -> None:
    page = admin_client.get("/courses/nothing")
    assert page.status_code == 404
    assert "Tiu kurso ne ekzistas." in page.text
    assert "Ne trovita" in page.text
    assert "There is no such course." not in page.text


def test_an_error_in_json_is_translated_with_its_values(teacher_client: FlaskClient) -> None:
    answer = tus(teacher_client, "POST", "/api/v1/uploads", {"Tus-Resumable": "0.2"})
    assert (answer.status_code, answer.json["error"]["message"]) == (412, "Nur tus 1.0.0.")


def test_an_error_of_a_form_is_translated_with_its_values(admin_client: FlaskClient, student: Student) -> None:
    answer = register(admin_client, student_id=student.id)
    assert answer.json["fields"]["student_id"] == ["La numero 21 jam estas registrita."]
    page = post_form(admin_client, REGISTER, student_id=student.id, name="Student 21")
    assert "La numero 21 jam estas registrita." in page.text


def test_words_of_ours_inside_a_sentence_are_translated(admin_client: FlaskClient) -> None:
    assert register(admin_client, name="Stu\u202edent").json["fields"]["name"] == ["Nevidebla signo: la nomo."]


def test_a_sentence_inside_a_sentence_is_translated(admin_client: FlaskClient) -> None:
    answer = register(admin_client, b"face:52", b"face:")
    assert answer.json["fields"]["photos"] == ["Foto 2: Neniu vizaĝo."]


def test_what_is_wrong_with_a_chosen_photo_is_translated(admin_client: FlaskClient) -> None:
    answer = admin_client.post(
        "/students/photo-check",
        data={"photo": (io.BytesIO(b"face:"), "photo.jpg"), "consented": "yes"},
        headers={"Accept": "application/json", "X-CSRFToken": csrf(admin_client, REGISTER)},
        content_type="multipart/form-data",
    )
    assert answer.json["refusal"] == "Neniu vizaĝo troviĝis."


def test_the_stored_reason_of_a_failed_search_is_translated(
    teacher_client: FlaskClient, services: Services, course: Course
) -> None:
    lecture_id, recording_id = upload_recording(teacher_client, course.id, b"video 60")
    now = services.now()
    services.store.claim_search(recording_id, "worker", now, now)
    services.store.fail_search(recording_id, "worker", "The file of this recording is not there any more.")
    assert "La dosiero mankas." in teacher_client.get(f"/lectures/{lecture_id}").text
    assert teacher_client.get(f"/api/v1/recordings/{recording_id}").json["error"] == "La dosiero mankas."


def test_values_are_not_translated_and_their_signs_stay(app: Flask) -> None:
    error = InvalidInput("The student id %(student_id)s is already registered.", student_id="The name %(x)s 5%")
    with app.test_request_context():
        assert in_words(error) == "La numero The name %(x)s 5% jam estas registrita."
        phrase = InvalidInput("%(what)s is missing.", what=Phrase("The name"))
        assert in_words(phrase) == "la nomo is missing."  # a sentence that is not translated yet


def test_sentences_without_values_keep_their_percent_signs(app: Flask) -> None:
    with app.test_request_context():
        assert in_words(BadPhoto("100 %(x)s is 5% of it.")) == "100 %(x)s is 5% of it."
        assert kept_in_words("100 %(x)s is 5% of it.") == "100 %(x)s is 5% of it."


def test_no_reason_is_no_sentence(app: Flask) -> None:
    with app.test_request_context():
        assert kept_in_words("") == ""
        assert kept_in_words(None) is None
