"""The main road once, as a newcomer walks it: from the set-up link to a right attendance log and a removed student."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Locator, Page, expect

from tests.browser.films import LATE, LATE_FROM_S, PRESENT, UNSURE, UNSURE_FROM_S, photo_of
from tests.browser.running_site import RunningSite

pytestmark = pytest.mark.browser

ADMIN, TEACHER, STUDENT = (f"{who}@example.org" for who in ("ada", "teacher", "student"))
PASSWORD = "a chair of green glass"


@pytest.fixture
def origin(new_site: RunningSite) -> str:
    """The road begins where nobody is."""
    return new_site.url


def test_a_newcomer_gets_from_the_setup_link_to_a_right_log(
    page: Page, new_site: RunningSite, lecture_film: Path, tmp_path: Path
) -> None:
    _make_the_first_admin(page, new_site.setup_link())
    _sign_out(page)
    _sign_in_after_a_slip(page, ADMIN)
    _add_teacher(page)
    _add_course(page)
    for number, seed in ((21, PRESENT), (22, LATE), (23, UNSURE), (24, None)):
        _register(page, number, seed)
    _add_account_of_student(page)
    _sign_out(page)
    _sign_in(page, TEACHER)
    _upload(page, lecture_film)
    _read_the_marks(page)
    _jump_to_a_second(page)
    _decide_about_the_unsure_one(page)
    _correct_a_mark(page)
    _read_the_log(page)
    _compare_downloads(page, tmp_path)
    lecture = page.url
    _sign_out(page)
    _see_only_the_own_attendance(page, lecture)
    _sign_in(page, ADMIN)
    _remove_a_student(page)
    _sign_out(page)


def _make_the_first_admin(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("Name").fill("Ada Example")
    page.get_by_label("Email").fill(ADMIN)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Make the admin account").click()
    expect(page.get_by_text("Welcome to Rollcall.")).to_be_visible()


def _sign_out(page: Page) -> None:
    page.get_by_role("button", name="@example.org").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()


def _sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    page.goto("/login")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def _sign_in_after_a_slip(page: Page, email: str) -> None:
    _sign_in(page, email, "a chair of red glass")
    expect(page.get_by_role("alert")).to_have_text("Email or password is wrong.")
    _sign_in(page, email)
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()


def _go_to(page: Page, topic: str) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name=topic, exact=True).click()


def _add_teacher(page: Page) -> None:
    _go_to(page, "Users")
    page.get_by_role("link", name="Add user").click()
    page.get_by_label("Name").fill("Teacher Example")
    page.get_by_label("Email").fill(TEACHER)
    page.get_by_label("Role").select_option("Teacher")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Add user", exact=True).click()
    expect(page.get_by_role("rowheader", name=TEACHER)).to_be_visible()


def _add_course(page: Page) -> None:
    _go_to(page, "Courses")
    page.get_by_role("link", name="Add a course").first.click()
    page.get_by_label("Code").fill("CS101")
    page.get_by_label("Section").fill("1")
    page.get_by_label("Name").fill("Computing")
    page.get_by_label("Late after (minutes)").fill("0")
    page.get_by_role("button", name="Add the course", exact=True).click()
    page.get_by_role("link", name="Choose").click()
    page.get_by_label("Teacher Example").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(TEACHER)).to_be_visible()
    expect(page.get_by_text("0 minutes", exact=True)).to_be_visible()


def _register(page: Page, number: int, seed: int | None) -> None:
    _go_to(page, "Students")
    page.get_by_role("link", name="Register a student").first.click()
    page.get_by_label("Student id").fill(f"20260{number}")
    page.get_by_label("Name", exact=True).fill(f"Student {number}")
    expect(page.get_by_label("CS101 (1)")).to_be_checked()  # the only course there is
    page.get_by_label("The student, or a guardian").check()
    page.get_by_label("Who agreed").select_option("A guardian")
    page.get_by_label("How", exact=True).select_option("On paper")
    if seed is not None:
        photo = {"name": f"{number}.jpg", "mimeType": "image/jpeg", "buffer": photo_of(seed)}
        page.locator("input[type=file]").set_input_files(photo)  # type: ignore[arg-type]
        expect(page.get_by_text("One face, clear enough to be recognised.")).to_be_visible()
        expect(page.locator("svg.faces rect.chosen")).to_have_count(1)
    page.get_by_role("button", name="Register", exact=True).click()
    expect(page.get_by_role("heading", level=1, name=f"Student {number}")).to_be_visible()


def _add_account_of_student(page: Page) -> None:
    _go_to(page, "Users")
    page.get_by_role("link", name="Add user").click()
    page.get_by_label("Name").fill("Student 21")
    page.get_by_label("Email").fill(STUDENT)
    page.get_by_label("Role").select_option("Student")
    page.get_by_label("Student id").fill("2026021")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Add user", exact=True).click()
    expect(page.get_by_role("rowheader", name=STUDENT)).to_be_visible()


def _upload(page: Page, film: Path) -> None:
    """All of it without leaving the page: the mark that is left in it would be gone."""
    page.get_by_role("link", name="Upload a recording").first.click()
    expect(page.get_by_role("heading", level=1, name="Upload a recording")).to_be_visible()
    page.evaluate("window.wasHere = true")
    page.get_by_label("Date").fill("2026-03-02")
    page.get_by_label("Starts at").fill("10:00")
    page.get_by_label("Choose recordings").set_input_files(film)
    row = page.get_by_role("list", name="Uploads of this page").get_by_role("listitem")
    expect(row).to_contain_text("week 2.mp4")
    expect(row).to_contain_text("Uploaded and searched. The marks are ready.")
    assert page.evaluate("window.wasHere")
    row.get_by_role("link", name="Open the lecture").click()


def _line(page: Page, student: str) -> Locator:
    return page.get_by_role("row", name=student)


def _read_the_marks(page: Page) -> None:
    expect(page.get_by_text("Mar 2, 2026, 10:00–10:01 (Asia/Seoul)")).to_be_visible()
    for number, mark in ((21, "Present"), (22, "Late"), (23, "Unsure"), (24, "needs another way")):
        expect(_line(page, f"Student {number}")).to_contain_text(mark)
    expect(page.get_by_role("heading", name="1 person who is not on the roster")).to_be_visible()
    expect(_line(page, "Student 24")).to_contain_text("no photo: cannot be recognised")
    for picture in page.get_by_role("main").get_by_role("img").all():
        assert picture.evaluate("picture => picture.decode ? picture.decode().then(() => true) : true")


def _jump_to_a_second(page: Page) -> None:
    """Told from playing up to there by the player's own word for a jump."""
    page.locator("video").evaluate(
        """player => {
            window.jumpedTo = new Promise((resolve) =>
                player.addEventListener("seeking", () => resolve(player.currentTime), { once: true }));
        }"""
    )
    _line(page, "Student 22").get_by_role("link", name="Play from").first.click()
    assert page.evaluate("window.jumpedTo") == pytest.approx(LATE_FROM_S, abs=0.6)


def _decide_about_the_unsure_one(page: Page) -> None:
    card = page.get_by_role("article", name="Student 23")
    expect(card.get_by_role("img")).to_have_count(2)
    expect(card.get_by_role("link", name="Play from")).to_contain_text(f"00:0{UNSURE_FROM_S:.0f}")
    card.get_by_role("button", name="It is this student").click()
    expect(page.get_by_text("The face was confirmed.")).to_be_visible()
    expect(_line(page, "Student 23")).to_contain_text("set by Teacher Example")


def _correct_a_mark(page: Page) -> None:
    page.get_by_role("link", name="Correct the mark of Student 24").click()
    page.get_by_role("button", name="Save the mark").click()
    expect(page.get_by_text("Say why you change this mark.")).to_be_visible()
    page.get_by_label("Excused").check()
    page.get_by_label("Reason").fill("medical certificate")
    page.get_by_role("button", name="Save the mark").click()
    expect(_line(page, "Student 24")).to_contain_text("Excused")
    page.get_by_role("link", name="Correct the mark of Student 24").click()
    history = page.get_by_role("region", name="History").get_by_role("listitem")
    expect(history.first).to_contain_text("Teacher Example: medical certificate")
    expect(history.last).to_contain_text("the search")


def _read_the_log(page: Page) -> None:
    _go_to(page, "Attendance log")
    lines = page.get_by_role("table").locator("tbody").get_by_role("row")
    expect(lines).to_have_count(4)
    page.get_by_role("columnheader", name="Student").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="Student")).to_have_attribute("aria-sort", "ascending")
    expect(lines.first).to_contain_text("Student 21")
    page.get_by_role("columnheader", name="Student").get_by_role("link").click()
    expect(lines.first).to_contain_text("Student 24")
    page.get_by_label("Present").check()
    page.get_by_label("Excused").check()
    page.get_by_role("button", name="Filter").click()
    expect(lines).to_have_count(2)
    expect(page.get_by_text("2 lines")).to_be_visible()


def _compare_downloads(page: Page, folder: Path) -> None:
    with page.expect_download() as coming:
        page.get_by_role("link", name="CSV").click()
    coming.value.save_as(folder / "log.csv")
    with page.expect_download() as coming:
        page.get_by_role("link", name="Excel").click()
    coming.value.save_as(folder / "log.xlsx")
    lines = list(csv.reader(io.StringIO((folder / "log.csv").read_text("utf-8-sig"))))
    sheet = list(load_workbook(folder / "log.xlsx").active.iter_rows(values_only=True))  # type: ignore[union-attr]
    for table in (lines, sheet):
        text = "\n".join(str(cells) for cells in table)
        assert "Student 21" in text
        assert "medical certificate" in text
        assert "Student 24" in text
        assert "Student 22" not in text  # the filter holds for downloads too


def _see_only_the_own_attendance(page: Page, log: str) -> None:
    _sign_in(page, STUDENT)
    expect(page.get_by_role("heading", level=1, name="Overview")).to_be_visible()
    links = page.get_by_role("navigation", name="Main").get_by_role("link")
    expect(links).to_have_text(["Overview", "My attendance", "Live lectures", "Check in", "Hourly attendance"])
    courses = page.get_by_role("table", name="My courses").get_by_role("row")
    expect(courses).to_have_count(2)
    expect(courses.last).to_contain_text("100%")
    _go_to(page, "My attendance")
    expect(page.get_by_role("heading", level=1, name="My attendance")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("100%")
    expect(page.get_by_role("row")).to_have_count(2)
    assert page.request.get(log).status in (403, 404)
    _sign_out(page)


def _remove_a_student(page: Page) -> None:
    _go_to(page, "Students")
    page.get_by_role("link", name="Student 22").click()
    page.get_by_role("link", name="Remove the student").click()
    page.get_by_label("Name of the student").fill("Student 21")
    page.get_by_role("button", name="Remove the student").click()
    expect(page.get_by_text("This is not the name of the student. Nothing was removed.")).to_be_visible()
    page.get_by_label("Name of the student").fill("Student 22")
    page.get_by_role("button", name="Remove the student").click()
    expect(page.get_by_text("Student 22 was removed with photos, faces, evidence and marks.")).to_be_visible()
    _go_to(page, "Lectures")
    page.get_by_role("link", name="Mar 2, 2026").click()
    expect(_line(page, "Student 21")).to_be_visible()
    expect(_line(page, "Student 22")).to_have_count(0)
