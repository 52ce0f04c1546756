"""People at the website, who do all by its forms and addresses: an admin and a teacher."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Mapping
from typing import Any

import requests
from flask import Flask
from werkzeug.test import TestResponse

from tests.website.browsing import PASSWORD, csrf, post_form, sign_in
from website import setup_link

ADMIN, TEACHER = "admin@example.org", "teacher@example.org"
STARTS = "2026-03-02T09:00"
DIRECT = "/api/v1/direct-uploads"
TIMEOUT_S = 30


class Admin:
    """Makes the site's first account, and then all others."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        link = setup_link(app.extensions["rollcall"], "")
        assert link is not None
        self.send(link, email=ADMIN, name="Admin", password=PASSWORD, repeated=PASSWORD)

    def send(self, url: str, **fields: object) -> str:
        """Send a form that must succeed; where it leads."""
        answer = post_form(self.client, url, **fields)
        assert answer.status_code == 302, answer.text
        return str(answer.location)

    def add_course(self) -> str:
        """Its id."""
        location = self.send(
            "/courses/add",
            code="CS101",
            section="1",
            name="Computing",
            timezone="Asia/Seoul",
            late_after_minutes="10",
            left_early_minutes="0",
        )
        return location.split("/")[2]

    def register(self, course_id: str, student_id: str, name: str, photo: bytes) -> str:
        """The student's key."""
        answer = self.try_to_register(course_id, student_id, name, photo)
        assert answer.status_code == 302, answer.text
        return str(answer.location).rpartition("/")[2]

    def try_to_register(self, course_id: str, student_id: str, name: str, photo: bytes) -> TestResponse:
        return post_form(
            self.client,
            "/students/register",
            student_id=student_id,
            name=name,
            consented="y",
            consent_on="2026-03-01",
            given_by="student",
            manner="paper",
            courses=course_id,
            photos=(io.BytesIO(photo), "photo.jpg"),
        )

    def add_user(self, email: str, role: str, student_id: str = "") -> None:
        self.send("/users/add", email=email, name=email, role=role, student_id=student_id, password=PASSWORD)

    def let_teach(self, course_id: str) -> None:
        """The one teacher there is."""
        page = self.client.get(f"/courses/{course_id}/teachers").text
        offered = dict(re.findall(r'value="([0-9a-f]{32})".*?<span>([^<]*)', page, re.DOTALL))
        (user_id,) = [one for one, words in offered.items() if TEACHER in words]
        self.send(f"/courses/{course_id}/teachers", teachers=user_id)

    def remove_student(self, student_key: str, name: str) -> None:
        self.send(f"/students/{student_key}/remove", typed_name=name)


class Teacher:
    """Sends recordings straight to the bucket and reads what became of them."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        assert sign_in(self.client, TEACHER).status_code == 302
        self._token = csrf(self.client, "/account")

    def ask(self, method: str, url: str, words: object = None) -> TestResponse:
        """A request as the page's script makes it."""
        body = {} if words is None else {"json": words}
        return self.client.open(url, method=method, headers={"X-CSRFToken": self._token}, **body)

    def begin(self, course_id: str, size: int, starts_at: str = STARTS) -> TestResponse:
        words = {"filename": "lecture.mp4", "size": size, "course_id": course_id, "starts_at": starts_at, "ends_at": ""}
        return self.ask("POST", DIRECT, words)

    def upload(self, course_id: str, video: bytes, starts_at: str = STARTS) -> str:
        """Send it in parts, the last one first; the address that tells what became of it."""
        begun = self.begin(course_id, len(video), starts_at)
        assert begun.status_code == 201, begun.text
        location, size = str(begun.json["location"]), int(begun.json["part_size"])
        numbers = list(range(1, -(-len(video) // size) + 1))
        links = self.ask("POST", f"{location}/parts", {"numbers": numbers}).json["links"]
        for number in reversed(numbers):
            part = video[(number - 1) * size : number * size]
            assert requests.put(links[str(number)], data=part, timeout=TIMEOUT_S).ok
        done = self.ask("POST", f"{location}/complete", {})
        assert (done.status_code, done.json["status"]) == (202, "whole"), done.text
        return location

    def state(self, location: str) -> Any:
        """What became of an upload."""
        return self.ask("GET", location).json

    def page(self, url: str) -> str:
        """A page that must be there."""
        answer = self.client.get(url)
        assert answer.status_code == 200, answer.text
        return answer.text

    def log(self) -> Mapping[str, str]:
        """What the log page shows: status by student id."""
        row = re.compile(r'<small>(\w+)</small></span></th>\s*<td class="status-cell".*?status-(\w+)', re.DOTALL)
        return dict(row.findall(self.page("/log/")))

    def recording(self, location: str) -> Any:
        """Of a finished upload: status, error and so on, as the page's script asks for them."""
        state = self.state(location)
        assert state["status"] == "done", state
        return self.ask("GET", f"/api/v1/recordings/{state['recording']['id']}").json

    def lecture_page(self, location: str) -> str:
        """The words of the page of the lecture that an upload is of."""
        return html.unescape(self.page(self.state(location)["recording"]["location"]))

    def pictures(self, url: str = "/log/") -> list[str]:
        """Addresses of the evidence pictures of a page."""
        return re.findall(r'src="(/media/evidence/[^"]+)"', self.page(url))

    def fetch(self, url: str, **headers: str) -> requests.Response:
        """Follow the site's link to the bucket, as a browser does: without the site's cookies."""
        answer = self.client.get(url)
        assert answer.status_code == 302, answer.text
        return requests.get(answer.location, headers=headers, timeout=TIMEOUT_S)
