"""Ids that a spreadsheet changed are refused or pointed out, row by row; honest ones are left alone."""

from __future__ import annotations

import pytest

from attendance.errors import InvalidInput
from attendance.use_cases.imports.students import padded, refuse_spoilt_id, refuse_spoilt_name, usual_length


@pytest.mark.parametrize(
    "student_id",
    [
        "2.02641E+11", "2,02641E+11", "2E+05", "1.0", "202641,0", "7.00", "202,641", "1\u202f234\u202f567",
        "202641123456789000", "3-Feb",
        "Feb-03", "02-Mar-26", "2월 03일", "2026-03-02 00:00:00", "#N/A", "#REF!", "#NAME?", "########",
    ],
)  # fmt: skip
def test_a_spoilt_id_is_refused_with_what_to_do(student_id: str) -> None:
    with pytest.raises(InvalidInput, match="save") as refused:
        refuse_spoilt_id(student_id)
    assert student_id in refused.value.sentence


@pytest.mark.parametrize(
    "student_id",
    [
        "21", "2026-021", "1E5", "12E3", "0042", "3.14", "26.101.003", "010-1234-5678", "010 123 456", "+82 10",
        "DEC-21", "10-marketing", "2026-03-02", "#7", "A,1", "20264112345678", "김/31", "1.01",
    ],
)  # fmt: skip
def test_an_honest_id_is_left_alone(student_id: str) -> None:
    refuse_spoilt_id(student_id)


@pytest.mark.parametrize("name", ["??? ???", "M?ller", "?zil", "M\ufffdller", "#N/A"])
def test_a_name_whose_letters_were_lost_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="lost letters"):
        refuse_spoilt_name(name)


@pytest.mark.parametrize("name", ["Ada?", "김하나", "", "Q & A", "Anna ? Berg"])
def test_an_honest_name_is_left_alone(name: str) -> None:
    refuse_spoilt_name(name)


@pytest.mark.parametrize(
    ("ids", "shorter", "longer"),
    [
        (["2641", "2642", "2643", "641"], "641", "0641"),
        (["202601", "202602", "202603", "7"], "7", "000007"),
        (["2641", "2642", "2643"], "2641", None),
        ([str(number) for number in range(1, 121)], "7", None),
        (["2641", "642", "26431"], "642", None),
        (["A-1", "A-2", "2641", "2642", "2643"], "A-1", None),
        ([], "1", None),
    ],
)
def test_an_id_that_is_shorter_than_all_others_is_noticed(ids: list[str], shorter: str, longer: str | None) -> None:
    assert padded(shorter, usual_length(ids)) == longer
