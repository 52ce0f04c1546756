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
        raise NotFound(f"There is no course {name} with the section {section}.")
    code, slash, its_section = name.rpartition("/")
    split = services.store.find_course(code.strip(), its_section.strip()) if slash else None
    return split or _only_section(services, name)


def _only_section(services: Services, code: str) -> Course:
    found = [course for course in services.store.courses() if course.code == code]
    if not found:
        raise NotFound(f"There is no course {code}.")
    if len(found) > 1:
        sections = ", ".join(course.section for course in found)
        raise InvalidInput(f"{code} has the sections {sections}; say which, such as {code}/{found[0].section}.")
    return found[0]
