"""How a stored file is answered: in ranges, with an ETag, for this person's browser only."""

from __future__ import annotations

import hashlib

from flask import Response, redirect, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wrappers import Response as AnyResponse
from werkzeug.wsgi import FileWrapper

from attendance.media_keys import media_type
from website.current import current_services

_KEEP_S = 3600
_CHUNK_BYTES = 256 * 1024


def serve(key: str, *, link_lasts_s: int = 300) -> AnyResponse:
    """The file of this key, or a link to where it is stored. Raises NotFound.

    Files never change under their key, so the key makes the ETag. A removed file is gone from the site at once, and
    from a browser after an hour at most. A link lets in whoever has it as long as it lasts, so that no cache stores it.
    """
    media = current_services().media
    link = media.url(key, link_lasts_s)
    if link is not None:
        answer = redirect(link)
        answer.headers["Cache-Control"] = "no-store"
        return answer
    size = media.size(key)
    stream = media.open(key)
    # Werkzeug's own wrapper can seek: a server's would read a video from its beginning to reach a range near its end.
    body = FileWrapper(stream, _CHUNK_BYTES)
    response = Response(body, mimetype=media_type(key), direct_passthrough=True)
    response.content_length = size
    response.headers["Content-Disposition"] = "inline"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = f"private, max-age={_KEEP_S}"
    response.set_etag(hashlib.sha256(key.encode()).hexdigest()[:32])
    try:
        return response.make_conditional(request, accept_ranges=True, complete_length=size)
    except RequestedRangeNotSatisfiable:
        stream.close()
        raise
