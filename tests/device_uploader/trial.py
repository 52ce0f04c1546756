"""A device on the worst of networks: python -m tests.device_uploader.trial --hours 2 --speed 60.

The client runs as a process of its own, with its simulated camera and sensor, behind a proxy that refuses, stays
silent, cuts and half-closes; it is killed with -9 at random. After the last recording the network comes back, and
everything that the client had safe on disk must be at the site once, bit-equal, within a minute.

Without --server a small site of the tests is used, and every byte compared. With --server (and --key-file) it is a
running Rollcall, which itself compares the sha256 of every file, and is asked for every id.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from device_uploader.clock import Clock, SiteTime
from device_uploader.disk import Disk
from device_uploader.key_file import read_key
from device_uploader.site import Site
from tests.device_uploader.bad_network import BadNetwork, State, served
from tests.device_uploader.fake_site import KEY, FakeSite

ROOT = Path(__file__).parents[2]
BAD: tuple[State, ...] = ("refusing", "silent", "cutting", "half closing")


@dataclass(slots=True)
class Outcome:
    """What the trial found; no complaint is a success."""

    clips: int = 0
    snapshots: int = 0
    readings: int = 0
    megabytes: float = 0.0
    kills: int = 0
    cuts: int = 0
    seconds_after: float = 0.0
    complaints: list[str] = field(default_factory=list)


def run_trial(
    folder: Path,
    *,
    hours: float,
    speed: float,
    kills: int,
    seed: int,
    server: str | None = None,
    key_file: Path | None = None,
    more: Sequence[str] = (),
) -> Outcome:
    """Everything is decided by the seed but what the machine's own speed decides."""
    chance, fake = random.Random(seed), FakeSite()
    stop_site = None
    if server is None:
        port, stop_site = served(fake.app)
        key_file = folder / "key"
        key_file.touch(0o600)
        key_file.write_text(KEY)
    else:
        port = urlsplit(server).port or 80
    assert key_file is not None
    network = BadNetwork(("127.0.0.1", port), seed)
    ledger = folder / "ledger"
    client = Client(folder, network.port, key_file, ledger, hours, speed, more)
    lasts_s = hours * 3600 / speed
    kill_at = sorted(chance.uniform(0.1, 0.95) * lasts_s for _ in range(kills))
    begun = time.monotonic()
    try:
        client.start()
        endure(client, network, chance, begun + lasts_s + 1, [begun + at for at in kill_at])
        network.set("up")
        back = time.monotonic()
        code = client.wait(90)
        outcome = Outcome(kills=kills, cuts=network.cuts, seconds_after=time.monotonic() - back)
        if code != 0:
            outcome.complaints.append(f"the client ended with {code}, and has not sent everything in 90 s")
        compare(read_ledger(ledger), fake if server is None else None, outcome)
        if server is not None:
            ask_the_site(read_ledger(ledger), server, key_file, outcome)
    finally:
        client.kill()
        network.stop()
        if stop_site is not None:
            stop_site()
    if outcome.seconds_after > 60:
        outcome.complaints.append(f"it took {outcome.seconds_after:.0f} s after the network was back")
    return outcome


class Client:
    """The device's process."""

    def __init__(
        self, folder: Path, port: int, key_file: Path, ledger: Path, hours: float, speed: float, more: Sequence[str]
    ) -> None:
        self._log = (folder / "client.log").open("ab")
        self._process: subprocess.Popen[bytes] | None = None
        self._command = [sys.executable, "-m", "device_uploader", "simulate"]
        self._command += ["--hours", str(hours), "--speed", str(speed), "--server", f"http://127.0.0.1:{port}"]
        self._command += [
            "--key-file",
            str(key_file),
            "--spool",
            str(folder / "outbox"),
            "--ledger",
            str(ledger),
            *more,
        ]

    def start(self) -> None:
        """It goes on where it was."""
        self._process = subprocess.Popen(self._command, cwd=ROOT, stderr=self._log)

    def kill(self) -> None:
        """As power loss would, but for the disk's own memory."""
        if self._process is not None and self._process.poll() is None:
            os.kill(self._process.pid, signal.SIGKILL)
            self._process.wait()
        if self._process is not None:
            self._process.wait()

    def wait(self, seconds: float) -> int | None:
        """Its exit code; None where it is not done by then."""
        assert self._process is not None
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:
            self._log.close()


def endure(client: Client, network: BadNetwork, chance: random.Random, until: float, kill_at: list[float]) -> None:
    """Bad for most of the time, with moments in which it works, but none near the end; kills at the given times."""
    change_at, begun = 0.0, time.monotonic()
    while (now := time.monotonic()) < until:
        if now >= change_at:
            good = chance.random() < 0.2 and now < begun + 0.8 * (until - begun)
            network.set("up" if good else chance.choice(BAD))
            change_at = now + (chance.uniform(0.2, 1.5) if good else chance.uniform(0.5, 5.0))
        if kill_at and now >= kill_at[0]:
            kill_at.pop(0)
            client.kill()
            client.start()
        threading.Event().wait(0.05)


def read_ledger(path: Path) -> list[dict[str, Any]]:
    """What the client had safe on disk. A line that a kill has cut is of something that need not have been."""
    lines = path.read_bytes().split(b"\n") if path.exists() else []
    found = []
    for line in lines:
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return list({words["id"]: words for words in found}.values())


def compare(ledger: list[dict[str, Any]], fake: FakeSite | None, outcome: Outcome) -> None:
    """Everything once, bit-equal, and nothing else but what a kill kept out of the ledger."""
    files = [words for words in ledger if words["kind"] != "reading"]
    readings = [words for words in ledger if words["kind"] == "reading"]
    outcome.clips = sum(words["kind"] == "clip" for words in files)
    outcome.snapshots, outcome.readings = len(files) - outcome.clips, len(readings)
    outcome.megabytes = sum(words["size"] for words in files) / 1e6
    if fake is None:
        return
    say = outcome.complaints.append
    for words in files:
        data = fake.files.get(words["id"])
        if data is None:
            say(f"the {words['kind']} {words['id']} is lost")
        elif hashlib.sha256(data).hexdigest() != words["sha256"]:
            say(f"the {words['kind']} {words['id']} is another one now")
    for words in readings:
        came = fake.readings.get(words["id"])
        if came is None:
            say(f"the reading {words['id']} is lost")
        elif (came["pixels_c"], came["thermistor_c"]) != (words["pixels_c"], words["thermistor_c"]):
            say(f"the reading {words['id']} is another one now")
    for name, count in fake.came.items():
        if count != 1:
            say(f"{name} was made {count} times")
    unknown = set(fake.came) - {words["id"] for words in ledger}
    if len(unknown) > outcome.kills:
        say(f"{len(unknown)} things came that nobody recorded")


def ask_the_site(ledger: list[dict[str, Any]], server: str, key_file: Path, outcome: Outcome) -> None:
    """A running Rollcall says for every id whether it is whole."""
    site = Site(server, read_key(key_file), SiteTime(None, Clock(), Disk()))
    ids = [words["id"] for words in ledger]
    for first in range(0, len(ids), 100):
        some = ids[first : first + 100]
        whole, refused = site.became(some)
        outcome.complaints += [f"{name} was refused: {refused[name]}" for name in some if name in refused]
        outcome.complaints += [f"{name} is lost" for name in some if name not in whole and name not in refused]


def main() -> int:
    """0 where nothing was lost, doubled or changed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=2.0, help="simulated (default: %(default)s)")
    parser.add_argument("--speed", type=float, default=60.0, help="how many times as fast (default: %(default)s)")
    parser.add_argument("--kills", type=int, default=10, help="with -9, at random (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the chances (default: %(default)s)")
    parser.add_argument("--server", help="a running site on this machine, http://127.0.0.1:PORT")
    parser.add_argument("--key-file", type=Path, help="the key of one of its devices")
    words = parser.parse_args()
    if words.server and not words.key_file:
        parser.error("--server needs --key-file")
    with tempfile.TemporaryDirectory(prefix="rollcall-trial-") as folder:
        outcome = run_trial(
            Path(folder),
            hours=words.hours,
            speed=words.speed,
            kills=words.kills,
            seed=words.seed,
            server=words.server,
            key_file=words.key_file,
            more=["--clip-minutes", "5", "--snapshot-minutes", "0,10,20,30,40,50"],
        )
    print(
        f"{outcome.clips} clips, {outcome.snapshots} snapshots ({outcome.megabytes:.1f} MB) and {outcome.readings} "
        f"readings; {outcome.kills} kills, {outcome.cuts} cut connections; "
        f"all was sent {outcome.seconds_after:.1f} s after the network was back."
    )
    for complaint in outcome.complaints[:50]:
        print(f"WRONG: {complaint}")
    print(
        "Nothing was lost, doubled or changed." if not outcome.complaints else f"{len(outcome.complaints)} complaints."
    )
    return bool(outcome.complaints)


if __name__ == "__main__":
    sys.exit(main())
