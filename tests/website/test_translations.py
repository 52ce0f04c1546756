"""In another language errors are said in that language: on pages, in JSON, in forms, with their values in place."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import get_babel

import website
from attendance import languages
from attendance.errors import BadPhoto, BadRecording, InvalidInput, Phrase
from attendance.model import Course, OutboxItem, Student
from attendance.rules.stored_sentences import to_text
from attendance.services import Services
from tests.website.browsing import csrf, post_form
from tests.website.lecturing import tus, upload_recording
from website.sentences import in_words, reason_in_words, stored_in_words

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
    "The clip %(name)s is cut after %(seconds)s seconds: %(reason)s": (
        "La filmo %(name)s finiĝas post %(seconds)s sekundoj: %(reason)s"
    ),
    "Name changed.": "La nomo ŝanĝiĝis.",
    "The face was confirmed.": "La vizaĝo estis konfirmita.",
}
REGISTER = "/students/register"
AGAIN = b"id,name,consent\n21,Another name,\n"


@pytest.fixture
def app(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The site in Esperanto, with a catalogue of a few sentences."""
    catalogue = Catalog(locale="eo")
    for sentence, translation in SENTENCES.items():
        message = catalogue.add(sentence, translation, flags=["python-format"] if "%(" in sentence else [])
        assert not list(message.check(catalogue))
    path = tmp_path / "messages.po"
    with path.open("wb") as file:
        write_po(file, catalogue)
    monkeypatch.setattr(languages, "catalogue_path", lambda language: path)
    languages.catalogue.cache_clear()
    monkeypatch.setattr(get_babel(app), "locale_selector", lambda: "eo")
    yield app
    languages.catalogue.cache_clear()


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
        assert stored_in_words("100 %(x)s is 5% of it.") == "100 %(x)s is 5% of it."


def test_no_reason_is_no_sentence(app: Flask) -> None:
    with app.test_request_context():
        assert stored_in_words("") == ""
        assert stored_in_words(None) is None


CLIP = "The clip %(name)s is cut after %(seconds)s seconds: %(reason)s"


def stored(**values: object) -> str:
    return to_text(BadRecording(CLIP, **{"name": "a.mp4", "seconds": 12, **values}))


def test_a_stored_sentence_with_values_is_translated_wherever_it_is_shown(
    admin_client: FlaskClient, app: Flask, services: Services, course: Course
) -> None:
    words = "La filmo a.mp4 finiĝas post 12 sekundoj: Neniu vizaĝo."
    text = stored(reason=BadPhoto("There is no face in this photo."))
    lecture_id, recording_id = upload_recording(admin_client, course.id, b"video 60")
    now = services.now()
    services.store.claim_search(recording_id, "worker", now, now)
    services.store.fail_search(recording_id, "worker", text)
    services.store.commit(OutboxItem("imports", "student 21", "{}", now, now))
    (item,) = services.store.outbox("imports")
    services.store.postpone_outbox(replace(item, attempts=14, error=text, due_at=None))
    assert words in admin_client.get(f"/lectures/{lecture_id}").text
    assert admin_client.get(f"/api/v1/recordings/{recording_id}").json["error"] == words
    assert words in admin_client.get("/outbox/").text
    english = "The clip a.mp4 is cut after 12 seconds: There is no face in this photo."
    assert english in app.test_cli_runner().invoke(args=["outbox", "list", "--json"]).output


def test_what_was_stored_with_its_values_filled_in_is_shown_as_it_is(
    teacher_client: FlaskClient, services: Services, course: Course
) -> None:
    lecture_id, recording_id = upload_recording(teacher_client, course.id, b"video 60")
    now = services.now()
    services.store.claim_search(recording_id, "worker", now, now)
    services.store.release_claim(recording_id, "worker", "The clip a.mp4 is cut after 12 seconds.")
    assert "The clip a.mp4 is cut after 12 seconds." in teacher_client.get(f"/lectures/{lecture_id}").text


def test_the_report_of_an_import_is_translated(admin_client: FlaskClient, student: Student) -> None:
    data = {"csrf_token": csrf(admin_client, "/students/import"), "csv": (io.BytesIO(AGAIN), "list.csv")}
    begun = admin_client.post("/students/import", data=data, content_type="multipart/form-data")
    page = begun.headers["Location"]
    post_form(admin_client, f"{page}/continue", token_from=page)
    assert "La nomo ŝanĝiĝis." in admin_client.get(page).text
    assert "La nomo ŝanĝiĝis." in admin_client.get(f"{page}/report.csv").text


def test_why_a_button_set_a_mark_is_translated_and_what_people_type_is_not(app: Flask) -> None:
    with app.test_request_context():
        assert reason_in_words("The face was confirmed.") == "La vizaĝo estis konfirmita."
        assert reason_in_words("Not found") == "Not found"
        assert reason_in_words("") == ""


def test_no_page_shows_a_stored_sentence_untranslated() -> None:
    shown = re.compile(r"\{\{ *\w+\.(?:error|refusal)\b(?! \| stored_in_words)")
    pages = sorted(Path(website.__file__).parent.rglob("*.html"))
    assert [(page.name, words) for page in pages for words in shown.findall(page.read_text("utf-8"))] == []
