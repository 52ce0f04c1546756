"""The trial of tests/device_uploader/trial.py in short: a bad network, kills, and nothing lost, doubled or changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.device_uploader.fake_site import FakeSite
from tests.device_uploader.trial import Outcome, compare, read_ledger, run_trial

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("seed", [1, 2])
def test_everything_arrives_once_and_bit_equal_through_kills_and_cuts(tmp_path: Path, seed: int):
    more = ["--clip-minutes", "4", "--snapshot-minutes", "0,5,10,15,20,25,30,35,40,45,50,55"]
    outcome = run_trial(tmp_path, hours=0.4, speed=120, kills=3, seed=seed, more=more)
    assert outcome.complaints == [], (tmp_path / "client.log").read_text()
    assert outcome.seconds_after < 60
    assert outcome.clips >= 3
    assert outcome.snapshots >= 3
    assert outcome.readings >= 50


def test_the_trial_notices_what_is_lost_doubled_changed_or_made_up(tmp_path: Path):
    (tmp_path / "ledger").write_text(
        '{"kind": "clip", "id": "1", "sha256": "x", "size": 1}\n{"kind": "clip", "id": "2", "sha256": "x", "size": 1}\n'
        '{"kind": "reading", "id": "3", "pixels_c": [1.0], "thermistor_c": 2.0}\n{"kind": "rea'
    )
    fake, outcome = FakeSite(), Outcome()
    fake.files["1"] = b"other"
    fake.came.update(["1", "3", "3", "4"])
    fake.readings["3"] = {"pixels_c": [1.0], "thermistor_c": 2.5}
    compare(read_ledger(tmp_path / "ledger"), fake, outcome)
    assert sorted(outcome.complaints) == [
        "1 things came that nobody recorded",
        "3 was made 2 times",
        "the clip 1 is another one now",
        "the clip 2 is lost",
        "the reading 3 is another one now",
    ]
