"""What latest.json holds, and that docs/performance.md shows what a result says."""

import json

import pytest

from bench import page, result
from bench.plan import FULL, QUICK, WORKERS, Places
from bench.report import render
from bench.table import Column, Row, Table
from face_engine.errors import FaceEngineError

TABLE = Table(
    "vector",
    "Vector of a face",
    (Column("ours", "ours", "ms", 2),),
    (Row("one face", {"ours": 3.5}, {"ours": [3.4, 3.5, 3.6]}), Row("batch", failed="It broke.")),
    ("One thread.",),
)
PUBLISHED = Places().results / "published.json"


def content(tmp_path=None) -> dict:
    return result.result([TABLE], FULL, Places(photographs=tmp_path), None, 900.04, 0.1)


def test_the_result_says_when_on_what_with_what_and_how(tmp_path):
    made = content(tmp_path)
    assert {"made_at", "took_s", "machine", "versions", "settings", "tables"} <= made.keys()
    assert {"cpu", "flags", "cores", "memory_gb", "load_at_start"} <= made["machine"].keys()
    assert {"python", "onnxruntime", "opencv", "av", "numpy", "dlib", "engine"} <= made["versions"].keys()
    assert made["settings"]["film_s"] == FULL.film_s
    assert made["settings"]["photographs"] is True


def test_the_result_names_no_folder_of_the_machine(tmp_path):
    assert str(tmp_path) not in json.dumps(content(tmp_path))


def test_a_result_comes_back_from_its_file_with_all_samples(tmp_path):
    path = tmp_path / "results" / "latest.json"
    result.write(content(), path)
    assert Table.from_json(result.read(path)["tables"][0]) == TABLE
    assert [file.name for file in path.parent.iterdir()] == ["latest.json"]


def test_the_tables_of_a_result_are_rendered_from_json_alone(tmp_path):
    path = tmp_path / "latest.json"
    result.write(content(), path)
    assert render(result.read(path)) == render(content() | {"made_at": result.read(path)["made_at"]})


def test_the_machine_knows_its_cores_and_memory():
    assert result.machine()["cores"] >= 1
    assert result.machine()["memory_gb"] > 0.1


def test_the_section_goes_between_the_two_comments_and_nowhere_else():
    text = f"# Title\n{page.START}\nold\n{page.END}\n\n## Next\n"
    changed = page.with_section(text, content())
    assert changed.startswith(f"# Title\n{page.START}\n```text\nMeasured ")
    assert changed.endswith(f"```\n{page.END}\n\n## Next\n")
    assert "old" not in changed


def test_writing_the_section_twice_changes_nothing_more():
    made = content()
    once = page.with_section(f"{page.START}{page.END}", made)
    assert page.with_section(once, made) == once


def test_a_page_without_the_comments_is_refused_with_a_plain_sentence():
    with pytest.raises(FaceEngineError, match="has no place for the table"):
        page.with_section("# Title\n", content())


def test_the_page_shows_what_the_published_result_says():
    shown = page.between(page.PAGE.read_text(encoding="utf-8"))
    assert shown == page.section(result.read(PUBLISHED))


def test_the_full_run_has_the_sizes_that_were_asked_for():
    assert FULL.growth_minutes == (3, 10, 30, 60)
    assert FULL.crowds == (10, 40, 100)
    assert FULL.cores == tuple(cores for cores in (1, 2, 4) if cores <= max(2, WORKERS))
    assert FULL.gallery_sizes == (1_000, 10_000, 100_000, 1_000_000)
    assert {(size[1], key_every_s) for size, key_every_s in FULL.films} == {(1080, 2), (1080, 10), (720, 2), (720, 10)}


@pytest.mark.parametrize("plan", [QUICK, FULL], ids=["quick", "full"])
def test_the_lecture_itself_is_one_of_the_growing_films(plan):
    assert plan.film_s * plan.film_repeats in [60 * minutes for minutes in plan.growth_minutes]
