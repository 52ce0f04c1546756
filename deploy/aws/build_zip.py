"""Builds the zip that the functions in Lambda run from: `make lambda`, or `python deploy/aws/build_zip.py --help`.

The same sources and packages give the same bytes, so that nothing is deployed anew where nothing has changed.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "lambda_face_search/requirements.txt"
OURS = ("attendance", "website", "lambda_face_search")
PYTHON = "3.12"  # as deploy/aws/template.yaml says
MOST_BYTES = 250 * 1024**2
"""What Lambda takes, unpacked: docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html."""

PLATFORMS = {"x86_64": "x86_64", "arm64": "aarch64"}
# Amazon Linux 2023, which Lambda's Python 3.12 runs on, has glibc 2.34.
GLIBCS = ("manylinux2014", "manylinux_2_17", "manylinux_2_28", "manylinux_2_34")

SERVICES = {"dynamodb", "rekognition", "s3", "secretsmanager", "sns", "sqs", "ssm", "sts"}
"""What the functions talk to. botocore brings the descriptions of four hundred services, 25 MB."""

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say


def build(out: Path, *, architecture: str | None = None) -> int:
    """Write the zip; the bytes it unpacks to. Without an architecture it is for the Python that runs this.

    Raises CalledProcessError where pip fails, and ValueError where it is larger than Lambda takes.
    """
    with tempfile.TemporaryDirectory() as folder:
        install(Path(folder), architecture)
        copy_ours(Path(folder))
        files = list(packed(Path(folder)))
        unpacked = sum(path.stat().st_size for path in files)
        if unpacked > MOST_BYTES:
            raise ValueError(f"The functions are {_mb(unpacked)} unpacked; Lambda takes {_mb(MOST_BYTES)}.")
        out.parent.mkdir(parents=True, exist_ok=True)
        write_zip(out, Path(folder), files)
    return unpacked


def install(folder: Path, architecture: str | None) -> None:
    """The packages of the requirements, for Lambda's Python or the running one; none is built here."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    command += ["--only-binary=:all:", "--target", str(folder), "--requirement", str(REQUIREMENTS)]
    if architecture is not None:
        command += ["--python-version", PYTHON, "--implementation", "cp"]
        command += [f"--platform={glibc}_{PLATFORMS[architecture]}" for glibc in GLIBCS]
    subprocess.run(command, check=True, stderr=subprocess.PIPE, text=True)  # noqa: S603 - the command is ours


def copy_ours(folder: Path) -> None:
    """Our own packages, with their pages and translations."""
    for name in OURS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))


def packed(folder: Path) -> Iterator[Path]:
    """The files that belong into the zip, sorted."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        # Scripts, and the lists of installed files with their hashes, name the Python that pip ran on.
        if path.is_file() and inside[0] != "bin" and path.name != "RECORD" and not _is_unused(inside):
            yield path


def _is_unused(inside: Sequence[str]) -> bool:
    """Services that are not asked, and the dates and numbers of languages that no page has."""
    if inside[:2] == ("babel", "locale-data"):
        return not inside[-1].startswith(("root", "en", "ko"))
    return inside[:2] == ("botocore", "data") and len(inside) > 3 and inside[2] not in SERVICES


def write_zip(out: Path, folder: Path, files: Sequence[Path]) -> None:
    """With fixed times and rights."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in files:
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _EPOCH)
            entry.create_system = 3  # Unix, so that the rights mean something
            entry.external_attr = (0o755 if path.suffix == ".so" else 0o644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())


def _mb(size: int) -> str:
    return f"{size / 1024**2:.1f} MB"


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 1 where pip fails or the zip would be too large."""
    parser = argparse.ArgumentParser(description="Build the zip that the functions in Lambda run from.")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--arch", choices=PLATFORMS, default="x86_64", help="the processor (default: %(default)s)")
    kind.add_argument("--running", action="store_true", help="for this machine's Python, to try it out")
    parser.add_argument("--out", type=Path, default=ROOT / "build/lambda/rollcall.zip", help="default: %(default)s")
    given = parser.parse_args(arguments)
    try:
        unpacked = build(given.out, architecture=None if given.running else given.arch)
    except subprocess.CalledProcessError as failed:
        print(f"pip could not install the requirements:\n{failed.stderr}", file=sys.stderr)
        return 1
    except ValueError as too_large:
        print(too_large, file=sys.stderr)
        return 1
    print(f"{given.out}: {_mb(given.out.stat().st_size)}, unpacked {_mb(unpacked)} of {_mb(MOST_BYTES)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
