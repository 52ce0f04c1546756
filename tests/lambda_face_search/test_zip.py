"""The zip of `make lambda`: complete, small enough for Lambda, and the same each time."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
HANDLERS = ("start", "finish", "sweep", "api")
ADAPTERS = ("dynamodb", "s3.media", "s3.uploads", "rekognition.faces", "sqs.jobs", "lti", "webhook", "oidc", "webauthn")
IMPORT_ALL = f"""
import sys
sys.path.insert(0, sys.argv[1])
from importlib import import_module
for name in {HANDLERS!r}:
    assert callable(import_module("lambda_face_search." + name).handler)
for name in {ADAPTERS!r}:
    import_module("attendance.adapters." + name)
from website import BLUEPRINTS  # the site asks for them when it is made
for name in BLUEPRINTS:
    import_module(name)
from datetime import UTC, datetime
from attendance.model import Reading
from website.devices.heat_map import heat_map
pixels = [20.0 + number / 8 for number in range(64)]
assert heat_map(Reading("r1", "d1", datetime.now(UTC), pixels, 25.0)).hottest == (7, 7)
import boto3
for name in ("dynamodb", "rekognition", "s3", "secretsmanager", "sqs"):
    boto3.client(name, region_name="eu-west-1")
import io, av
picture = av.VideoFrame(64, 48, "yuv420p").to_image()
picture.save(io.BytesIO(), "JPEG")
"""
UNREACHABLE = re.compile(
    r"Failed to establish a new connection|name resolution|ConnectTimeout|ProxyError|NewConnection"
)


@pytest.fixture(scope="module")
def build_zip() -> ModuleType:
    """The script, which lies in no package."""
    spec = importlib.util.spec_from_file_location("build_zip", ROOT / "deploy/aws/build_zip.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def requirements(path: Path) -> dict[str, str]:
    """Names and versions."""
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith(("#", "-r"))]
    return {re.split(r"[<>=]", line)[0].lower(): line for line in lines}


def import_in_clean_interpreter(folder: Path) -> None:
    """Without this machine's packages, in a process of its own."""
    command = [sys.executable, "-I", "-S", "-c", IMPORT_ALL, str(folder)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder)
    assert done.returncode == 0, done.stderr


def test_the_handlers_need_nothing_beyond_their_requirements(build_zip: ModuleType, tmp_path: Path) -> None:
    build_zip.copy_ours(tmp_path)
    for name in closure(requirements(build_zip.REQUIREMENTS)):
        for top in {file.parts[0] for file in metadata.files(name) or () if ".." not in file.parts}:
            found = Path(str(metadata.distribution(name).locate_file(top)))
            if found.exists() and top != "__pycache__" and not (tmp_path / top).exists():
                (tmp_path / top).symlink_to(found)
    import_in_clean_interpreter(tmp_path)


def closure(names: dict[str, str]) -> set[str]:
    """These packages and what they require, of those that are installed here."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        wanted = [line for line in metadata.requires(name) or () if "extra ==" not in line]
        waiting += [
            other for line in wanted if (other := re.split(r"[^\w.-]", line)[0].lower()) and is_installed(other)
        ]
    return found


def is_installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


@pytest.fixture(scope="module")
def built(build_zip: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For the running Python, from the requirements."""
    path = tmp_path_factory.mktemp("lambda") / "rollcall.zip"
    try:
        build_zip.build(path)
    except subprocess.CalledProcessError as failed:
        if UNREACHABLE.search(failed.stderr):
            pytest.skip("pip reaches no index of packages from here, so that no zip can be built")
        raise AssertionError(failed.stderr) from failed
    return path


def test_the_handlers_can_be_imported_from_the_zip_in_a_clean_interpreter(built: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(built) as archive:
        archive.extractall(tmp_path)
    import_in_clean_interpreter(tmp_path)


def test_the_zip_is_sorted_and_has_no_times_scripts_or_caches(built: Path) -> None:
    with zipfile.ZipFile(built) as archive:
        names = archive.namelist()
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert names == sorted(names, key=lambda name: Path(name).parts)
    assert not [name for name in names if "__pycache__" in name or name.startswith(("bin/", "tests/", "face_engine/"))]
    assert {"website/templates/layout.html", "lambda_face_search/start.py"} <= set(names)


def test_the_same_files_make_the_same_zip(build_zip: ModuleType, tmp_path: Path) -> None:
    zips = []
    for name in ("one", "other"):
        build_zip.copy_ours(tmp_path / name)
        out = tmp_path / f"{name}.zip"
        build_zip.write_zip(out, tmp_path / name, list(build_zip.packed(tmp_path / name)))
        zips.append(out.read_bytes())
    assert zips[0] == zips[1]


def test_more_than_lambda_takes_is_refused(
    build_zip: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(build_zip, "install", lambda folder, architecture: None)
    monkeypatch.setattr(build_zip, "MOST_BYTES", 1024**2)
    assert build_zip.main(["--running", "--out", str(tmp_path / "x.zip")]) == 1
    assert re.fullmatch(r"The functions are [\d.]+ MB unpacked; Lambda takes 1\.0 MB\.\n", capsys.readouterr().err)
    assert not (tmp_path / "x.zip").exists()


def test_descriptions_of_services_that_are_not_used_stay_out(build_zip: ModuleType, tmp_path: Path) -> None:
    for name in ("data/endpoints.json", "data/s3/2006-03-01/service-2.json.gz", "data/ec2/2016/service-2.json.gz"):
        path = tmp_path / "botocore" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    kept = {path.relative_to(tmp_path / "botocore").as_posix() for path in build_zip.packed(tmp_path)}
    assert kept == {"data/endpoints.json", "data/s3/2006-03-01/service-2.json.gz"}
