"""The demonstration takes attendance right, says so, and never touches what is not its own."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from attendance.errors import Conflict, InvalidInput
from attendance.model import Course, Evidence, Lecture, Mark, Sighting, Status, Student
from attendance.use_cases.lectures.lectures import Attendee, LectureBoard
from demo import show
from demo.drawn_people import CLASS_SEEDS
from demo.folder import MARKER, fresh_folder
from demo.lecture_video import demo_script
from demo.school import CLASS
from demo.verdict import differences, remarks

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
LECTURE = Lecture("l", "c", NOW, NOW, NOW)
COURSE = Course("c", "DEMO101", "Demo", "", "UTC", NOW)
STRANGER = Sighting("s", "r", None, 121, 539, 200, 0, None, None, None, None, number=1)


def run_demo(data: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "demo", "--data", str(data), *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **settings},
        cwd=ROOT,
        timeout=500,
        check=False,
    )


def attendee(
    number: int, status: Status, first_s: float = 0, last_s: float = 719, left_early: bool = False
) -> Attendee:
    pupil = CLASS[number]
    seen = Evidence("r", "s", 99, 300, first_s, last_s, NOW, NOW, None, None)
    mark = Mark("l", pupil.id, status, status, NOW, left_early, evidence=None if status is Status.ABSENT else seen)
    return Attendee(Student(pupil.id, pupil.id, pupil.name, NOW), mark, None)


def board(*changed: Attendee, strangers: tuple[Sighting, ...] = (STRANGER,)) -> LectureBoard:
    """The lecture as its script says, but for these."""
    attendees = [attendee(number, Status.PRESENT) for number in range(4)]
    attendees += [attendee(4, Status.LATE, first_s=631), attendee(5, Status.PRESENT, last_s=359, left_early=True)]
    attendees += [attendee(6, Status.ABSENT), attendee(7, Status.ABSENT)]
    by_id = {one.student.id: one for one in [*attendees, *changed]}
    return LectureBoard(LECTURE, COURSE, (), list(by_id.values()), strangers)


def test_the_demo_keeps_its_things_below_the_folder_that_the_settings_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "rollcall.db").write_bytes(b"of a real site")
    monkeypatch.setenv("ROLLCALL_DATA", str(tmp_path))
    monkeypatch.setattr(show, "_take_attendance", lambda _services: (COURSE, True))
    assert show.main(["--once"]) == 0
    assert (tmp_path / "demo" / "rollcall.db").is_file()
    assert (tmp_path / "rollcall.db").read_bytes() == b"of a real site"
    assert f"All of this demo is kept in {tmp_path}/demo;" in capsys.readouterr().out


@pytest.mark.parametrize("named", [{}, {"ROLLCALL_DATA": ""}])
def test_without_that_setting_it_is_the_folder_of_the_checkout(named: dict[str, str]):
    assert show.own_folder(named) == Path("instance/demo")


def test_the_demo_takes_attendance_by_the_real_road(tmp_path: Path):
    data = tmp_path / "demo"
    done = run_demo(data, "--once", ROLLCALL_STORE="sqlite:////nowhere/real.db")
    assert done.returncode == 0, done.stdout + done.stderr
    words = {line.split()[1]: line.split()[3] for line in done.stdout.splitlines() if line.startswith("Student ")}
    assert words.pop("Id") == "Similarity"
    assert words == {**dict.fromkeys("ABCD", "present"), "E": "late", "F": "present,", "G": "absent", "H": "absent"}
    assert "Absent: Student G, Student H." in done.stdout
    assert "Late: Student E, first seen 10:3" in done.stdout
    assert "Left early: Student F, last seen 05:" in done.stdout
    assert "Stranger 1, who is on no roster: from 02:0" in done.stdout
    assert (data / "rollcall.db").is_file()


def test_a_taken_port_is_told_before_anything_is_made(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        done = run_demo(tmp_path / "demo", PORT=port, HOST="127.0.0.1")
    assert done.returncode == 2
    assert done.stderr == f"rollcall: 127.0.0.1:{port} cannot be used (Address already in use); set HOST or PORT.\n"
    assert not (tmp_path / "demo").exists()


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path):
    (tmp_path / "thesis.txt").write_text("years of work")
    done = run_demo(tmp_path, "--once")
    assert (done.returncode, done.stdout) == (1, "")
    assert "holds something that is not the demo's" in done.stderr
    assert (tmp_path / "thesis.txt").read_text() == "years of work"
    assert len(list(tmp_path.iterdir())) == 1


def test_its_own_folder_is_made_anew_and_links_in_it_are_not_followed(tmp_path: Path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "kept").touch()
    folder = tmp_path / "demo"
    with fresh_folder(folder):
        (folder / "media").mkdir()
        (folder / "media" / "old.jpg").touch()
        (folder / "link").symlink_to(tmp_path / "elsewhere")
    with fresh_folder(folder):
        assert [path.name for path in folder.iterdir()] == [MARKER]
    assert (tmp_path / "elsewhere" / "kept").exists()


def test_a_folder_in_which_a_demo_runs_is_left_alone(tmp_path: Path):
    folder = tmp_path / "demo"
    with fresh_folder(folder):
        (folder / "rollcall.db").touch()
    with (folder / MARKER).open() as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(Conflict, match="Another demo runs"), fresh_folder(folder):
            pass
    assert (folder / "rollcall.db").exists()


def test_a_file_is_no_folder(tmp_path: Path):
    (tmp_path / "demo").touch()
    with pytest.raises(InvalidInput, match="is no folder"), fresh_folder(tmp_path / "demo"):
        pass


def test_what_is_as_the_script_says_has_no_differences():
    assert [pupil.seed for pupil in CLASS] == list(CLASS_SEEDS)
    assert differences(board(), demo_script()) == []


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (attendee(0, Status.ABSENT), "Student A should be present, but is absent."),
        (attendee(4, Status.PRESENT, first_s=631), "Student E should be late, but is present."),
        (attendee(5, Status.PRESENT), "Student F should be present and left early, but is present."),
        (attendee(6, Status.UNSURE), "Student G should be absent, but is unsure."),
        (
            attendee(1, Status.PRESENT, first_s=60),
            "Student B was there from 00:00 to 12:00, but was seen from 01:00 to 11:59.",
        ),
    ],
)
def test_each_difference_is_told(changed: Attendee, sentence: str):
    assert differences(board(changed), demo_script()) == [sentence]


@pytest.mark.parametrize("strangers", [(), (STRANGER, STRANGER), (replace(STRANGER, last_s=200),)])
def test_strangers_must_be_as_many_and_as_long_as_in_the_script(strangers: tuple[Sighting, ...]):
    (sentence,) = differences(board(strangers=strangers), demo_script())
    assert "stranger" in sentence


def test_a_student_without_a_mark_is_a_difference():
    unmarked = replace(attendee(2, Status.PRESENT), mark=None)
    assert differences(board(unmarked), demo_script()) == ["Student C should be present, but is without a mark."]


def test_the_absent_the_late_and_those_who_left_early_are_named():
    assert remarks(board()) == [
        "Absent: Student G, Student H.",
        "Late: Student E, first seen 10:31 after the start.",
        "Left early: Student F, last seen 05:59 after the start.",
    ]
