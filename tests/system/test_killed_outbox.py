"""Kill -9 of who removes somebody, and of the worker that tells handlers of it: nothing is lost or doubled."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from attendance.bootstrap import bootstrap
from attendance.errors import NotFound
from attendance.services import Services
from attendance.settings import load_settings
from attendance.use_cases.removals import STUDENT_REMOVED
from tests.system import school
from tests.system.processes import REPOSITORY, settings_of, wait_for, worker

pytestmark = pytest.mark.slow

STUDENT = str(school.SEEDS[0])
COMMITS = ("before store.commit:RemoveStudent", "after store.commit:RemoveStudent")
DRAINS = (
    "before store.claim_outbox",
    "after store.claim_outbox",
    "before store.finish_outbox",
    "after store.finish_outbox",
)


@pytest.fixture
def site(a_school: Path, tmp_path: Path) -> tuple[Services, dict[str, str]]:
    data = Path(shutil.copytree(a_school, tmp_path / "data"))
    return bootstrap(load_settings(settings_of(data))), {"SYSTEM_TEST_EVENTS": str(tmp_path / "events")}


def _remove(site: tuple[Services, dict[str, str]], **more: str) -> int:
    services, events = site
    command = [sys.executable, "-m", "tests.system.event_log", STUDENT]
    environment = {**os.environ, **settings_of(services.settings.data), **events, **more}
    return subprocess.run(command, cwd=REPOSITORY, env=environment, check=False).returncode


def _told(site: tuple[Services, dict[str, str]]) -> list[str]:
    log = Path(site[1]["SYSTEM_TEST_EVENTS"])
    return [line.split()[0] for line in log.read_text().splitlines()] if log.exists() else []


def _is_gone(services: Services) -> bool:
    try:
        services.store.student(STUDENT)
    except NotFound:
        return True
    return False


def _written_down(services: Services) -> int:
    return sum(entry.action == STUDENT_REMOVED for entry in services.store.audit().items)


@pytest.mark.parametrize("step", COMMITS)
def test_a_removal_its_proof_and_its_event_are_there_together_or_not_at_all(
    site: tuple[Services, dict[str, str]], step: str
) -> None:
    services, events = site
    assert _remove(site, SYSTEM_TEST_KILL_AT=step) == -signal.SIGKILL
    done = step.startswith("after")
    assert (_is_gone(services), _written_down(services)) == (done, int(done))
    assert len(services.store.outbox("log")) == int(done)
    with worker(services.settings.data, **events):
        wait_for(lambda: not services.store.outbox("log"), "the end of what waits")
        wait_for(lambda: not services.store.pending_erasures(), "the end of the deletions")
    assert _told(site) == ["student.removed"] * int(done)


@pytest.mark.parametrize("step", DRAINS)
def test_an_event_is_handled_once_wherever_its_worker_is_killed(
    site: tuple[Services, dict[str, str]], step: str
) -> None:
    services, events = site
    assert _remove(site) == 0
    assert _told(site) == []  # nobody who asks the use case waits for this handler
    with worker(services.settings.data, SYSTEM_TEST_KILL_AT=step, **events) as doomed:
        assert doomed.ended_with() == -signal.SIGKILL
    with worker(services.settings.data, **events):
        wait_for(lambda: not services.store.outbox("log"), "the end of what waits")
    assert _told(site) == ["student.removed"]
    assert _written_down(services) == 1
