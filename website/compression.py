"""Compresses what is asked for by GET: pages, styles, scripts, icons. What that may betray of a page: decision 59."""

from __future__ import annotations

import secrets
from functools import partial

from flask import Flask, Response, request
from flask_compress import Compress

_MOST_PADDING = 64
_TYPES = ("text/html", "text/css", "text/javascript", "image/svg+xml")
"""Not what programs ask for: its ETag would change with the way in which it comes."""


def init_app(app: Flask) -> None:
    """Files that are streamed (media, downloads) go as they are. Registered first, it is called last."""
    app.config.update(
        COMPRESS_REGISTER=False,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_STREAMS=False,
        COMPRESS_MIMETYPES=list(_TYPES),
    )
    app.after_request(partial(_compress, Compress(app)))


def _compress(compress: Compress, answer: Response) -> Response:
    """What answers a form may show a secret once, and stays as it is."""
    if request.method != "GET" or answer.is_streamed:
        return answer
    if answer.mimetype == "text/html":
        answer.set_data(answer.get_data() + _padding())
    return compress.after_request(answer)


def _padding() -> bytes:
    """So that the length of a page says less of what is in it (BREACH)."""
    return b"<!-- %s -->\n" % secrets.token_hex(1 + secrets.randbelow(_MOST_PADDING)).encode()
