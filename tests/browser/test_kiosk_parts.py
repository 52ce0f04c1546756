"""The kiosk's own decisions, tried in a real browser without a camera: its states, who is there, when it is quiet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from attendance.bootstrap import bootstrap
from attendance.settings import load_settings
from tests.browser.served_here import served_here

pytestmark = pytest.mark.browser

_SETTINGS = {"liveness": "turn", "undo_s": 5, "sections": [{"course_id": "c1", "title": "Physics", "section": "1"}]}
_SERVED = ("prompt", "register", "looking", "sending", "number", "unsure", "pin", "answer", "undoing", "sorry", "kept")
_WALK = """async ([start, events, settings]) => {
  const { step } = await import("/static/js/kiosk/machine.js");
  const been = [];
  let state = start;
  for (const event of events) been.push(state = step(state, event, settings));
  return been;
}"""


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page of the site, which may import the site's scripts."""
    services = bootstrap(load_settings({"ROLLCALL_DATA": str(tmp_path_factory.mktemp("kiosk") / "data")}))
    with served_here(services) as url:
        page = browser.new_page(base_url=url)
        page.goto("/login")
        yield page
        page.close()
    services.store.close()


def walk(page: Page, *events: str | dict[str, Any], start: Any = None, **settings: Any) -> list[dict[str, Any]]:
    """The states after each event, from idle on."""
    said = [{"type": event} if isinstance(event, str) else event for event in events]
    states: list[dict[str, Any]] = page.evaluate(_WALK, [start or {"name": "idle"}, said, {**_SETTINGS, **settings}])
    return states


def names(states: list[dict[str, Any]]) -> list[str]:
    return [state["name"] for state in states]


CHECK_IN = {"type": "command", "command": "check_in", "side": "left"}


def answered(outcome: str, **more: Any) -> dict[str, Any]:
    return {"type": "answered", "answer": {"id": "a1", "outcome": outcome, "sentence": "So it is.", **more}}


def test_a_check_in_goes_from_idle_to_its_answer_and_back(page: Page) -> None:
    states = walk(page, "somebody", CHECK_IN, "frames", answered("checked_in", undo_until="soon"), "time")
    assert names(states) == ["prompt", "looking", "sending", "answer", "idle"]
    assert states[1]["turn"] == "left"
    assert states[3]["undo"] is True


def test_without_liveness_no_turn_is_asked_for(page: Page) -> None:
    assert walk(page, "touched", CHECK_IN, liveness="off")[-1]["turn"] is None


@pytest.mark.parametrize("outcome", ["checked_in", "already_in", "checked_out", "not_in", "pending"])
def test_these_outcomes_are_shown_as_answers(page: Page, outcome: str) -> None:
    assert walk(page, "touched", CHECK_IN, "frames", answered(outcome))[-1]["name"] == "answer"


@pytest.mark.parametrize("outcome", ["stranger", "no_face", "several_faces", "not_live", "refused", "something new"])
def test_others_are_told_and_can_be_tried_again(page: Page, outcome: str) -> None:
    states = walk(page, "touched", CHECK_IN, "frames", answered(outcome), "again")
    assert names(states)[-2:] == ["sorry", "prompt"]


@pytest.mark.parametrize("before", [["touched"], ["touched", CHECK_IN], ["touched", "aside"]])
def test_who_steps_away_cancels(page: Page, before: list[Any]) -> None:
    assert walk(page, *before, "nobody")[-1] == {"name": "idle"}


def test_what_is_sent_is_answered_also_where_nobody_is_left(page: Page) -> None:
    assert names(walk(page, "touched", CHECK_IN, "frames", "nobody", answered("checked_in")))[-2:] == [
        "sending",
        "answer",
    ]


def test_an_unsure_face_chooses_a_name_and_types_the_pin(page: Page) -> None:
    choices = [{"ref": "r1", "name": "One"}, {"ref": "r2", "name": "Two"}]
    unsure = answered("unsure", choices=choices, needs_pin=True)
    states = walk(page, "touched", CHECK_IN, "frames", unsure, {"type": "chosen", "ref": "r2"}, "typed")
    assert names(states)[-3:] == ["unsure", "pin", "sending"]
    assert (states[-2]["attempt"], states[-2]["ref"]) == ("a1", "r2")


def test_a_wrong_pin_is_typed_again(page: Page) -> None:
    states = walk(
        page, "touched", CHECK_IN, "frames", answered("needs_pin"), "typed", {"type": "refused", "sentence": "No."}
    )
    assert states[-1]["sentence"] == "No."
    assert walk(page, "again", start=states[-1])[-1]["name"] == "pin"


def test_pictures_wait_for_the_network_and_a_pin_does_not(page: Page) -> None:
    assert walk(page, "touched", CHECK_IN, "frames", "offline")[-1]["name"] == "kept"
    typed = {"type": "typed", "command": "check_in"}
    states = walk(page, "touched", "aside", typed, "offline")
    assert (states[-1]["name"], states[-1]["outcome"]) == ("sorry", "offline")


def test_not_me_takes_it_back_where_it_still_can_be(page: Page) -> None:
    before = ["touched", CHECK_IN, "frames"]
    states = walk(page, *before, answered("checked_in", undo_until="soon"), "not_me", "undone")
    assert (states[-1]["name"], states[-1]["outcome"]) == ("sorry", "undone")
    assert walk(page, *before, answered("already_in"), "not_me")[-1]["name"] == "answer"


def test_a_camera_that_is_gone_leads_to_the_number(page: Page) -> None:
    assert walk(page, "touched", CHECK_IN, "blind")[-1] == {"name": "number", "note": "blind", "command": "check_in"}


def test_registering_asks_for_class_and_name_first(page: Page) -> None:
    register = {"course_id": "c1", "name": "New One"}
    ask = {"type": "command", "command": "register", "side": "right"}
    states = walk(page, "touched", ask, {"type": "registered", "register": register, "side": "right"})
    assert names(states) == ["prompt", "register", "looking"]
    assert states[-1]["register"] == register
    assert walk(page, "touched", ask, sections=[])[-1]["name"] == "prompt"


def test_a_revoked_key_ends_everything(page: Page) -> None:
    assert walk(page, "touched", CHECK_IN, "unpaired", "touched", "paired")[-3:] == [
        {"name": "pair"},
        {"name": "pair"},
        {"name": "idle"},
    ]


def test_no_state_but_idle_and_pairing_lasts_for_ever(page: Page) -> None:
    lasting = page.evaluate(
        """async (names) => {
          const { lastsMs } = await import("/static/js/kiosk/machine.js");
          return names.filter((name) => !lastsMs({ name }, { undo_s: 5 }));
        }""",
        ["pair", "idle", *_SERVED],
    )
    assert lasting == ["pair", "idle"]


_LOOKS = """async (shares) => {
  const { Presence } = await import("/static/js/kiosk/presence.js");
  const presence = new Presence(), size = 2304;
  const seen = [presence.look(new Uint8Array(size).fill(100), true)];
  let idle = true;
  for (const share of shares) {
    const grey = new Uint8Array(size).fill(100);
    grey.fill(200, 0, Math.round(size * share));
    const said = presence.look(grey, idle);
    if (said) { seen.push(said); idle = said === "nobody"; }
  }
  return seen;
}"""


@pytest.mark.parametrize(
    ("shares", "seen"),
    [
        ([0.3] * 3, ["somebody"]),
        ([0.3] * 20, ["somebody"]),
        ([0.3] * 5 + [0.0] * 12, ["somebody", "nobody"]),
        ([0.3] * 5 + [0.0] * 5 + [0.3] * 5, ["somebody"]),  # bent down
        ([0.3, 0.0, 0.3, 0.0], []),  # a bird
        ([0.03] * 30, []),
    ],
)
def test_somebody_is_who_fills_a_part_of_the_picture_for_a_while(
    page: Page, shares: list[float], seen: list[str]
) -> None:
    assert page.evaluate(_LOOKS, shares) == [None, *seen]


@pytest.mark.parametrize(
    ("from_", "until", "at", "quiet"),
    [
        ("22:00", "06:00", "23:30", True),
        ("22:00", "06:00", "05:59", True),
        ("22:00", "06:00", "06:00", False),
        ("12:00", "13:00", "12:30", True),
        ("12:00", "13:00", "13:00", False),
        (None, "06:00", "03:00", False),
    ],
)
def test_it_is_quiet_in_its_quiet_hours(page: Page, from_: str | None, until: str, at: str, quiet: bool) -> None:
    asked = """async ([settings, at]) => {
      const { isQuiet } = await import("/static/js/kiosk/sound.js");
      return isQuiet(settings, new Date(`2026-03-02T${at}:00`));
    }"""
    assert page.evaluate(asked, [{"quiet_from": from_, "quiet_until": until}, at]) is quiet


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("출석", "check_in"),
        ("저 퇴실 할게요", "check_out"),
        ("체크 인", "check_in"),
        ("출석 퇴실", None),
        ("안녕", None),
    ],
)
def test_a_command_is_heard_where_only_one_was_said(page: Page, said: str, command: str | None) -> None:
    words = {"check_in": ["출석", "체크인"], "check_out": ["퇴실"], "register": ["등록"]}
    asked = """async ([said, words]) => (await import("/static/js/kiosk/sound.js")).commandIn(said, words)"""
    assert page.evaluate(asked, [said, words]) == command
