"""The kiosk's states, from a face that comes near to an answer: told what is seen, heard, pressed and answered.

    idle -> prompt -> (class -> name) -> turn -> sending -> answer -> idle
            prompt -> number -> pin -> sending;  sending -> choices -> pin -> sending

Nothing here waits, sleeps or talks to a network: what is to be done is asked of `Hands`. Who steps away before anything
was sent has cancelled. Until then no picture leaves this program, and afterwards only those of that attempt.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

from device_uploader.kiosk import FAILED, STORED, Answer, Choice, Registering, Section, Told, Turn, Wish
from device_uploader.kiosk.faces import Face, jpeg, near
from device_uploader.kiosk.view import Button, View
from device_uploader.kiosk.words import SPOKEN, sentence
from device_uploader.reading import Reading
from device_uploader.sources import Frame
from device_uploader.speech import Command, Heard, Language

NEAR_FOR_S = 0.3  # before somebody is greeted: who walks past is not
LEFT_AFTER_S = 1.5
LEFT_WHILE_TURNING_S = 2.5  # a detector loses a head that is turned
PATIENCE_S = 15.0
TYPING_PATIENCE_S = 40.0
TURN_S, LEAST_TURN_S = 6.0, 0.8
BETWEEN_FRAMES_S = 0.2
MOST_FRAMES, ENOUGH_TURNED = 12, 3
ANSWER_S = 6.0
NO_ANSWER_S = 30.0
MOST_TYPED = 64
FAR_OFF = 1.0  # a candidate that is farther than this from what was said is not asked about
DONE = ("checked_in", "checked_out", "pending", "already_in", "already_registered", STORED)
COMMANDS: tuple[Command, ...] = ("check_in", "check_out", "register")


class State(StrEnum):
    """Where the conversation is."""

    IDLE = "idle"
    PROMPT = "prompt"
    CLASS = "class"
    NAME = "name"
    TURN = "turn"
    SENDING = "sending"
    CHOICES = "choices"
    NUMBER = "number"
    PIN = "pin"
    ANSWER = "answer"


_CAN_LEAVE = (State.PROMPT, State.CLASS, State.NAME, State.TURN)
_PATIENCE_S = {
    State.PROMPT: PATIENCE_S,
    State.CLASS: PATIENCE_S,
    State.CHOICES: PATIENCE_S,
    State.NAME: TYPING_PATIENCE_S,
    State.NUMBER: TYPING_PATIENCE_S,
    State.PIN: TYPING_PATIENCE_S,
}


class Hands(Protocol):
    """What the conversation has done for it. Nothing here may wait."""

    def greet(self) -> None:
        """A beep."""

    def say(self, text: str, language: Language) -> None:
        """Aloud, after what is being said."""

    def hush(self) -> None:
        """Say no more."""

    def listen(self, on: bool) -> None:
        """Whether what is heard is of use now."""

    def reading(self) -> Reading | None:
        """The thermal sensor's of this moment."""

    def send(self, wish: Wish) -> None:
        """An attempt; `answered` is called."""

    def send_pin(self, attempt_id: str, ref: str | None, pin: str) -> None:
        """For an attempt; `answered` is called."""

    def send_number(self, wish: Wish, number: str, pin: str) -> None:
        """Without a camera; `answered` is called."""

    def undo(self, attempt_id: str) -> None:
        """`undone` is called."""


@dataclass(slots=True)
class _Now:
    """What one person has said so far."""

    command: Command | None = None
    section: Section | None = None
    name: str | None = None
    turn: Turn | None = None
    frames: list[bytes] = field(default_factory=list)
    turned: int = 0
    ahead: float = 0.0
    framed_s: float = 0.0
    by_number: bool = False
    number: str = ""
    ref: str | None = None
    answer: Answer | None = None
    photo: Frame | None = None
    suggestions: Sequence[tuple[str, Command, str | None]] = ()


class Conversation:
    """One person after the other. Not for several threads at once."""

    def __init__(self, told: Told, hands: Hands) -> None:
        self.told, self._hands = told, hands
        self.state, self.language = State.IDLE, told.language
        self._now = _Now()
        self._since_s = 0.0
        self._near_s: float | None = None
        self._seen_s = 0.0
        self._waits_until_left = False
        self._typed = ""
        self._line = ""
        self._is_crowded = False
        self._can_hear = False

    # What happens

    def use(self, told: Told, can_hear: bool) -> None:
        """The site has set something else, or speech works now; who is there goes on as before."""
        if self.state is State.IDLE:
            self.language = told.language
        self.told, self._can_hear = told, can_hear

    def see(self, frame: Frame, faces: Sequence[Face], now_s: float) -> None:
        """One picture of the camera with its faces, the widest first. Raises SourceFailed."""
        here = near(faces, frame.shape[1], self.told.min_face_px)
        if here:
            self._seen_s = now_s
        self._crowd(len(here) > 1)
        if self.state is State.IDLE:
            self._see_idle(here, now_s)
        elif self.state is State.TURN:
            self._see_turn(frame, here, now_s)
        if self.state in _CAN_LEAVE and not self._now.by_number and self._has_left(now_s):
            self._cancel(now_s)
        self.tick(now_s)

    def tick(self, now_s: float) -> None:
        """Time passes."""
        waited_s = now_s - self._since_s
        patience_s = _PATIENCE_S.get(self.state)
        if patience_s is not None and waited_s > patience_s:
            self._cancel(now_s)
        elif self.state is State.SENDING and waited_s > NO_ANSWER_S:
            self._tell(FAILED, "not_possible", now_s)
        elif self.state is State.ANSWER and waited_s > max(ANSWER_S, self.told.undo_s):
            self._end(now_s)

    def heard(self, heard: Heard, now_s: float) -> None:
        """What somebody said, while it was listened for."""
        if self.state not in (State.PROMPT, State.NAME):
            return
        self._since_s = now_s
        if heard.sure is not None and self._fits(heard.sure.phrase.command):
            phrase = heard.sure.phrase
            self.language = phrase.language
            self._now.name = phrase.name
            self._command(phrase.command, now_s, phrase.section)
            return
        near_ones = [
            one.phrase for one in heard.candidates if one.distance <= FAR_OFF and self._fits(one.phrase.command)
        ]
        self._now.suggestions = [(one.name or sentence(one.command, one.language), one.command, one.name)
                                 for one in near_ones[:3]]  # fmt: skip
        self._line = sentence("did_you_say" if near_ones else "again", self.language)
        if not near_ones:
            self._say("again")

    def pressed(self, button: str, now_s: float) -> None:
        """A button's id, one character, `back` or `ok`."""
        if button == "cancel":
            self._cancel(now_s)
        elif button == "language":
            self.language = "en" if self.language == "ko" else "ko"
            self._line = ""
        elif self.state is State.ANSWER and button == "not_me":
            self._undo(now_s)
        elif button in ("ok", "back") or len(button) == 1:
            self._type(button, now_s)
        else:
            self._choose(button, now_s)

    def answered(self, answer: Answer, photo: Frame | None, now_s: float) -> None:
        """What the site said, or what this program says in its place; one that comes too late is not shown."""
        if self.state is not State.SENDING:
            return
        self._now.answer, self._now.photo = answer, photo
        self._since_s = now_s
        if answer.choices:
            self.state = State.CHOICES
            self._say("choose")
        elif answer.needs_pin:
            self._ask_pin(now_s)
        else:
            self.state = State.ANSWER
            self._hands.hush()
            self._hands.say(answer.speak, self.language)

    def undone(self, attempt_id: str, worked: bool, now_s: float) -> None:
        """Whether "not me" was taken."""
        answer = self._now.answer
        if answer is not None and answer.id == attempt_id:
            self._tell(FAILED if not worked else STORED, "undone" if worked else "not_undone", now_s)

    # What the screen shows

    def view(self) -> View:
        """At this moment."""
        shown = _VIEWS[self.state](self)
        return replace(shown, listens=self.state in (State.PROMPT, State.NAME) and self._can_hear)

    def _view_idle(self) -> View:
        key = "one_person" if self._is_crowded else "idle"
        return View(
            sentence(key, self.language), buttons=[self._button("by_pin", "4"), self._button("other_language", "0")]
        )

    def _view_prompt(self) -> View:
        line = self._line or sentence("say_or_touch" if self._can_hear else "touch", self.language)
        if self._is_crowded:
            line = sentence("one_person", self.language)
        suggested = [Button(f"said:{place}", text, "qwe"[place])
                     for place, (text, _, _) in enumerate(self._now.suggestions)]  # fmt: skip
        buttons = [self._button(command, str(1 + place)) for place, command in enumerate(self._possible())]
        rest = [self._button("by_pin", "4"), self._button("other_language", "0"), self._button("cancel", "\x1b")]
        return View(sentence("prompt", self.language), line, [*suggested, *buttons, *rest])

    def _view_class(self) -> View:
        buttons = [
            Button(f"class:{place}", one.label, str(1 + place)) for place, one in enumerate(self.told.sections[:8])
        ]
        return View(sentence("class", self.language), "", [*buttons, self._button("cancel", "\x1b")])

    def _view_name(self) -> View:
        suggested = [Button(f"said:{place}", text) for place, (text, _, _) in enumerate(self._now.suggestions)]
        buttons = [*suggested, self._button("ok", "\r"), self._button("cancel", "\x1b")]
        return View(sentence("name", self.language), self._line, buttons, typed=self._typed)

    def _view_turn(self) -> View:
        key = "one_person" if self._is_crowded else (self._now.turn or "look")
        key = key if self._now.frames or self._is_crowded else "look"
        return View(sentence(key, self.language), "", [self._button("cancel", "\x1b")])

    def _view_sending(self) -> View:
        return View(sentence("wait", self.language))

    def _view_choices(self) -> View:
        buttons = [Button(f"choice:{place}", one.name, str(1 + place)) for place, one in enumerate(self._choices())]
        return View(
            sentence("choose", self.language), "", [*buttons, Button("cancel", sentence("none", self.language), "\x1b")]
        )

    def _view_typing(self) -> View:
        key = "number" if self.state is State.NUMBER else "pin"
        buttons = [self._button("ok", "\r"), self._button("cancel", "\x1b")]
        secret = self.state is State.PIN
        return View(sentence(key, self.language), self._line, buttons, self._typed, secret, has_digits=True)

    def _view_answer(self) -> View:
        answer = self._now.answer
        assert answer is not None
        line = answer.name or ""
        if answer.temperature_c is not None:
            line = f"{line}  {answer.temperature_c:.1f} °C".strip()
        buttons = [self._button("not_me", "n")] if answer.can_undo or (answer.outcome == STORED and answer.id) else []
        good = None if answer.temperature_high else answer.outcome in DONE
        return View(answer.sentence, line, buttons, photo=self._now.photo, is_good=good)

    # Inside

    def _see_idle(self, here: Sequence[Face], now_s: float) -> None:
        if not here:
            if self._has_left(now_s):
                self._waits_until_left = False
            self._near_s = None
        elif len(here) == 1 and not self._waits_until_left:
            self._near_s = self._near_s if self._near_s is not None else now_s
            if now_s - self._near_s >= NEAR_FOR_S:
                self._greet(now_s)

    def _greet(self, now_s: float) -> None:
        self._go(State.PROMPT, now_s)
        self._now, self.language = _Now(), self.told.language
        self._hands.greet()
        self._say("prompt")
        self._hands.listen(True)

    def _see_turn(self, frame: Frame, here: Sequence[Face], now_s: float) -> None:
        now, waited_s = self._now, now_s - self._since_s
        if len(here) == 1 and not now.frames and here[0].is_ahead:
            now.frames.append(jpeg(frame))
            now.framed_s = self._since_s = now_s
            now.ahead = here[0].aside
            if now.turn is None:
                self._send(now_s)
            else:
                self._say(now.turn)
            return
        if now.turn is not None and now.frames and now_s - now.framed_s >= BETWEEN_FRAMES_S - 0.02 and len(here) <= 1:
            now.framed_s = now_s
            if len(now.frames) < MOST_FRAMES:
                now.frames.append(jpeg(frame))
            elif now.turned:
                now.frames[-1] = jpeg(frame)
            else:  # the earliest ones of somebody who has not turned yet say nothing
                now.frames[1:] = [*now.frames[2:], jpeg(frame)]
            now.turned += bool(here) and here[0].is_turned(now.turn, now.ahead)
            is_done = now.turned >= ENOUGH_TURNED and waited_s >= LEAST_TURN_S
            if is_done or waited_s >= TURN_S:
                self._send(now_s)
        elif not now.frames and waited_s > PATIENCE_S:
            self._cancel(now_s)

    def _crowd(self, is_crowded: bool) -> None:
        if is_crowded and not self._is_crowded and self.state in (State.IDLE, State.PROMPT, State.TURN):
            self._say("one_person")
        self._is_crowded = is_crowded

    def _has_left(self, now_s: float) -> bool:
        patience_s = LEFT_WHILE_TURNING_S if self.state is State.TURN else LEFT_AFTER_S
        return now_s - self._seen_s > patience_s

    def _possible(self) -> tuple[Command, ...]:
        return COMMANDS if self.told.sections else COMMANDS[:2]

    def _fits(self, command: Command) -> bool:
        return command in self._possible() and (self.state is State.PROMPT or command == "register")

    def _choose(self, button: str, now_s: float) -> None:
        kind, _, place = button.partition(":")
        if self.state is State.IDLE and button == "by_pin":
            self._now, self.language = _Now(by_number=True), self.language
            self._go(State.PROMPT, now_s)
        elif self.state is State.PROMPT and button == "by_pin":
            self._now.by_number = True  # nobody need stand before the camera
            self._since_s = now_s
        elif self.state is State.PROMPT and button in self._possible():
            self._command(button, now_s)
        elif self.state in (State.PROMPT, State.NAME) and kind == "said":
            _, command, name = self._now.suggestions[int(place)]
            self._now.name = name or self._now.name
            self._command(command, now_s)
        elif self.state is State.CLASS and kind == "class":
            self._now.section = self.told.sections[int(place)]
            self._with_class(now_s)
        elif self.state is State.CHOICES and kind == "choice":
            self._now.ref = self._choices()[int(place)].ref
            self._ask_pin(now_s)

    def _choices(self) -> Sequence[Choice]:
        return self._now.answer.choices if self._now.answer is not None else ()

    def _command(self, command: Command, now_s: float, section: str | None = None) -> None:
        self._now.command, self._now.suggestions = command, ()
        self._line = ""
        self._hands.listen(False)
        if command == "register":
            sections = self.told.sections
            named = [one for one in sections if one.section == section] if section else []
            if len(sections) == 1 or len(named) == 1:
                self._now.section = (named or list(sections))[0]
                self._with_class(now_s)
            elif self._now.section is not None:
                self._with_class(now_s)
            else:
                self._go(State.CLASS, now_s)
                self._say("class")
        elif self._now.by_number:
            self._go(State.NUMBER, now_s)
            self._say("number")
        else:
            self._begin_turn(now_s)

    def _with_class(self, now_s: float) -> None:
        if self._now.name:
            self._begin_turn(now_s)
            return
        self._go(State.NAME, now_s)
        self._say("name")
        self._hands.listen(True)

    def _begin_turn(self, now_s: float) -> None:
        self._hands.listen(False)
        turns: tuple[Turn, Turn] = ("left", "right")
        self._now.turn = secrets.choice(turns) if self.told.liveness != "off" else None
        self._now.frames, self._now.turned = [], 0
        self._seen_s = now_s
        self._go(State.TURN, now_s)

    def _send(self, now_s: float) -> None:
        self._go(State.SENDING, now_s)
        self._hands.send(self._wish())

    def _wish(self) -> Wish:
        now = self._now
        assert now.command is not None
        registering = None
        if now.command == "register" and now.section is not None:
            registering = Registering(now.section.course_id, now.name or "")
        return Wish(now.command, self.language, now.turn, tuple(now.frames), registering, self._hands.reading())

    def _type(self, button: str, now_s: float) -> None:
        if self.state not in (State.NAME, State.NUMBER, State.PIN):
            return
        self._since_s = now_s
        if button == "back":
            self._typed = self._typed[:-1]
        elif button == "ok":
            self._typing_done(self._typed.strip(), now_s)
        elif (
            len(self._typed) < MOST_TYPED and button.isprintable() and (self.state is not State.PIN or button.isdigit())
        ):
            self._typed += button

    def _typing_done(self, typed: str, now_s: float) -> None:
        if not typed:
            return
        if self.state is State.NAME:
            self._now.name = typed
            self._begin_turn(now_s)
        elif self.state is State.NUMBER:
            self._now.number = typed
            self._ask_pin(now_s)
        else:
            self._pin(typed, now_s)

    def _ask_pin(self, now_s: float) -> None:
        self._go(State.PIN, now_s)
        self._say("pin")

    def _pin(self, pin: str, now_s: float) -> None:
        self._go(State.SENDING, now_s)
        if self._now.by_number:
            self._hands.send_number(self._wish(), self._now.number, pin)
        elif self._now.answer is not None:
            self._hands.send_pin(self._now.answer.id, self._now.ref, pin)

    def _undo(self, now_s: float) -> None:
        answer = self._now.answer
        if answer is not None and answer.id:
            self._since_s = now_s
            self._hands.undo(answer.id)

    def _tell(self, outcome: str, key: str, now_s: float) -> None:
        """A sentence of our own, as an answer that nothing can be done with."""
        self._now.answer = Answer("", outcome, sentence(key, self.language), sentence(key, self.language))
        self._now.photo = None
        self.state, self._since_s = State.ANSWER, now_s
        self._hands.hush()
        self._say(key)

    def _cancel(self, now_s: float) -> None:
        self._hands.hush()
        self._end(now_s)

    def _end(self, now_s: float) -> None:
        self._hands.listen(False)
        self._go(State.IDLE, now_s)
        self._now, self._near_s = _Now(), None
        self._waits_until_left = not self._has_left(now_s)
        self.language = self.told.language

    def _go(self, state: State, now_s: float) -> None:
        self.state, self._since_s = state, now_s
        self._typed = self._line = ""

    def _say(self, key: str) -> None:
        if key in SPOKEN:
            self._hands.say(sentence(key, self.language), self.language)

    def _button(self, key: str, press: str) -> Button:
        ids = {"other_language": "language"}
        return Button(ids.get(key, key), sentence(key, self.language), press)


_VIEWS = {
    State.IDLE: Conversation._view_idle,
    State.PROMPT: Conversation._view_prompt,
    State.CLASS: Conversation._view_class,
    State.NAME: Conversation._view_name,
    State.TURN: Conversation._view_turn,
    State.SENDING: Conversation._view_sending,
    State.CHOICES: Conversation._view_choices,
    State.NUMBER: Conversation._view_typing,
    State.PIN: Conversation._view_typing,
    State.ANSWER: Conversation._view_answer,
}
