"""Finds a course as people write it on a command line: CODE, CODE/SECTION, or CODE with --section."""

from __future__ import annotations

import unicodedata

from attendance.errors import InvalidInput, NotFound
from attendance.model import Course
from attendance.services import Services

COURSE_HELP = "Its code, or CODE/SECTION; the code is enough where the course has one section only."


def course_named(services: Services, text: str, section: str | None = None) -> Course:
    """Raises NotFound; InvalidInput where the code has several sections and none was named."""
    name = unicodedata.normalize("NFC", text).strip()
    exact = services.store.find_course(name, unicodedata.normalize("NFC", section or "").strip())
    if exact is not None:
        return exact
    if section is not None:
        raise NotFound("There is no course %(name)s with the section %(section)s.", name=name, section=section)
    code, slash, its_section = name.rpartition("/")
    split = services.store.find_course(code.strip(), its_section.strip()) if slash else None
    return split or _only_section(services, name)


def _only_section(services: Services, code: str) -> Course:
    found = [course for course in services.store.courses() if course.code == code]
    if not found:
        raise NotFound("There is no course %(code)s.", code=code)
    if len(found) > 1:
        sections = ", ".join(course.section for course in found)
        raise InvalidInput(
            "%(code)s has the sections %(sections)s; say which, such as %(code)s/%(section)s.",
            code=code,
            sections=sections,
            section=found[0].section,
        )
    return found[0]
