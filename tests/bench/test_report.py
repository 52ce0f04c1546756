"""The printed table: readable, within 120 columns, and nothing that failed vanishes."""

from bench import result
from bench.plan import QUICK, Places
from bench.report import WIDTH, render, render_table, shown
from bench.rows import detector, encodings, gallery, growth, people, photographs, vector, video
from bench.table import Column, Figures, Row, Table, failed_table, row
from face_engine.errors import BadVideo

COLUMNS = (Column("ours", "ours", "ms", 1), Column("ratio", "ours faster", "times", 1))


def table(*rows) -> Table:
    return Table("speed", "Speed", COLUMNS, rows, ("How it was measured.",))


def test_figures_stand_below_their_heads_and_units_to_the_right():
    lines = render_table(table(Row("first", {"ours": 7.25, "ratio": 12}), Row("second", {"ours": 1234.5}))).splitlines()
    assert lines == [
        "Speed",
        "-----",
        "                                 ours  ours faster",
        "                                   ms        times",
        "first                             7.2         12.0",
        "second                        1,234.5            -",
        "How it was measured.",
    ]


def test_heads_without_units_take_one_line():
    plain = Table("t", "T", (Column("n", "faces"),), (Row("all", {"n": 3}),))
    assert render_table(plain).splitlines()[2:] == [" " * 30 + "faces", "all".ljust(34) + "3"]


def test_a_row_that_fails_keeps_its_place_and_says_its_sentence():
    def break_off() -> Figures:
        raise BadVideo("%(name)s is damaged.", name="film.mp4")

    text = render_table(table(row("first", break_off), Row("second", {"ours": 1.0})))
    assert "first                         FAILED: film.mp4 is damaged." in text
    assert "second" in text


def test_an_error_that_nobody_foresaw_is_named_by_its_kind():
    assert row("first", lambda: Figures({"ours": 1 / 0})).failed == "ZeroDivisionError: division by zero"


def test_a_group_that_fails_as_a_whole_is_a_table_too():
    assert "FAILED: OSError: no room" in render_table(failed_table("video", "video", OSError("no room")))


def test_a_long_sentence_is_wrapped_within_the_width():
    text = render_table(table(Row("first", failed="word " * 60)))
    assert max(map(len, text.splitlines())) <= WIDTH


def test_words_stand_in_place_of_figures_and_a_dash_for_nothing():
    assert [shown(value, 2) for value in ("not given", None, 1234567, 0.125)] == [
        "not given",
        "-",
        "1,234,567.00",
        "0.12",
    ]


def test_all_tables_fit_120_columns_with_large_figures():
    sets = [
        people._COLUMNS,
        vector._COLUMNS,
        gallery._COLUMNS,
        detector._TIME_COLUMNS,
        detector._FINDS_COLUMNS,
        video._SPEED,
        video._RIGHT,
        video._NAMED,
        growth._COLUMNS,
        encodings._COLUMNS,
        photographs._FINDS_COLUMNS,
        photographs._CLIP_COLUMNS,
    ]
    for columns in sets:
        large = Row("1080p, key frame every 10 s", {column.key: 1234.5 for column in columns})
        text = render_table(Table("t", "T", columns, (large,)))
        assert max(map(len, text.splitlines())) <= WIDTH, [column.head for column in columns]


def test_the_report_opens_with_date_machine_and_versions():
    content = result.result([table()], QUICK, Places(), ["vector"], 12.3, 0.5)
    content["made_at"] = "2026-03-02 10:00 UTC"
    opening = " ".join(render(content).split("\n\n")[0].split())  # where lines end depends on the processor's name
    assert opening.startswith("Measured 2026-03-02 10:00 UTC, quick run of 12 s, only vector.")
    assert "load before the run 0.5" in opening
    assert "onnxruntime" in opening
