"""Taking attendance on the command line of a site whose media are in a bucket: nothing is appended there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from attendance.errors import BadRecording, ServiceUnavailable
from attendance.model import SearchStatus
from attendance.ports import MediaFile
from attendance.services import Services
from tests.website.commands.commanding import LECTURE, recordings, refused
from tests.website.direct_sending import with_a_bucket


@pytest.fixture
def services(services: Services) -> Services:
    return with_a_bucket(services)


def kept(services: Services) -> list[str]:
    return [key for key in services.media.keys("") if not key.startswith("photos/")]


def test_the_recording_is_searched_and_the_file_stays(analyse, services: Services, video: Path):
    assert "1 present" in analyse().stdout
    (recording,) = recordings(services)
    assert recording.status is SearchStatus.DONE
    assert recording.original_name == video.name
    assert services.media.read(recording.media_key) == LECTURE == video.read_bytes()
    assert [key for key in kept(services) if key.startswith("recordings/")] == [recording.media_key]


def test_a_file_that_is_named_by_a_link_stays_too(analyse, services: Services, video: Path, tmp_path: Path):
    link = tmp_path / "link.mp4"
    link.symlink_to(video)
    assert analyse(path=link).exit_code == 0
    assert link.is_symlink()
    assert video.read_bytes() == LECTURE


def test_the_same_file_is_searched_again_and_not_added(analyse, services: Services):
    assert analyse().exit_code == 0
    assert analyse().exit_code == 0
    assert len(recordings(services)) == 1


def test_there_is_no_row_before_the_bytes_are_there(
    analyse, services: Services, monkeypatch: pytest.MonkeyPatch, video: Path
):
    """A worker would find the row, and no file."""
    put_file, rows = services.media.put_file, []

    def watched(key: str, file: MediaFile) -> None:
        rows.append((len(recordings(services)), file.size()))
        put_file(key, file)

    monkeypatch.setattr(services.media, "put_file", watched)
    assert analyse().exit_code == 0
    assert rows[0] == (0, len(LECTURE))


@pytest.mark.parametrize("error", [ServiceUnavailable("The bucket does not answer."), KeyboardInterrupt()])
def test_sending_that_is_broken_off_leaves_nothing(
    analyse, services: Services, monkeypatch: pytest.MonkeyPatch, video: Path, error: BaseException
):
    put_file = services.media.put_file

    def broken(key: str, file: MediaFile) -> None:
        put_file(key, file)
        raise error

    monkeypatch.setattr(services.media, "put_file", broken)
    assert analyse().exit_code == 1
    assert (recordings(services), kept(services), video.read_bytes()) == ([], [], LECTURE)


def test_a_recording_that_fails_its_search_leaves_nothing(
    analyse, services: Services, monkeypatch: pytest.MonkeyPatch, video: Path
):
    def fail(*given: Any, **named: Any) -> Any:
        raise BadRecording("There is no picture in it.")

    monkeypatch.setattr(services.faces, "search", fail)
    assert refused(analyse()) == "There is no picture in it."
    assert recordings(services) == []
    assert kept(services) == []
    assert video.read_bytes() == LECTURE
