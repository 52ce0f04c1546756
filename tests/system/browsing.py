"""A teacher at the site over HTTP: signs in and sends recordings by tus, piece by piece."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable

import requests

from tests.system.school import TEACHER
from tests.website.browsing import PASSWORD

STARTS = "2026-03-02T09:00"
TIMEOUT_S = 60


class Teacher:
    """Signed in; the session outlives a restart of the site."""

    def __init__(self, address: str, email: str = TEACHER) -> None:
        self.address = address
        self.session = requests.Session()
        self.session.headers["Tus-Resumable"] = "1.0.0"
        self._take_token("/login")
        form = {"csrf_token": self.session.headers["X-CSRFToken"], "email": email, "password": PASSWORD}
        answer = self.session.post(f"{address}/login", data=form, timeout=TIMEOUT_S)
        assert answer.url != f"{address}/login", answer.text
        self._take_token("/account")

    def begin(self, course_id: str, size: int, filename: str = "lecture.mp4") -> str:
        """The address of a new upload."""
        words = {"filename": filename, "course_id": course_id, "starts_at": STARTS}
        pairs = [f"{name} {base64.b64encode(text.encode()).decode()}" for name, text in words.items()]
        headers = {"Upload-Length": str(size), "Upload-Metadata": ",".join(pairs)}
        answer = self.session.post(f"{self.address}/api/v1/uploads", headers=headers, timeout=TIMEOUT_S)
        assert answer.status_code == 201, answer.text
        return self.address + answer.headers["Location"]

    def send(self, upload: str, offset: int, data: bytes | Iterable[bytes]) -> requests.Response:
        """Some bytes of it."""
        headers = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        return self.session.patch(upload, data=data, headers=headers, timeout=TIMEOUT_S)

    def piece(self, upload: str, size: int) -> bytes:
        """How a request for so many bytes of its beginning begins, for who sends it by hand."""
        headers = {**self.session.headers, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
        request = requests.Request("PATCH", upload, headers=headers, cookies=self.session.cookies).prepare()
        lines = [f"{name}: {value}" for name, value in request.headers.items() if name != "Content-Length"]
        return "\r\n".join(
            [f"PATCH {request.path_url} HTTP/1.1", "Host: site", *lines, f"Content-Length: {size}", "", ""]
        ).encode()

    def offset(self, upload: str) -> int:
        """How much of it the site has."""
        answer = self.session.head(upload, timeout=TIMEOUT_S)
        assert answer.status_code == 200
        return int(answer.headers["Upload-Offset"])

    def _take_token(self, page: str) -> None:
        text = self.session.get(self.address + page, timeout=TIMEOUT_S).text
        found = re.search(r'<meta name="csrf-token" content="([^"]+)"', text)
        assert found, text
        self.session.headers["X-CSRFToken"] = found[1]
