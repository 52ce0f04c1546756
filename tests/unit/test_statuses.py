"""Everything that is to know of a status stands in one place, which has room for more."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from attendance.model import Status
from attendance.rules.statuses import ATTENDED, BY_PERSON, MEANINGS, NOT_THERE, share_attended

ROOT = Path(__file__).resolve().parents[2]
TONES = re.compile(r"\.status-(\w+)")

# A lecture attended from home, as a fifth answer of a person: two files are touched.
MEMBER = '    UNSURE = "unsure"\n'
MEANING = """    Status.UNSURE: StatusMeaning(
"""
NEW_MEMBER = '    REMOTE = "remote"\n' + MEMBER
NEW_MEANING = (
    '    Status.REMOTE: StatusMeaning(Phrase("From home"), Phrase("from home"), Phrase("H"), "house", "calm", True),\n'
    + MEANING
)

TRIAL = """
import sys
from attendance.bootstrap import bootstrap
from attendance.model import LogFilter, Status
from attendance.settings import load_settings
from attendance.use_cases.lectures.log import export_log, own_courses
from attendance.use_cases.lectures.marks import set_mark
from tests.contract.samples import a_class, searched
from website import create_app
from website.lectures.forms import MarkForm

services = bootstrap(load_settings({"ROLLCALL_DATA": sys.argv[1]}))
services.store.prepare()
a_class(services.store)
searched(services.store)
set_mark(services, "l1", "21", Status("remote"), "By train.", by="u1")
app = create_app(services=services)
with app.test_request_context():
    macros = app.jinja_env.get_template("macros.html").make_module({})
    pieces = app.jinja_env.get_template("lectures/pieces.html").make_module({})
    print(macros.status_badge(services.store.marks("l1")[0].status))
    print(pieces.counts(services.store.log_totals(LogFilter(course_ids=["c1"]))))
    print(MarkForm().status())
print(own_courses(services, "21")[0].share)
print(export_log(services, LogFilter(course_ids=["c1"]), format="csv", timezone="UTC").decode())
"""


def test_every_status_has_its_meaning() -> None:
    assert list(MEANINGS) == list(Status)


def test_words_letters_and_icons_tell_statuses_apart() -> None:
    for name in ("word", "counted", "letter", "icon"):
        assert len({getattr(meaning, name) for meaning in MEANINGS.values()}) == len(Status), name


def test_every_tone_has_a_colour() -> None:
    known = set(TONES.findall((ROOT / "website/static/css/rollcall.css").read_text("utf-8")))
    assert {meaning.tone for meaning in MEANINGS.values()} <= known


def test_who_was_late_attended_and_who_was_excused_does_not_count() -> None:
    assert ATTENDED == (Status.PRESENT, Status.LATE)
    assert NOT_THERE == (Status.ABSENT, Status.EXCUSED)
    assert Status.UNSURE not in BY_PERSON
    counts = dict.fromkeys(Status, 0) | {Status.PRESENT: 2, Status.LATE: 1, Status.ABSENT: 1, Status.EXCUSED: 5}
    assert share_attended(counts) == 0.75
    assert share_attended(dict.fromkeys(Status, 0) | {Status.UNSURE: 1, Status.EXCUSED: 1}) is None


def edited(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")


def test_one_status_more_is_two_files(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "attendance", tmp_path / "attendance", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("website", "face_engine", "tests"):
        (tmp_path / name).symlink_to(ROOT / name)
    edited(tmp_path / "attendance/model/marks.py", MEMBER, NEW_MEMBER)
    edited(tmp_path / "attendance/rules/statuses.py", MEANING, NEW_MEANING)
    command = [sys.executable, "-c", TRIAL, str(tmp_path / "data")]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert ended.returncode == 0, ended.stderr
    shown = ended.stdout
    for part in ("status-calm", "#house", "From home", "</span> from home", 'value="remote"', "\n1.0\n", ",remote,"):
        assert part in shown, part
