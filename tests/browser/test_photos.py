"""Photos of students: taken with a camera, chosen badly, imported by the dozen."""

from __future__ import annotations

import io
import zipfile

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.conftest import SignedIn
from tests.browser.films import NEWCOMER, PRESENT, photo_from_far, photo_of, photo_of_nobody, photo_of_two
from tests.browser.late_script import LateScript
from tests.browser.school import ADMIN, School
from tests.browser.watching import Watch, breaches

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def register_page(signed_in: SignedIn) -> Page:
    """Where an admin registers students."""
    page = signed_in(ADMIN)
    page.goto("/students/register")
    return page


def test_a_student_is_registered_with_the_camera(register_page: Page) -> None:
    page = register_page
    _say_who(page, "C-1", "Student C")
    page.get_by_role("button", name="Use the camera").click()
    dialog = page.get_by_role("dialog", name="Take a picture")
    dialog.get_by_role("button", name="Take the picture").click()
    assert breaches(page) == []
    dialog.get_by_role("button", name="Use this picture").click()
    card = _card(page, "camera-1.jpg")
    expect(card).to_contain_text("One face")
    expect(card.locator("rect.chosen")).to_have_count(1)
    page.get_by_role("button", name="Register", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Student C")).to_be_visible()
    expect(page.get_by_alt_text("Photo of Student C")).to_be_visible()


def test_a_photo_that_was_chosen_before_the_script_was_there_is_shown(register_page: Page) -> None:
    page = register_page
    script = LateScript(page, "photo_picker.js")
    page.goto("/students/register", wait_until="commit")
    page.locator("input[type=file]").set_input_files(_file("early.jpg", photo_of(NEWCOMER)))
    script.comes()
    expect(_card(page, "early.jpg").locator("rect.chosen")).to_have_count(1)


def test_a_photo_that_cannot_be_used_says_why_and_nobody_is_registered(register_page: Page, watch: Watch) -> None:
    page = register_page
    watch.expected_statuses = {422}
    _say_who(page, "C-2", "Student D")
    photos = {
        "two.jpg": photo_of_two(),
        "nobody.jpg": photo_of_nobody(),
        "far.jpg": photo_from_far(),
        "words.jpg": b"These are words.",
    }
    page.locator("input[type=file]").set_input_files([_file(name, photo) for name, photo in photos.items()])
    expect(_card(page, "two.jpg")).to_contain_text("faces")
    expect(_card(page, "nobody.jpg")).to_contain_text("No face")
    expect(_card(page, "far.jpg")).to_contain_text("The face is small; come nearer to the camera.")
    expect(_card(page, "words.jpg").locator(".finding-bad")).to_have_count(1)
    assert breaches(page) == []
    page.get_by_role("button", name="Register", exact=True).click()
    expect(page.locator("[data-field-error=photos]")).to_be_visible()
    page.goto("/students/?text=Student+D")
    expect(page.get_by_role("heading", name="Nobody found")).to_be_visible()


def test_a_photo_of_a_registered_student_is_pointed_out(register_page: Page, school: School) -> None:
    page = register_page
    _say_who(page, "C-3", "Student E")
    page.locator("input[type=file]").set_input_files([_file("again.jpg", photo_of(PRESENT))])
    card = _card(page, "again.jpg")
    expect(card).to_contain_text(f"Looks like {school.present.name} ({school.present.id})")
    expect(card.get_by_role("img", name=f"Photo of {school.present.name}")).to_be_visible()
    assert breaches(page) == []


def test_a_list_and_its_photos_are_imported_with_a_report(signed_in: SignedIn) -> None:
    page = signed_in(ADMIN)
    page.goto("/students/import")
    rows = "id;name;photos;consent\nI-1;Student 41;one.jpg;2026-03-02\nI-2;Student 42;none.jpg;2026-03-02\nI-3;;;\n"
    page.get_by_label("List of students (CSV or Excel)").set_input_files(
        {"name": "class.csv", "mimeType": "text/csv", "buffer": f"\ufeff{rows}".encode()}
    )
    page.get_by_label("Photos (ZIP)").set_input_files(
        {"name": "photos.zip", "mimeType": "application/zip", "buffer": _zip({"one.jpg": photo_of(NEWCOMER)})}
    )
    page.get_by_label("CS101 (1)").check()
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_role("heading", level=1, name="Import report")).to_be_visible()
    expect(page.get_by_role("row", name="Student 41")).to_contain_text("Added")
    expect(page.get_by_role("row", name="I-2")).to_contain_text("none.jpg")
    expect(page.get_by_role("row", name="I-3")).to_contain_text("Refused")
    assert breaches(page) == []
    page.get_by_role("link", name="Go to the course").click()
    expect(page.get_by_role("row", name="Student 41")).to_be_visible()


def _say_who(page: Page, student_id: str, name: str) -> None:
    page.get_by_label("Student id").fill(student_id)
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("The student, or a guardian").check()
    page.get_by_label("Who agreed").select_option("A guardian")
    page.get_by_label("How", exact=True).select_option("On paper")


def _card(page: Page, photo: str) -> Locator:
    return page.get_by_role("list", name="Chosen photos").locator(".photo-card").filter(has_text=photo)


def _file(name: str, photo: bytes) -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": photo}


def _zip(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()
