"""Every page with names in Arabic and Hebrew: each is isolated, so that no id beside it is turned round."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from flask import Flask
from flask.testing import FlaskClient

from attendance.changes import SaveCourse, SaveDevice, SaveStudent, SaveUser
from attendance.errors import NotFound
from attendance.rules.texts import FIRST_STRONG_ISOLATE, POP_ISOLATE, isolated, turns_round
from attendance.services import Services
from attendance.use_cases.imports.students import ImportRow, Outcome, report_as_csv
from tests.website.browsing import post_form
from tests.website.trials.conftest import World
from tests.website.trials.test_every_address import ask, rules

ARABIC, HEBREW, MIXED = "محمد علي", "אביב כהן", "001-2026 محمد"
READ_ALOUD = {"alt", "title", "aria-label", "aria-description", "placeholder", "label"}
NEVER_SHOWN = {"script", "style", "textarea"}
_WITHOUT_END = {"br", "img", "input", "meta", "link", "hr", "source", "use", "path", "wbr", "col"}


class Shown(HTMLParser):
    """Collects what of a page stands open beside what runs from right to left."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.around: list[str] = []
        self.open: list[str] = []
        self.seen = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in READ_ALOUD and value:
                self._look_at(value, f"{tag} {name}")
        if tag not in _WITHOUT_END:
            self.around.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.around:
            while self.around.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not NEVER_SHOWN & set(self.around):
            self._look_at(data, " ".join(self.around), inside="bdi" in self.around)

    def _look_at(self, text: str, where: str, *, inside: bool = False) -> None:
        self.seen += turns_round(text)
        if not inside and turns_round(re.sub(f"{FIRST_STRONG_ISOLATE}[^{POP_ISOLATE}]*{POP_ISOLATE}", "", text)):
            self.open.append(f"{where}: {text.strip()}")


@pytest.fixture
def turned(services: Services, world: World) -> World:
    """The world with such names wherever people may write one."""
    store = services.store
    for student in store.students(size=100).items:
        store.commit(SaveStudent(replace(student, name=MIXED)))
    for user in store.users(size=100).items:
        store.commit(SaveUser(replace(user, name=HEBREW)))
    for number, course in enumerate(store.courses()):
        store.commit(SaveCourse(replace(course, code=f"שיעור{number}", name=ARABIC, section="א")))
    for device in store.devices():
        store.commit(SaveDevice(replace(device, name=ARABIC, room=HEBREW)))
    return world


def pages(app: Flask, client: FlaskClient, world: World) -> Iterator[tuple[str, Shown]]:
    for rule, _ in rules(app, "GET"):
        answer = ask(client, world.address(rule))
        if answer.mimetype == "text/html" and rule.endpoint != "auth.logout":
            yield rule.endpoint, Shown(answer.get_data(as_text=True))


@pytest.mark.parametrize(("who", "least"), [("admin_client", 30), ("teacher_client", 12), ("student_client", 3)])
def test_no_page_lets_a_name_turn_what_stands_beside_it(
    app: Flask, turned: World, who: str, least: int, request: pytest.FixtureRequest
) -> None:
    looked_at = dict(pages(app, request.getfixturevalue(who), turned))
    assert {name: page.open for name, page in looked_at.items() if page.open} == {}
    assert sum(page.seen > 0 for page in looked_at.values()) >= least


def test_what_a_page_says_after_a_change_is_isolated_too(
    admin_client: FlaskClient, services: Services, turned: World
) -> None:
    url = f"/students/{turned.names['student_key']}/change"
    answer = post_form(admin_client, url, name=ARABIC)
    assert answer.status_code == 302
    page = Shown(admin_client.get(answer.location).get_data(as_text=True))
    assert page.seen and not page.open


def test_values_of_fields_and_addresses_stay_as_they_are(admin_client: FlaskClient, turned: World) -> None:
    page = admin_client.get(f"/students/{turned.names['student_key']}/change").get_data(as_text=True)
    assert f'value="{MIXED}"' in page
    found = admin_client.get("/students/", query_string={"text": ARABIC}).get_data(as_text=True)
    assert f'value="{ARABIC}"' in found


def test_sentences_of_errors_isolate_what_they_name() -> None:
    assert NotFound("There is no %(name)s.", name=ARABIC).sentence == f"There is no {isolated(ARABIC)}."
    assert NotFound("There is no %(name)s.", name="Zoë").sentence == "There is no Zoë."


def test_cells_of_files_hold_the_data_and_nothing_more() -> None:
    report = report_as_csv([ImportRow(2, "001-2026", MIXED, Outcome.ADDED, "")]).decode("utf-8-sig")
    assert report.splitlines()[1] == f"2,001-2026,{MIXED},added,"


@pytest.mark.parametrize(("text", "turns"), [(ARABIC, True), (HEBREW, True), ("a\u202eb", True), ("Zoë 김 1-2", False)])
def test_only_what_turns_is_isolated(text: str, turns: bool) -> None:
    assert (isolated(text) != text) is turns
    assert isolated(isolated(text)) == isolated(text)
