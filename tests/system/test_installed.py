"""`pip install .`: the package brings all that it needs of ours, and its commands work in an empty folder."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
import requests

from tests.system.processes import REPOSITORY, Process, answers, free_port, settings_of, wait_for
from tests.system.school import photo_of

pytestmark = pytest.mark.slow

PACKAGES = (
    "attendance",
    "demo",
    "device_uploader",
    "face_engine",
    "lambda_face_search",
    "rekognition_local",
    "website",
)
MODULES = ("gunicorn_conf.py", "rollcall.py", "run.py", "web_worker.py")
NO_INDEX = ("--no-index", "--no-deps", "--quiet", "--disable-pip-version-check")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, in which nothing lies that an earlier build left."""
    copy, out = tmp_path_factory.mktemp("copy") / "rollcall", tmp_path_factory.mktemp("wheel")
    caches = shutil.ignore_patterns("__pycache__")
    for name in PACKAGES:
        shutil.copytree(REPOSITORY / name, copy / name, ignore=caches)
    for name in (*MODULES, "pyproject.toml", "README.md", "LICENSE", "THIRD_PARTY.md"):
        shutil.copy(REPOSITORY / name, copy)
    typed("pip", "wheel", "--no-build-isolation", *NO_INDEX, "--wheel-dir", str(out), str(copy))
    (built,) = out.glob("rollcall-*.whl")
    return built


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin of an environment that has the package; what the package requires is this environment's."""
    environment = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(environment, symlinks=True)
    typed("pip", "--python", str(environment / "bin/python"), "install", *NO_INDEX, str(wheel))
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "required.pth").write_text(sysconfig.get_path("purelib"))
    return environment / "bin"


def typed(module: str, *arguments: str) -> None:
    done = subprocess.run([sys.executable, "-m", module, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def of_ours(name: str) -> set[str]:
    """The files of a package that belong to the program."""
    paths = (REPOSITORY / name).rglob("*")
    return {
        path.relative_to(REPOSITORY).as_posix()
        for path in paths
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pot"
    }


def run_in(folder: Path, program: Path, *arguments: str, typed: bytes = b"") -> str:
    """What it prints; it must end well and say nothing of errors."""
    done = subprocess.run(
        [program, *arguments], input=typed, capture_output=True, cwd=folder, env=plain(), timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode()


def plain() -> dict[str, str]:
    """This environment without settings of Rollcall, and without what leads Python to this folder."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("ROLLCALL_", "PYTHONPATH"))}


def test_the_wheel_has_every_file_of_every_package_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == {*MODULES}.union(*map(of_ours, PACKAGES))


def test_the_licence_and_the_notices_come_along(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        notices = {Path(name).name for name in archive.namelist() if "/licenses/" in name}
    assert notices == {"LICENSE", "THIRD_PARTY.md"}


def test_help_names_the_commands_and_leaves_nothing(programs: Path, tmp_path: Path) -> None:
    shown = run_in(tmp_path, programs / "rollcall", "--help")
    listed = set(re.findall(r"^  ([a-z-]+) ", shown.partition("Commands:")[2], re.MULTILINE))
    assert {"serve", "users", "students", "init-store"} <= listed
    assert list(tmp_path.iterdir()) == []


def test_the_program_is_that_of_the_package(programs: Path, tmp_path: Path) -> None:
    ask = "import rollcall, website; print(rollcall.__file__, website.__file__)"
    places = run_in(tmp_path, programs / "python", "-c", ask).split()
    assert all(Path(place).is_relative_to(programs.parent) for place in places)


def test_an_account_is_added_in_an_empty_folder(programs: Path, tmp_path: Path) -> None:
    add = ("users", "add", "ada@example.org", "--role", "admin", "--password-stdin")
    said = run_in(tmp_path, programs / "rollcall", *add, typed=b"a chair of green glass")
    assert said == "ada@example.org can log in as admin.\n"
    assert "ada@example.org" in run_in(tmp_path, programs / "rollcall", "users", "list")
    assert (tmp_path / "instance/rollcall.db").is_file()


def test_serve_shows_the_page_with_its_style_until_ctrl_c(programs: Path, tmp_path: Path) -> None:
    port = free_port()
    site = f"http://127.0.0.1:{port}"
    served = Process([str(programs / "rollcall"), "serve"], settings_of(tmp_path / "data") | {"PORT": str(port)})
    served.folder = tmp_path
    with served:
        wait_for(lambda: answers(site), "the site")
        styles = re.findall(r'href="(/[^"]+\.css[^"]*)"', requests.get(f"{site}/login", timeout=60).text)
        assert any("site.css" in style for style in styles)
        assert [requests.get(site + style, timeout=60).status_code for style in styles] == [200] * len(styles)
        served.tell(signal.SIGINT)
        assert served.ended_with() == 0


def test_the_face_engine_makes_a_vector(programs: Path, tmp_path: Path) -> None:
    (tmp_path / "face.jpg").write_bytes(photo_of(52))
    answer = json.loads(run_in(tmp_path, programs / "face-engine", "embed", "face.jpg"))
    ((face,),) = [image["faces"] for image in answer["images"]]
    assert len(face["vector"]) == 128
