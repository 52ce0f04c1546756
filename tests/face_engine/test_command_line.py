"""The command line: what it prints, and how it refuses."""

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from demo.drawn_people import CLASS_SEEDS, draw, person, portrait, pose
from face_engine import command_line, identify_command
from face_engine.command_line import main
from face_engine.images import read_image
from face_engine.similarity import SAME_PERSON_DISTANCE


@pytest.fixture(autouse=True)
def ready_engine(monkeypatch, engine):
    """The engine that the tests have already built."""
    monkeypatch.setattr(command_line, "Engine", lambda smallest_face_px: engine)
    monkeypatch.setattr(identify_command, "Engine", lambda smallest_face_px: engine)


@pytest.fixture(scope="module")
def folder(tmp_path_factory, group_picture, student_portrait) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    cv2.imwrite(str(folder / "group.png"), group_picture)
    cv2.imwrite(str(folder / "portrait.png"), student_portrait)
    cv2.imwrite(str(folder / "same.png"), draw(person(CLASS_SEEDS[0]), pose(9), 320))
    cv2.imwrite(str(folder / "other.png"), draw(person(CLASS_SEEDS[1]), pose(9), 320))
    cv2.imwrite(str(folder / "wall.png"), np.full((200, 200, 3), 180, np.uint8))
    (folder / "notes.jpg").write_text("not a picture")
    (folder / "empty.jpg").write_bytes(b"")
    return folder


def run(*arguments) -> int:
    return main([str(argument) for argument in arguments])


def test_find_lists_every_face_with_its_place(folder, capsys):
    assert run("find", folder / "group.png") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("group.png: 3 faces")
    assert len(lines) == 4
    assert "quality" in lines[1]


def test_find_says_when_there_is_no_face(folder, capsys):
    assert run("find", folder / "wall.png") == 0
    assert capsys.readouterr().out.endswith("wall.png: no face\n")


def test_find_writes_json(folder, capsys):
    assert run("find", folder / "portrait.png", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert set(answer["faces"][0]) == {"box", "landmarks", "score", "quality"}


def test_embed_writes_boxes_landmarks_and_the_models_own_vectors(folder, capsys, engine):
    paths = [folder / "group.png", folder / "wall.png", folder / "portrait.png"]
    assert run("embed", *paths, "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert set(answer) == {"engine", "same_person_distance", "images"}
    assert (answer["engine"], answer["same_person_distance"]) == (engine.name, SAME_PERSON_DISTANCE)
    assert [image["image"] for image in answer["images"]] == [str(path) for path in paths]
    assert [len(image["faces"]) for image in answer["images"]] == [3, 0, 1]
    face = answer["images"][2]["faces"][0]
    assert set(face) == {"box", "landmarks", "score", "quality", "vector"}
    assert (len(face["box"]), np.shape(face["landmarks"]), len(face["vector"])) == (4, (5, 2), 128)
    picture = read_image(paths[2])
    np.testing.assert_allclose(face["vector"], engine.embed(picture, engine.find(picture))[0], atol=1e-6)


def test_embed_stops_at_the_first_bad_picture_and_writes_no_half_answer(folder, capsys):
    assert run("embed", folder / "portrait.png", folder / "notes.jpg", folder / "group.png", "--json") == 1
    written = capsys.readouterr()
    assert written.out == ""
    assert written.err.startswith("notes.jpg is not a picture")


@pytest.mark.parametrize(("other", "same"), [("same.png", True), ("other.png", False)])
def test_compare_tells_whether_two_faces_are_one_persons(folder, capsys, other, same):
    assert run("compare", folder / "portrait.png", folder / other, "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert set(answer) == {"distance", "similarity", "same"}
    assert answer["same"] is same
    assert (answer["distance"] < 0.6) is (answer["similarity"] > 50) is same
    assert run("compare", folder / "portrait.png", folder / other) == 0
    assert capsys.readouterr().out.startswith("the same person" if same else "different people")


def test_compare_needs_a_face_in_both(folder, capsys):
    assert run("compare", folder / "portrait.png", folder / "wall.png") == 1
    assert "There is no face in" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["missing.jpg", "notes.jpg", "empty.jpg", "."])
@pytest.mark.parametrize("command", ["find", "embed", "compare"])
def test_bad_input_gets_one_plain_sentence_and_status_1(folder, capsys, command, name):
    second = [folder / "portrait.png"] if command == "compare" else []
    assert run(command, folder / name, *second) == 1
    written = capsys.readouterr()
    assert written.out == ""
    assert len(written.err.splitlines()) == 1
    assert written.err.endswith(".\n")


@pytest.mark.parametrize(
    "arguments",
    [(), ("find",), ("embed",), ("compare", "a.jpg"), ("dance",), ("find", "a.jpg", "--smallest-face", "x")],
)
def test_wrong_usage_has_status_2(capsys, arguments):
    with pytest.raises(SystemExit) as left:
        run(*arguments)
    assert left.value.code == 2
    assert capsys.readouterr().err.startswith("usage: python -m face_engine")


def test_the_smallest_face_is_passed_on(folder, monkeypatch, engine):
    asked = []
    monkeypatch.setattr(command_line, "Engine", lambda smallest_face_px: asked.append(smallest_face_px) or engine)
    run("find", folder / "wall.png", "--smallest-face", "24")
    run("find", folder / "wall.png")
    assert asked == [24, 40]


def test_the_module_runs_and_gives_its_status(tmp_path):
    command = [sys.executable, "-m", "face_engine", "find", str(tmp_path / "missing.jpg")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == f"There is no file {tmp_path / 'missing.jpg'}.\n"


@pytest.fixture(scope="module")
def people(tmp_path_factory) -> Path:
    """Photos of four drawn people; two of them are in the group picture."""
    folder = tmp_path_factory.mktemp("people")
    for seed in (*CLASS_SEEDS[:2], *CLASS_SEEDS[5:7]):
        cv2.imwrite(str(folder / f"{seed}.png"), portrait(person(seed)))
    return folder


def test_identify_says_of_every_face_whose_it_is(folder, people, capsys, engine):
    assert run("identify", folder / "group.png", folder / "wall.png", "--gallery", people, "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["engine"] == engine.name
    group, wall = answer["photos"]
    assert (group["photo"], wall["faces"]) == (str(folder / "group.png"), [])
    from_left = sorted(group["faces"], key=lambda face: face["box"][0])
    keys = {"box", "label", "verdict", "similarity", "margin", "runner_up"}
    assert all(set(face) == keys and len(face["box"]) == 4 for face in from_left)
    names = [(face["label"], face["verdict"]) for face in from_left]
    assert names == [(str(CLASS_SEEDS[0]), "sure"), (str(CLASS_SEEDS[1]), "sure"), (None, "unknown")]
    assert all(0 < face["margin"] < 1 and face["runner_up"] != face["label"] for face in from_left[:2])
    assert from_left[2]["similarity"] < 60 < from_left[0]["similarity"]


def test_identify_names_nobody_twice_in_one_picture(folder, people, tmp_path, capsys):
    portrait_file = cv2.imread(str(folder / "portrait.png"))
    cv2.imwrite(str(tmp_path / "twice.png"), np.hstack([portrait_file, portrait_file]))
    assert run("identify", tmp_path / "twice.png", "--gallery", people, "--json") == 0
    (photo,) = json.loads(capsys.readouterr().out)["photos"]
    assert [face["label"] for face in photo["faces"]].count(str(CLASS_SEEDS[0])) == 1


def test_identify_reads_as_a_sentence(folder, people, capsys):
    assert run("identify", folder / "same.png", "--gallery", people) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith("same.png: 1 face")
    assert second.startswith(f"  1. {CLASS_SEEDS[0]}: similarity ")


def test_with_one_person_in_the_gallery_there_is_no_runner_up(folder, tmp_path, capsys):
    (tmp_path / "ada.png").write_bytes((folder / "portrait.png").read_bytes())
    assert run("identify", folder / "same.png", "--gallery", tmp_path, "--json") == 0
    (face,) = json.loads(capsys.readouterr().out)["photos"][0]["faces"]
    assert (face["label"], face["margin"], face["runner_up"]) == ("ada", None, None)


@pytest.mark.parametrize("bad", ["notes.jpg", "empty.jpg", "missing.jpg"])
def test_identify_prints_nothing_where_one_photo_cannot_be_read(folder, people, capsys, bad):
    assert run("identify", folder / "same.png", folder / bad, "--gallery", people, "--json") == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert bad in printed.err


@pytest.mark.parametrize("command", ["find", "embed"])
def test_pixels_are_those_of_the_file_where_it_is_larger_than_what_is_searched(command, folder, tmp_path, capsys):
    small = cv2.imread(str(folder / "portrait.png"))
    cv2.imwrite(str(tmp_path / "large.jpg"), cv2.resize(small, (6000, 6000)))
    faces = []
    for path in (folder / "portrait.png", tmp_path / "large.jpg"):
        assert run(command, path, "--json") == 0
        answer = json.loads(capsys.readouterr().out)
        faces.append((answer["images"][0] if command == "embed" else answer)["faces"][0])
    grown = 6000 / small.shape[1]
    assert faces[1]["box"] == pytest.approx([side * grown for side in faces[0]["box"]], abs=0.04 * 6000)
    for of_small, of_large in zip(faces[0]["landmarks"], faces[1]["landmarks"], strict=True):
        assert of_large == pytest.approx([side * grown for side in of_small], abs=0.04 * 6000)
