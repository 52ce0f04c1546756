"""Who agreed to what: no face without consent, in every store by one rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from attendance.errors import ConsentMissing
from attendance.model import Consent, GivenBy, Purpose
from attendance.rules.consent import (
    check_consent,
    consents_of_before,
    has_consent,
    was_taken_back,
    with_consents,
    withdrawn,
)
from tests.contract.samples import MINUTE, NOW, a_face, a_student


def test_faces_of_somebody_who_did_not_agree_are_refused() -> None:
    student = replace(a_student("21", name="하나"), consents=())
    with pytest.raises(ConsentMissing, match="하나 has not consented") as refused:
        check_consent(student, [a_face("f1", "21")])
    assert refused.value.field == "consent_on"


def test_faces_of_somebody_who_agreed_and_none_of_anybody_are_fine() -> None:
    check_consent(a_student("21"), [a_face("f1", "21")])
    check_consent(replace(a_student("21"), consents=()), [])


_DAY = date(2026, 3, 2)


def a_consent(purpose: Purpose = Purpose.FACE, **more: Any) -> Consent:
    return Consent(purpose, **{"given_on": _DAY} | more)


def test_a_consent_counts_for_its_own_purpose_until_it_is_taken_back() -> None:
    record = (a_consent(Purpose.VISITS),)
    assert has_consent(record, Purpose.VISITS)
    assert not has_consent(record, Purpose.FACE)
    assert not has_consent(withdrawn(record, [Purpose.VISITS], NOW, "u1"), Purpose.VISITS)


def test_taking_back_writes_the_moment_beside_what_stood_and_nothing_else() -> None:
    old = a_consent(withdrawn_at=NOW, withdrawn_by="u1")
    record = (old, a_consent(), a_consent(Purpose.EVIDENCE))
    after = withdrawn(record, [Purpose.FACE], NOW + MINUTE, "u2")
    assert after == (old, a_consent(withdrawn_at=NOW + MINUTE, withdrawn_by="u2"), a_consent(Purpose.EVIDENCE))


@pytest.mark.parametrize(
    ("new", "is_new"),
    [
        (a_consent(), False),
        (a_consent(given_by=GivenBy.GUARDIAN), False),
        (a_consent(given_by=GivenBy.STUDENT), True),
        (a_consent(text_version="2"), True),
        (a_consent(given_on=date(2026, 3, 3)), True),
        (a_consent(Purpose.EVIDENCE), True),
    ],
)
def test_what_says_nothing_more_than_what_stands_is_left_out(new: Consent, is_new: bool) -> None:
    record = (a_consent(given_by=GivenBy.GUARDIAN, recorded_at=NOW),)
    assert with_consents(record, [new]) == ((*record, new) if is_new else record)


def test_what_was_taken_back_may_be_given_again() -> None:
    record = withdrawn((a_consent(),), [Purpose.FACE], NOW, None)
    assert has_consent(with_consents(record, [a_consent()]), Purpose.FACE)


def test_an_old_list_cannot_bring_back_a_consent_that_was_taken_back() -> None:
    record = withdrawn((a_consent(),), [Purpose.FACE], NOW, None)
    assert was_taken_back(record, Purpose.FACE, _DAY)
    assert was_taken_back(record, Purpose.FACE, date(2026, 3, 1))
    assert not was_taken_back(record, Purpose.FACE, date(2026, 3, 3))
    assert not was_taken_back(record, Purpose.EVIDENCE, _DAY)
    assert not was_taken_back((*record, a_consent()), Purpose.FACE, _DAY)


def test_the_day_of_a_student_is_that_of_the_newest_consent_to_photos_that_stands() -> None:
    later = date(2026, 4, 1)
    record = (a_consent(), a_consent(Purpose.EVIDENCE, given_on=later), a_consent(given_on=later, withdrawn_at=NOW))
    assert replace(a_student("21"), consents=record).consent_on == _DAY


def test_of_the_version_before_only_the_day_is_known() -> None:
    assert consents_of_before(None) == ()
    assert consents_of_before(_DAY) == (a_consent(Purpose.FACE), a_consent(Purpose.EVIDENCE))
