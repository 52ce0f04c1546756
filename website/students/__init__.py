"""Students: the list, registration with photos, one student, removal, and the import of many."""

from flask import Blueprint

blueprint = Blueprint("students", __name__, url_prefix="/students", template_folder="templates")

from website.students import importing, photos, registering, views  # noqa: E402, F401  (they add their pages)
