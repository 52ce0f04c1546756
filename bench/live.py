"""Open pages of one lecture before a real site: how much of a core they cost while nobody writes, and while people do.

`python -m bench.live` starts a site of its own, as `run.py` serves it, with 500 students on a roster, and lets each ask
what is new as often as the page's script does: every 2 to 3 s for a minute after a message, else every 3 to 3.7 s. The
pages are a process of their own. Counted is the CPU time of the site's processes, by the system. It ends with status 1
where that is above 30 % of one core, or a request failed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from attendance.bootstrap import bootstrap
from attendance.changes import AddLecture, AddStudent, AddUser
from attendance.disk.secret_files import site_secret
from attendance.model import Lecture, Role, Student, User, new_id
from attendance.services import Services
from attendance.settings import load_settings
from attendance.use_cases.courses.courses import add_course, set_teachers
from attendance.use_cases.live.meetings import set_meeting
from attendance.use_cases.people.accounts import begin_session
from bench.child import running_cpu_seconds
from bench.device_site import ROOT, own_environment, served

MOST_PERCENT = 30.0
BUSY_S, ON_S, BUSY_FOR_S = (2.0, 3.0), (3.0, 3.7), 60.0
"""As website/static/js/live.js has them."""
WRITE_EVERY_S = 2.0
_WARM_UP_S = 15.0
_PATIENCE_S = 10.0
_FINE = (200, 304)
_OWN_CONNECTION = {"Accept": "application/json", "Connection": "close"}
"""The site closes connections that are silent for 2 s; a browser would see that and ask anew."""


def main(arguments: Sequence[str] | None = None) -> int:
    """0, or 1 where the pages cost too much or were refused."""
    parser = argparse.ArgumentParser(prog="python -m bench.live", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pages", type=int, default=500, help="how many are open (default %(default)s)")
    parser.add_argument("--seconds", type=float, default=30.0, help="of each of the two parts (default %(default)s)")
    parser.add_argument("--ask", metavar="FILE", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.ask:
        asyncio.run(_ask(json.loads(Path(options.ask).read_text())))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        return _measure(Path(folder), options.pages, options.seconds)


def _measure(folder: Path, pages: int, seconds: float) -> int:
    path, cookies, teacher = _fill(folder / "data", pages)
    with served(folder / "data") as address:
        found = []
        for writes in (False, True):
            plan = {"address": address, "path": path, "cookies": cookies, "seconds": seconds, "writes": writes}
            writer = _Writer(address, path, teacher) if writes else None
            found.append(_part(folder, plan, writer))
    for name, part in zip(("nobody writes", "a message every 2 s"), found, strict=True):
        print(f"{name}: {part['percent']:.1f} % of one core, {part['per_s']:.0f} requests a second, {part['words']}")
    return int(any(part["percent"] > MOST_PERCENT or part["failed"] for part in found))


def _part(folder: Path, plan: dict[str, object], writer: _Writer | None) -> dict[str, Any]:
    """The pages are open for the warm-up first, so that all of them were let in before anything is counted."""
    asked = folder / "plan.json"
    asked.write_text(json.dumps(plan))
    command = [sys.executable, "-m", "bench.live", "--ask", str(asked)]
    seconds = float(str(plan["seconds"]))
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ours
        _write_for(_WARM_UP_S, writer)
        site = _site_processes(process.pid)
        before, began = running_cpu_seconds(site), time.monotonic()
        _write_for(seconds, writer)
        used, lasted = running_cpu_seconds(site) - before, time.monotonic() - began
        said = json.loads(process.communicate()[0])
    statuses, times = said["statuses"], sorted(said["times"])
    failed = sum(count for status, count in statuses.items() if int(status) not in _FINE)
    middle, late = times[len(times) // 2], times[len(times) * 95 // 100]
    share = 100 * statuses.get("304", 0) / max(1, sum(statuses.values()))
    words = f"{share:.0f} % of them 304, {1000 * middle:.1f} ms in the middle, {1000 * late:.1f} ms the 95th percentile"
    if failed:
        words += f"; FAILED: {statuses}"
    return {"percent": 100 * used / lasted, "per_s": len(times) / said["seconds"], "words": words, "failed": failed}


def _write_for(seconds: float, writer: _Writer | None) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if writer is not None:
            writer.write()
        time.sleep(min(WRITE_EVERY_S, left))


class _Writer:
    """A teacher in a browser, who sends the form of the page."""

    def __init__(self, address: str, path: str, cookie: str) -> None:
        self._session, self._url = requests.Session(), f"{address}{path}"
        self._session.cookies.set("rollcall", cookie, domain=urlsplit(address).hostname, path="/")
        page = self._session.get(self._url, headers={"Connection": "close"}, timeout=_PATIENCE_S)
        page.raise_for_status()
        found = re.search(r'name="csrf-token" content="([^"]+)"', page.text)
        self._token = found[1] if found else ""
        self._number = 0

    def write(self) -> None:
        self._number += 1
        fields = {"words": f"Message {self._number} with https://example.org/", "csrf_token": self._token}
        answer = self._session.post(f"{self._url}/messages", data=fields, headers=_OWN_CONNECTION, timeout=_PATIENCE_S)
        answer.raise_for_status()


def _site_processes(asking: int) -> list[int]:
    """All that this process started, and what these started, but for the pages."""
    found: list[int] = []
    waiting = [os.getpid()]
    while waiting:
        parent = waiting.pop()
        with suppress(OSError):
            for thread in Path(f"/proc/{parent}/task").iterdir():
                children = [int(child) for child in (thread / "children").read_text().split()]
                waiting += [child for child in children if child != asking]
        if parent != os.getpid():
            found.append(parent)
    return found


def _fill(data: Path, pages: int) -> tuple[str, list[str], str]:
    """The path of the lecture, the cookies of its students, and that of their teacher."""
    settings = {name: value for name, value in own_environment(data).items() if name.startswith("ROLLCALL_")}
    services = bootstrap(load_settings(settings))
    try:
        course = add_course(services, code="BENCH", section="", name="Load", by=None)
        now = services.now()
        teacher = _account(services, "teacher@example.org", Role.TEACHER, None)
        set_teachers(services, course.id, [teacher.id], by=None)
        lecture = Lecture(new_id(), course.id, now - timedelta(minutes=5), now + timedelta(hours=3), now)
        services.store.commit(AddLecture(lecture))
        set_meeting(services, teacher, course.id, url="https://zoom.us/j/1", number="1", passcode="first")
        signs = _Cookies(services)
        cookies = []
        for number in range(pages):
            student = Student(f"{number:05}", new_id(), f"Student {number}", now)
            services.store.commit(AddStudent(student, (), [course.id]))
            user = _account(services, f"student{number}@example.org", Role.STUDENT, student.id)
            cookies.append(signs.of(user))
        return f"/live/lectures/{lecture.id}", cookies, signs.of(teacher)
    finally:
        services.store.close()  # type: ignore[attr-defined]


def _account(services: Services, email: str, role: Role, student_id: str | None) -> User:
    """Without a password: its session is begun here, as 500 hashes would take minutes."""
    user = User(new_id(), email, email.partition("@")[0], role, "", services.now(), student_id)
    services.store.commit(AddUser(user))
    return user


class _Cookies:
    """Signs what a browser holds once somebody has signed in."""

    def __init__(self, services: Services) -> None:
        app = Flask("bench")
        app.secret_key = site_secret(services.settings.data)
        self._services, self._signer = services, SecureCookieSessionInterface().get_signing_serializer(app)

    def of(self, user: User) -> str:
        session = begin_session(self._services, user, browser="bench", address="127.0.0.1")
        assert self._signer is not None
        known = f"{user.id}.{user.session_key}.{session.id}"
        signed: str = self._signer.dumps({"_user_id": known, "_fresh": False, "_permanent": True})
        return signed


@dataclass
class _Seen:
    """What all pages met, once the warm-up is over."""

    counts_from: float
    statuses: Counter[int] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)


async def _ask(plan: dict[str, object]) -> None:
    """The pages: each on a connection of its own, which is opened anew where the site has closed it."""
    began = time.monotonic()
    seconds = float(str(plan["seconds"]))
    seen = _Seen(began + _WARM_UP_S)
    cookies = plan["cookies"]
    assert isinstance(cookies, list)
    pages = (_page(plan, cookie, seen, began + _WARM_UP_S + seconds) for cookie in cookies)
    await asyncio.gather(*pages)
    print(json.dumps({"statuses": seen.statuses, "times": seen.times, "seconds": seconds}))


async def _page(plan: dict[str, object], cookie: str, seen: _Seen, until: float) -> None:
    place, path = urlsplit(str(plan["address"])), f"{plan['path']}/news"
    tag, version, busy_until = "", 0, 0.0
    connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    await asyncio.sleep(random.uniform(0, ON_S[1]))  # noqa: S311 - people do not open it at once
    while (now := time.monotonic()) < until:
        head = f"GET {path}?after={version} HTTP/1.1\r\nHost: {place.netloc}\r\nCookie: rollcall={cookie}\r\n"
        head += f"Accept: application/json\r\nIf-None-Match: {tag or '-'}\r\n\r\n"
        if connection is not None and connection[0].at_eof():
            connection[1].close()
            connection = None
        try:
            if connection is None:
                connection = await asyncio.open_connection(place.hostname, place.port)
            status, headers, body = await asyncio.wait_for(_answer(connection, head), _PATIENCE_S)
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            if connection is not None:
                connection[1].close()
            connection, status, headers, body = None, 0, {}, b""
        if status == 0 and time.monotonic() - now < 0.5:  # the site closed it at this moment; a browser asks anew
            continue
        if now >= seen.counts_from:
            seen.statuses[status] += 1
            seen.times.append(time.monotonic() - now)
        if status == 200:
            said = json.loads(body)
            if said["posts"] and version:
                busy_until = now + BUSY_FOR_S
            tag, version = headers["etag"], said["version"]
        await asyncio.sleep(random.uniform(*(BUSY_S if now < busy_until else ON_S)))  # noqa: S311 - as the page
    if connection is not None:
        connection[1].close()


async def _answer(
    connection: tuple[asyncio.StreamReader, asyncio.StreamWriter], head: str
) -> tuple[int, dict[str, str], bytes]:
    reader, writer = connection
    writer.write(head.encode())
    lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return int(lines[0].split()[1]), headers, body


if __name__ == "__main__":
    sys.exit(main())
