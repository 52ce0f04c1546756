"""The kiosk's states: what is asked, what is sent and what is shown, from a face that comes near to an answer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from device_uploader.kiosk import STORED, Answer, Choice, Registering, Section, Told, Wish
from device_uploader.kiosk.conversation import ANSWER_S, MOST_FRAMES, PATIENCE_S, Conversation, Hands, State
from device_uploader.kiosk.faces import Face, near
from device_uploader.kiosk.words import SENTENCES, SPOKEN
from device_uploader.reading import Reading
from device_uploader.speech import Candidate, Heard, Language, Phrase
from tests.device_uploader.conftest import reading

FRAME = np.full((720, 1280, 3), 90, np.uint8)
AHEAD = Face((500, 200, 300, 400), 0.0)
LEFT, RIGHT = Face((500, 200, 300, 400), 0.4), Face((500, 200, 300, 400), -0.4)
SECTIONS = [Section("c1", "Biology", "1"), Section("c2", "Chemistry", "2")]
TOLD = Told(liveness="off", sections=SECTIONS[:1])


class Recorded(Hands):
    """What a conversation asked for."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.sent: list[Wish] = []
        self.pins: list[tuple[str, str | None, str]] = []
        self.numbers: list[tuple[Wish, str, str]] = []
        self.undone: list[str] = []
        self.beeps = 0
        self.listens = False

    def greet(self) -> None:
        self.beeps += 1

    def say(self, text: str, language: Language) -> None:
        self.said.append(text)

    def hush(self) -> None:
        pass

    def listen(self, on: bool) -> None:
        self.listens = on

    def reading(self) -> Reading | None:
        return reading(0)

    def send(self, wish: Wish) -> None:
        self.sent.append(wish)

    def send_pin(self, attempt_id: str, ref: str | None, pin: str) -> None:
        self.pins.append((attempt_id, ref, pin))

    def send_number(self, wish: Wish, number: str, pin: str) -> None:
        self.numbers.append((wish, number, pin))

    def undo(self, attempt_id: str) -> None:
        self.undone.append(attempt_id)


class Stage:
    """A conversation before which somebody stands, ten pictures a second."""

    def __init__(self, told: Told = TOLD) -> None:
        self.hands = Recorded()
        self.talk = Conversation(told, self.hands)
        self.talk.use(told, can_hear=True)
        self.now_s = 100.0

    def see(self, seconds: float, *faces: Face) -> None:
        for _ in range(round(seconds * 10)):
            self.now_s += 0.1
            self.talk.see(FRAME, faces, self.now_s)

    def press(self, *buttons: str) -> None:
        for button in buttons:
            self.talk.pressed(button, self.now_s)

    def hear(self, *candidates: tuple[Phrase, float], sure: bool = False) -> None:
        found = [Candidate(phrase, far) for phrase, far in candidates]
        self.talk.heard(Heard(found, found[0] if sure else None), self.now_s)

    def answer(self, outcome: str = "checked_in", **more: object) -> None:
        words = {"id": "a1", "outcome": outcome, "sentence": "Hello.", "speak": "Hello."}
        self.talk.answered(Answer(**{**words, **more}), None, self.now_s)  # type: ignore[arg-type]

    @property
    def state(self) -> State:
        return self.talk.state

    def buttons(self) -> list[str]:
        return [button.id for button in self.talk.view().buttons]


def phrase(command: str = "check_in", language: str = "en", name: str | None = None) -> Phrase:
    return Phrase(command, language, f"{command} {name or ''}", name=name)  # type: ignore[arg-type]


def at_the_prompt(told: Told = TOLD) -> Stage:
    stage = Stage(told)
    stage.see(0.6, AHEAD)
    assert stage.state is State.PROMPT
    return stage


def test_nobody_is_greeted_who_is_far_away_or_only_walks_past():
    stage = Stage()
    stage.see(5, Face((0, 0, 240, 300)))
    stage.see(0.2, AHEAD)
    stage.see(3)
    assert stage.state is State.IDLE
    assert stage.hands.beeps == 0 and stage.hands.said == []


def test_the_least_width_is_that_of_a_picture_of_1280_points():
    face = Face((0, 0, 130, 150))
    assert near([face], 640, 250) == [face]
    assert near([face], 1280, 250) == []


def test_who_waits_behind_is_no_second_person_and_who_stands_beside_is():
    behind, beside = Face((0, 0, 140, 160)), Face((0, 0, 280, 300))
    assert near([AHEAD, behind], 1280, 130) == [AHEAD]
    assert near([AHEAD, beside], 1280, 130) == [AHEAD, beside]


def test_two_people_are_asked_to_come_one_at_a_time_once():
    stage = Stage()
    stage.see(2, AHEAD, Face((900, 200, 290, 400)))
    assert stage.state is State.IDLE
    assert stage.hands.said == [SENTENCES["one_person"]["en"]]
    stage.see(1, AHEAD)
    assert stage.state is State.PROMPT


def test_who_comes_near_is_greeted_and_listened_to():
    stage = at_the_prompt()
    assert stage.hands.beeps == 1
    assert stage.hands.said == [SENTENCES["prompt"]["en"]]
    assert stage.hands.listens and stage.talk.view().listens


@pytest.mark.parametrize("state", [State.PROMPT, State.CLASS, State.NAME, State.TURN])
def test_who_steps_away_has_cancelled_and_nothing_is_sent(state: State):
    stage = at_the_prompt(Told(liveness="turn", sections=SECTIONS))
    if state in (State.CLASS, State.NAME):
        stage.press("register")
    if state is State.NAME:
        stage.press("class:0")
    if state is State.TURN:
        stage.press("check_in")
    assert stage.state is state
    stage.see(3)
    assert stage.state is State.IDLE
    assert stage.hands.sent == [] and not stage.hands.listens


def test_who_stays_silent_is_let_be_until_they_have_left():
    stage = at_the_prompt()
    stage.see(PATIENCE_S + 1, AHEAD)
    assert stage.state is State.IDLE
    stage.see(5, AHEAD)
    assert stage.state is State.IDLE
    stage.see(2)
    stage.see(1, AHEAD)
    assert stage.state is State.PROMPT


def test_what_is_heard_for_sure_is_done_in_the_language_it_was_said_in():
    stage = at_the_prompt()
    stage.hear((phrase("check_out", "ko"), 0.1), sure=True)
    stage.see(0.1, AHEAD)
    (wish,) = stage.hands.sent
    assert (wish.command, wish.language, wish.turn, len(wish.frames)) == ("check_out", "ko", None, 1)
    assert wish.reading is not None


def test_what_is_not_sure_is_asked_with_three_to_choose_from():
    stage = at_the_prompt()
    near_ones = [(phrase("check_in"), 0.4), (phrase("check_out"), 0.45), (phrase("register", name="Mina"), 0.5)]
    stage.hear(*near_ones, (phrase("register", name="Mino"), 0.6))
    assert stage.state is State.PROMPT
    assert stage.talk.view().line == SENTENCES["did_you_say"]["en"]
    assert stage.buttons()[:3] == ["said:0", "said:1", "said:2"]
    stage.press("said:1")
    stage.see(0.1, AHEAD)
    assert stage.hands.sent[0].command == "check_out"


def test_what_is_like_nothing_is_asked_for_again():
    stage = at_the_prompt()
    stage.hear((phrase(), 1.4))
    assert stage.hands.said[-1] == SENTENCES["again"]["en"]
    assert "said:0" not in stage.buttons()


def test_a_command_that_comes_after_the_question_is_over_does_nothing():
    stage = Stage()
    stage.hear((phrase(), 0.0), sure=True)
    assert stage.state is State.IDLE


def turning(way: str) -> Stage:
    """At the turn, with this side asked for."""
    for _ in range(64):
        stage = at_the_prompt(Told(liveness="turn"))
        stage.press("check_in")
        stage.see(0.1, AHEAD)
        if stage.hands.said[-1] == SENTENCES[way]["en"]:
            return stage
    raise AssertionError("The side is not chosen by chance.")


@pytest.mark.parametrize(("way", "turned"), [("left", LEFT), ("right", RIGHT)])
def test_a_turn_is_sent_as_pictures_of_which_the_first_looks_ahead(way: str, turned: Face):
    stage = turning(way)
    stage.see(0.6, AHEAD)
    stage.see(0.8, turned)
    (wish,) = stage.hands.sent
    assert wish.turn == way
    assert 4 <= len(wish.frames) <= MOST_FRAMES


def test_who_does_not_look_ahead_is_not_pictured():
    stage = at_the_prompt(Told(liveness="turn"))
    stage.press("check_in")
    stage.see(2, LEFT)
    assert stage.hands.said[-1] == SENTENCES["prompt"]["en"]
    assert stage.talk.view().title == SENTENCES["look"]["en"]


def test_who_does_not_turn_is_left_to_the_site_with_at_most_twelve_pictures():
    stage = turning("left")
    stage.see(8, AHEAD)
    (wish,) = stage.hands.sent
    assert len(wish.frames) == MOST_FRAMES


def test_no_picture_is_taken_while_two_are_there():
    stage = turning("left")
    stage.see(2, AHEAD, Face((900, 200, 290, 400)))
    assert stage.hands.sent == []
    assert stage.talk.view().title == SENTENCES["one_person"]["en"]


def sent(**more: object) -> Stage:
    stage = at_the_prompt(Told(**{"liveness": "off", **more}))  # type: ignore[arg-type]
    stage.press("check_in")
    stage.see(0.1, AHEAD)
    assert stage.state is State.SENDING
    return stage


def test_an_answer_is_said_and_shown_with_name_and_temperature_and_then_it_is_the_next_ones_turn():
    stage = sent()
    stage.answer(name="Mina Kim", temperature_c=36.6, can_undo=True)
    view = stage.talk.view()
    assert (view.title, view.line, view.is_good) == ("Hello.", "Mina Kim  36.6 °C", True)
    assert stage.hands.said[-1] == "Hello."
    stage.see(ANSWER_S + 0.5, AHEAD)
    assert stage.state is State.IDLE


def test_not_me_takes_it_back_and_says_so():
    stage = sent()
    stage.answer(can_undo=True)
    assert stage.buttons() == ["not_me"]
    stage.press("not_me")
    assert stage.hands.undone == ["a1"]
    stage.talk.undone("a1", True, stage.now_s)
    assert stage.talk.view().title == SENTENCES["undone"]["en"]


def test_what_could_not_be_taken_back_is_said_too():
    stage = sent()
    stage.answer(can_undo=True)
    stage.press("not_me")
    stage.talk.undone("a1", False, stage.now_s)
    assert stage.talk.view().is_good is False
    assert stage.talk.view().title == SENTENCES["not_undone"]["en"]


def test_an_unsure_answer_shows_names_and_wants_the_pin_of_the_one_that_is_chosen():
    stage = sent()
    stage.answer("unsure", choices=[Choice("r1", "Mina"), Choice("r2", "Mino")])
    assert stage.state is State.CHOICES
    stage.press("choice:1")
    assert stage.state is State.PIN
    stage.press("1", "x", "2", "3", "back", "4", "ok")
    assert stage.hands.pins == [("a1", "r2", "124")]
    stage.answer("checked_in")
    assert stage.state is State.ANSWER


def test_a_pin_is_not_shown():
    stage = sent()
    stage.answer("needs_pin", needs_pin=True)
    stage.press("1", "2")
    assert stage.talk.view().is_secret and stage.talk.view().has_digits
    assert stage.hands.pins == []


def test_without_a_camera_number_and_pin_do_and_nobody_need_stand_there():
    stage = Stage()
    stage.press("by_pin", "check_out", "7", "0", "1", "ok", "9", "9", "ok")
    stage.see(0.5)
    ((wish, number, pin),) = stage.hands.numbers
    assert (wish.command, wish.frames, number, pin) == ("check_out", (), "701", "99")


def test_registering_where_one_course_meets_needs_no_class_and_a_typed_name_does():
    stage = at_the_prompt()
    stage.press("register")
    assert stage.state is State.NAME
    stage.press(*"Mina", "ok")
    stage.see(0.1, AHEAD)
    assert stage.hands.sent[0].registering == Registering("c1", "Mina")


def test_registering_where_several_courses_meet_asks_for_the_class():
    stage = at_the_prompt(Told(liveness="off", sections=SECTIONS))
    stage.hear((phrase("register", name="Mina"), 0.1), sure=True)
    assert stage.state is State.CLASS
    stage.press("class:1")
    stage.see(0.1, AHEAD)
    assert stage.hands.sent[0].registering == Registering("c2", "Mina")


def test_where_no_course_meets_nobody_can_register():
    stage = at_the_prompt(Told(liveness="off"))
    assert "register" not in stage.buttons()
    stage.hear((phrase("register"), 0.0), sure=True)
    assert stage.state is State.PROMPT


def test_a_stored_attempt_can_be_taken_back_too():
    stage = sent()
    stage.answer(STORED)
    assert stage.talk.view().is_good and stage.buttons() == ["not_me"]


def test_an_answer_that_never_comes_ends_with_a_sentence():
    stage = sent()
    stage.see(31, AHEAD)
    assert stage.talk.view().title == SENTENCES["not_possible"]["en"]


def test_an_answer_that_comes_too_late_is_not_shown_to_the_next_one():
    stage = sent()
    stage.see(31, AHEAD)
    stage.see(ANSWER_S + 1)
    stage.answer(name="Mina Kim")
    assert stage.state is State.IDLE


def test_the_language_is_changed_by_a_button_and_the_sites_again_for_the_next_one():
    stage = at_the_prompt()
    stage.press("language")
    assert stage.talk.view().title == SENTENCES["prompt"]["ko"]
    stage.press("cancel")
    stage.see(2)
    stage.see(1, AHEAD)
    assert stage.talk.view().title == SENTENCES["prompt"]["en"]


def test_who_comes_at_the_very_moment_at_which_the_answer_of_the_one_before_ends_is_greeted():
    stage = sent()
    stage.answer()
    stage.see(ANSWER_S)
    assert stage.state is State.ANSWER
    stage.see(0.1)
    assert stage.state is State.IDLE
    stage.see(0.6, AHEAD)
    assert stage.state is State.PROMPT


def test_every_sentence_is_there_in_both_languages():
    assert all(set(said) == {"en", "ko"} and all(said.values()) for said in SENTENCES.values())
    assert set(SPOKEN) <= set(SENTENCES)


def test_every_button_has_its_key_and_no_key_is_twice():
    for sections in (SECTIONS[:1], SECTIONS):
        stage = at_the_prompt(Told(sections=sections))
        stage.hear((phrase("check_in"), 0.4), (phrase("check_out"), 0.45))
        keys: Sequence[str] = [button.key for button in stage.talk.view().buttons]
        assert all(keys) and len(set(keys)) == len(keys)
