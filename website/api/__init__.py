"""The interface for programs under /api/v1: resumable uploads and the progress of searches."""

from flask import Blueprint

from website.api import direct_uploads, recordings, uploads

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
blueprint.register_blueprint(uploads.blueprint)
blueprint.register_blueprint(direct_uploads.blueprint)
blueprint.register_blueprint(recordings.blueprint)
