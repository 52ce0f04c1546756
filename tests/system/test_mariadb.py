"""A real MariaDB from Debian: the contract of the Store, and the views of check-ins, on a server of the test's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from attendance.adapters.sql import open_store
from attendance.changes import CheckInStep, SaveCheckIns
from attendance.errors import MovedOn, ServiceUnavailable
from attendance.settings import load_settings
from tests.contract.test_store_check_ins import a_check_in
from tests.system.processes import REPOSITORY, Process, wait_for
from tests.unit.test_store_sql_views import check_views, fill

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("mariadbd") is None, reason="MariaDB is not installed: mariadb-server"),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The socket of a server that listens on it, in a folder of its own, and nowhere else."""
    pytest.importorskip("pymysql")
    folder = tmp_path_factory.mktemp("mariadb")
    data, socket = folder / "data", folder / "socket"
    user = ["--user=root"] if os.geteuid() == 0 else []
    install = ["mariadb-install-db", "--no-defaults", f"--datadir={data}", "--skip-test-db", *user]
    install.append("--auth-root-authentication-method=normal")
    subprocess.run(install, check=True, capture_output=True, timeout=120)
    command = ["mariadbd", "--no-defaults", f"--datadir={data}", f"--socket={socket}", "--skip-networking", *user]
    command.append(f"--log-error={folder / 'log'}")
    with Process(command, {}):
        wait_for(lambda: _answers(socket), "MariaDB")
        yield socket


@pytest.fixture
def address(server: Path, request: pytest.FixtureRequest) -> str:
    """Of an empty database there, of this test alone."""
    name = f"rollcall_{abs(hash(request.node.name))}"
    _sql(server, f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    return f"mariadb+pymysql://root@localhost/{name}?unix_socket={server}"


def _sql(socket: Path, statement: str) -> None:
    command = ["mariadb", "--no-defaults", f"--socket={socket}", "-u", "root", "-e", statement]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


def _answers(socket: Path) -> bool:
    try:
        _sql(socket, "SELECT 1")
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return False
    return True


def test_the_contract_of_the_store_holds_on_mariadb(address: str) -> None:
    files = sorted(map(str, (REPOSITORY / "tests" / "contract").glob("test_store_*.py")))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "mariadb", *files]
    environment = {**os.environ, "STORE_URLS_UNDER_TEST": address}
    done = subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=1200, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert " passed" in done.stdout


def test_the_views_are_read_by_sql_and_one_of_two_at_once_is_let_in(address: str) -> None:
    store = open_store(address, load_settings({}))
    store.prepare()
    fill(store)
    check_views(store, quote="`")
    refused: list[Exception] = []
    ready = threading.Barrier(2)

    def come(name: str) -> None:
        ready.wait()
        try:
            store.commit(SaveCheckIns([CheckInStep(None, a_check_in(name, student_id="22"))]))
        except (MovedOn, ServiceUnavailable) as other:
            refused.append(other)

    threads = [threading.Thread(target=come, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [type(one) for one in refused] == [MovedOn]
    assert [one.student_id for one in store.open_check_ins()] == ["22"]
    store.close()
