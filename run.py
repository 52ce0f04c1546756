"""Run the site, and one worker where the queue needs it, and stop both cleanly: `python run.py`, or `make run`."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import FrameType

from attendance.bootstrap import bootstrap
from attendance.disk.secret_files import site_secret
from attendance.errors import RollcallError, SettingsError
from attendance.ports import AnsweredNotifier, WorkedQueue
from attendance.services import Services
from attendance.settings import load_settings
from website import setup_link

_STOP_WITHIN_S = 25.0
_LOOK_EVERY_S = 0.2
_SHORT_LIFE_S = 5.0
_MOST_SHORT_LIVES = 3
_MOST_PROCESSES = 64
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


@dataclass
class _Part:
    """The site or the worker. It is started again when it ends by itself, unless it cannot live at all."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    short_lives: int = field(default=0)

    def start(self) -> None:
        self.started_at = time.monotonic()
        # A process group of its own: Ctrl-C reaches this program only, which then ends both in order.
        self.process = subprocess.Popen(  # noqa: S603 - the command is ours
            self.command,
            env=dict(self.environment),
            process_group=0,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - this program has no other threads
        )

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start_again(self) -> None:
        """Raises SettingsError where it ended at once several times."""
        lived = time.monotonic() - self.started_at
        self.short_lives = self.short_lives + 1 if lived < _SHORT_LIFE_S else 0
        if self.short_lives >= _MOST_SHORT_LIVES:
            raise SettingsError(f"The {self.name} ends as soon as it starts; its reason is above.")
        print(f"rollcall: the {self.name} ended by itself; starting it again.", file=sys.stderr, flush=True)
        time.sleep(1)
        self.start()

    def stop(self) -> None:
        if self.is_running() and self.process is not None:
            self.process.terminate()

    def wait(self, until: float) -> bool:
        """Whether it ended by itself until then; else it is killed."""
        if self.process is None:
            return True
        try:
            self.process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            print(f"rollcall: the {self.name} did not stop in time and was killed.", file=sys.stderr, flush=True)
            self.process.kill()
            self.process.wait()
            return False
        return True


def serve(environment: Mapping[str, str]) -> int:
    """Serve until Ctrl-C or SIGTERM. Raises RollcallError where it cannot start."""
    settings = load_settings(environment)
    host, port = free_address(environment)
    address = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104 - compared, not bound
    services = bootstrap(settings)
    site_secret(settings.data)  # a full disk is told here, once, and not by each process of the site
    link = setup_link(services, address)
    processes = _number(environment, "WEB_CONCURRENCY", 2, _MOST_PROCESSES)
    commands = commands_for(services, site_command(host, port, processes))
    parts = [_Part(name, command, environment) for name, command in commands.items()]
    print(f"Rollcall runs on {address} - Ctrl-C stops it.", flush=True)
    if link is not None:
        print(f"Make the first admin here (works once): {link}", flush=True)
    return 0 if _run(parts) else 1


def commands_for(services: Services, site: list[str]) -> dict[str, list[str]]:
    """What is started, by name: a queue that others work off needs no worker, and one would end at once."""
    commands = {"site": site}
    if isinstance(services.jobs, WorkedQueue):
        commands["worker"] = [sys.executable, "-m", "attendance.worker"]
    answered = any(isinstance(one, AnsweredNotifier) for one in services.notifiers.values())
    if answered and services.settings.slack_app_token.reveal():
        commands["Slack connection"] = [sys.executable, "-m", "attendance.listener"]
    return commands


def site_command(host: str, port: int, processes: int) -> list[str]:
    """Threads of one process run Python one at a time, so that more than one process keeps pages quick under load."""
    command = [sys.executable, "-m", "gunicorn", "website:create_app(link_is_told=True)"]
    command += ["--config", "python:gunicorn_conf"]
    return [*command, "--bind", f"{host}:{port}", "--workers", str(processes), "--log-level", "warning"]


def _run(parts: list[_Part]) -> bool:
    """Whether each part stopped by itself when it was told to."""
    stopping = False
    in_time = []

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        for part in parts:
            part.start()
        while not stopping:
            time.sleep(_LOOK_EVERY_S)
            for part in parts:
                if not part.is_running() and not stopping:
                    part.start_again()
    finally:
        print("rollcall: stopping.", flush=True)
        for part in parts:
            part.stop()
        until = time.monotonic() + _STOP_WITHIN_S
        in_time = [part.wait(until) for part in parts]
        for number, handler in before.items():
            signal.signal(number, handler)
    print("rollcall: stopped.", flush=True)
    return all(in_time)


def _end_with_parent() -> None:
    """Where this program is killed, its parts end too, and the port is free again. Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def free_address(environment: Mapping[str, str]) -> tuple[str, int]:
    """HOST and PORT. Raises SettingsError where they are wrong, or taken at this moment."""
    host, port = environment.get("HOST", "127.0.0.1"), _number(environment, "PORT", 5000, 65535)
    _check_free(host, port)
    return host, port


def _number(environment: Mapping[str, str], name: str, usual: int, most: int) -> int:
    """Raises SettingsError."""
    text = environment.get(name, str(usual))
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise SettingsError(f"{name} is {text!r}, but must be a number from 1 to {most}.")
    return int(text)


def _check_free(host: str, port: int) -> None:
    try:
        with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            pass
    except OSError as taken:
        reason = (taken.strerror or str(taken)).partition(" (")[0]  # Python adds the address, which stands here already
        raise SettingsError(f"{host}:{port} cannot be used ({reason}); set HOST or PORT.") from taken


def main() -> int:
    """The exit code: 0 after a clean stop, 2 where a setting is wrong, 1 where a part does not answer or stop."""
    try:
        return serve(os.environ)
    except RollcallError as wrong:
        print(f"rollcall: {wrong.sentence}", file=sys.stderr)
        return 2 if isinstance(wrong, SettingsError) else 1


if __name__ == "__main__":
    sys.exit(main())
