"""How a stored file is answered: in ranges, with an ETag, for this person's browser only."""

from __future__ import annotations

import hashlib

from flask import Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse
from werkzeug.wsgi import wrap_file

from website.current import current_services
from website.media.playable import media_type

_KEEP_S = 3600


def serve(key: str) -> AnyResponse:
    """The file of this key, or a link to where it is kept. Raises NotFound.

    Files never change under their key, so the key makes the ETag. A removed file is gone from the site at once, and
    from a browser after an hour at most.
    """
    media = current_services().media
    link = media.url(key)
    if link is not None:
        return redirect(link)
    size = media.size(key)
    response = Response(wrap_file(request.environ, media.open(key)), mimetype=media_type(key), direct_passthrough=True)
    response.content_length = size
    response.headers["Content-Disposition"] = "inline"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = f"private, max-age={_KEEP_S}"
    response.set_etag(hashlib.sha256(key.encode()).hexdigest()[:32])
    return response.make_conditional(request, accept_ranges=True, complete_length=size)
