"""Requests of the requests library to a WSGI app in this process, which can be cut after any number of bytes."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3 import HTTPResponse
from werkzeug.test import Client


class WsgiAdapter(requests.adapters.BaseAdapter):
    """Mount it at the site's address. `cut_bodies_at` cuts the next body there, or its answer where that is whole."""

    def __init__(self, app: Any) -> None:
        super().__init__()
        self._client = Client(app)
        self.cut_bodies_at: int | None = None
        self.lose_answers = 0  # of so many requests, which the site has got

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:
        body = request.body
        data = body.read() if hasattr(body, "read") else (body or b"")
        data = data.encode() if isinstance(data, str) else data
        cut = self.cut_bodies_at if request.method in ("PATCH", "PUT") else None
        if cut is not None:
            self.cut_bodies_at = None
            data = data[:cut]
        headers = {name: value for name, value in request.headers.items() if name != "Content-Length"}
        parts = urlsplit(request.url)
        base = f"{parts.scheme}://{parts.netloc}"
        answer = self._client.open(request.path_url, base_url=base, method=request.method, headers=headers, data=data)
        if self.lose_answers:
            self.lose_answers -= 1
            raise requests.ConnectionError("the answer was lost")
        if cut is not None:
            raise requests.ConnectionError("the network was cut here")
        raw = HTTPResponse(BytesIO(answer.get_data()), answer.headers, answer.status_code, preload_content=False)
        return requests.adapters.HTTPAdapter().build_response(request, raw)

    def close(self) -> None:
        """Nothing is open."""


def session_for(app: Any, address: str = "http://site.test") -> tuple[requests.Session, WsgiAdapter]:
    """A session that meets the app at this address, and the adapter to cut."""
    session, adapter = requests.Session(), WsgiAdapter(app)
    session.mount(address, adapter)
    return session, adapter
