"""Tables stand straight on a terminal, whatever is in them."""

from website.commands.text_table import columns_of, printable, text_table


def test_korean_takes_two_columns_and_marks_that_combine_take_none():
    assert columns_of("김 하나") == 7
    assert columns_of("e\u0301") == columns_of("\u00e9") == 1


def test_columns_stand_straight_with_wide_names():
    table = text_table(["Name", "N"], [["김하나", "1"], ["Student 21", "22"]], numbers={1})
    assert table.splitlines() == [
        "Name         N",
        "----------  --",
        "김하나       1",
        "Student 21  22",
    ]


def test_a_table_without_rows_has_its_headings():
    assert text_table(["Name"], []) == "Name\n----"


def test_what_a_terminal_obeys_is_shown_as_a_mark():
    assert printable("a\x1b[2J\r\nb\u2028\ud800") == "a\ufffd[2J\ufffd\ufffdb\ufffd\ufffd"
    assert printable("김 👩‍🎓") == "김 👩‍🎓"
