"""Students: the list, registration with photos, one student, removal, and the import of many."""

from website.students import consents, importing, photos, pins, registering
from website.students.views import blueprint

__all__ = ["blueprint", "consents", "importing", "photos", "pins", "registering"]
