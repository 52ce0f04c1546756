"""No face without consent, in every store by one rule."""

from __future__ import annotations

from dataclasses import replace

import pytest

from attendance.errors import ConsentMissing
from attendance.rules.consent import check_consent
from tests.contract.samples import a_face, a_student


def test_faces_of_somebody_who_did_not_agree_are_refused() -> None:
    student = replace(a_student("21", name="하나"), consent_on=None)
    with pytest.raises(ConsentMissing, match="하나 has not consented") as refused:
        check_consent(student, [a_face("f1", "21")])
    assert refused.value.field == "consent_on"


def test_faces_of_somebody_who_agreed_and_none_of_anybody_are_fine() -> None:
    check_consent(a_student("21"), [a_face("f1", "21")])
    check_consent(replace(a_student("21"), consent_on=None), [])
