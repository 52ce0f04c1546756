"""Speech on the device: phonemes, phrases, what is sure, and sound itself; voices are espeak-ng's."""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from device_uploader.errors import SettingsWrong, SourceFailed
from device_uploader.kiosk.ears import Ears, Utterances, silero
from device_uploader.settings import SpeechTable
from device_uploader.speech import (
    RATE_HZ,
    Candidate,
    Heard,
    Language,
    Limits,
    Nothing,
    Phrase,
    Sound,
    decided,
    espeak,
    recogniser,
    sound,
)
from device_uploader.speech.choice import open_speech
from device_uploader.speech.commands import MOST_NAMES, SAID, commands, phrases, spoken_section
from device_uploader.speech.espeak import Espeak, sound_of
from device_uploader.speech.local import LocalSpeech
from device_uploader.speech.matching import Matcher, split
from device_uploader.speech.phonemes import distance, parts_of
from device_uploader.speech.sound import (
    CHUNK_BYTES,
    FolderSpeaker,
    Microphone,
    WavMicrophone,
    beep,
    check_microphone,
    check_speaker,
    louder,
    open_microphone,
    open_speaker,
    resampled,
    write_wav,
)

TOKENS = ["<pad>", "k", "i", "n", "aʊ", "t", "ɛ", "t͡ʃ", "<blank>"]
BLANK = 8
SILENCE = bytes(2 * int(RATE_HZ * 0.4))


def heard_as(*spoken: str, sure: float = 0.99) -> np.ndarray:
    """Frames in which these phonemes were heard, a pause after each."""
    frames = []
    for token in spoken:
        for one in (token, "<blank>"):
            row = np.full(len(TOKENS), (1 - sure) / (len(TOKENS) - 1))
            row[TOKENS.index(one)] = sure
            frames.append(np.log(row))
    return np.asarray(frames, np.float32)


def said(text: str, language: Language, voice: str | None = None) -> bytes:
    """What a microphone would hear of it."""
    made = Espeak().say(text, language, voice)
    assert made is not None, "apt install espeak-ng"
    return SILENCE + resampled(made, RATE_HZ).pcm + SILENCE


@cache
def local() -> LocalSpeech:
    return LocalSpeech()


def test_the_same_sound_is_no_distance_and_near_ones_are_nearer_than_far_ones():
    assert distance("k", "k") == 0
    assert distance("k", "g") < distance("k", "b") < distance("k", "i")
    assert distance("t͡ɕʰ", "t͡ʃ") < distance("t͡ɕʰ", "s") < distance("t͡ɕʰ", "m")
    assert distance("ʌ", "ɔ") < distance("ʌ", "i")
    assert distance("k", "<pad>") == 1


def test_distances_are_the_same_both_ways():
    sounds = sorted({one for _, _, _, words in SAID for one in words.split()})
    for one in sounds:
        assert parts_of(one), f"{one} is no sound"
        for other in sounds:
            assert distance(one, other) == distance(other, one)


def test_glides_are_two_sounds_and_diphthongs_one():
    assert split(["we", "aʊ", "jo", "k"]) == ["w", "e", "aʊ", "j", "o", "k"]


def test_what_was_said_is_at_no_distance_and_the_others_are_not():
    matcher = Matcher(TOKENS, BLANK)
    in_, out = ["t͡ʃ", "ɛ", "k", "i", "n"], ["t͡ʃ", "ɛ", "k", "aʊ", "t"]
    right, wrong = matcher.distances(heard_as(*in_), [in_, out])
    assert right < 0.05 and wrong > 0.3
    assert matcher.distances(heard_as(*out), [in_, out])[1] < 0.05


def test_a_sound_too_much_and_one_too_few_cost_something():
    matcher = Matcher(TOKENS, BLANK)
    word = ["k", "i", "n"]
    (exact,) = matcher.distances(heard_as("k", "i", "n"), [word])
    (extra,) = matcher.distances(heard_as("k", "i", "n", "t"), [word])
    (missing,) = matcher.distances(heard_as("i", "n"), [word])
    assert exact < extra and exact < missing


def test_of_nothing_everything_is_infinitely_far():
    assert Matcher(TOKENS, BLANK).distances(np.empty((0, len(TOKENS)), np.float32), [["k"]]) == [float("inf")]


def phrase(command: str, name: str | None = None) -> Phrase:
    return Phrase(command, "en", command, name=name)  # type: ignore[arg-type]


def test_only_what_is_near_enough_and_leads_is_sure():
    limits = Limits(0.5, 0.1)
    near, far = Candidate(phrase("check_in"), 0.2), Candidate(phrase("check_out"), 0.4)
    assert decided([far, near], limits).sure == near
    assert decided([near, Candidate(phrase("check_out"), 0.25)], limits).sure is None
    assert decided([Candidate(phrase("check_in"), 0.6)], limits).sure is None
    assert decided([], limits) == Heard([])


def test_two_ways_to_say_the_same_do_not_stand_against_each_other():
    one, other = Candidate(phrase("check_in"), 0.2), Candidate(phrase("check_in"), 0.21)
    heard = decided([one, other], Limits(0.5, 0.1))
    assert heard.sure == one and len(heard.candidates) == 1
    names = [Candidate(phrase("register", name), 0.2) for name in ("Mina", "Mino")]
    assert decided(names, Limits(0.5, 0.1)).sure is None


def test_all_commands_can_be_pronounced_by_the_recogniser():
    known = set(local()._recogniser.tokens)
    for one in commands():
        assert set(one.pronounced) <= known, one.text
    assert {one.command for one in commands() if one.language == "ko"} == {"check_in", "check_out", "register"}
    assert {one.command for one in commands() if one.language == "en"} == {"check_in", "check_out", "register"}


def test_the_class_is_said_as_people_say_it_and_need_not_be_said():
    assert (spoken_section("1", "ko"), spoken_section("02", "ko"), spoken_section("A반", "ko")) == (
        "일반",
        "이반",
        "에이반",
    )
    assert (spoken_section("1", "en"), spoken_section("b", "en")) == ("class one", "class B")
    one = [each for each in phrases(["김민수"], ["1"]) if each.name]
    assert {each.text for each in one} == {
        "등록 김민수",
        "register 김민수",
        "등록 일반 김민수",
        "register class one 김민수",
    }
    assert {each.meaning for each in one} == {("register", "김민수", None)}
    two = {each.section for each in phrases(["김민수"], ["1", "2"]) if each.name}
    assert two == {None, "1", "2"}


def test_no_more_names_are_compared_than_can_be_waited_for():
    names = {one.name for one in phrases(str(number) for number in range(MOST_NAMES + 50))}
    assert len(names - {None}) == MOST_NAMES


@pytest.mark.parametrize(
    ("text", "language", "command"),
    [
        ("출석", "ko", "check_in"),
        ("퇴실", "ko", "check_out"),
        ("check in", "en", "check_in"),
        ("check out", "en", "check_out"),
    ],
)
def test_commands_are_heard(text: str, language: Language, command: str):
    heard = local().hear(said(text, language), phrases(["김민수", "이지은"]))
    assert heard.candidates[0].phrase.command == command
    assert heard.sure is None or heard.sure.phrase.command == command


def test_a_name_is_found_among_others():
    names = ["김민수", "이지은", "박서준", "John Smith", "Mary Johnson"]
    heard = local().hear(said("register Mary Johnson", "en"), phrases(names))
    assert heard.candidates[0].phrase.meaning == ("register", "Mary Johnson", None)


@pytest.mark.parametrize(("text", "language"), [("오늘 날씨가 좋네요", "ko"), ("where is the library", "en")])
def test_what_is_no_command_is_never_sure(text: str, language: Language):
    assert local().hear(said(text, language), phrases(["김민수"])).sure is None


def test_silence_and_half_a_sample_are_nothing():
    assert local().hear(b"", phrases()) == Heard()
    assert local().hear(b"\0\0\0", phrases()) == Heard()
    assert local().hear(bytes(RATE_HZ * 2), phrases()).sure is None


def test_another_model_than_the_measured_one_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(recogniser.PINNED, "encoder.hama", "0" * 64)
    with pytest.raises(SettingsWrong, match="not the one that was measured"):
        LocalSpeech()


def test_buttons_hear_and_say_nothing_and_a_page_speaks_for_itself():
    for name in ("buttons", "browser"):
        speech = open_speech(name, SpeechTable())
        assert isinstance(speech, Nothing) and not speech.listens
        assert speech.hear(said("check in", "en"), phrases()) == Heard()
        assert speech.say("Hello.", "en") is None
    with pytest.raises(SettingsWrong, match="There is no speech called 'telepathy'"):
        open_speech("telepathy", SpeechTable())


def test_without_espeak_captions_have_to_do(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(espeak.shutil, "which", lambda name: None)
    assert Espeak().say("Hello.", "en") is None


def test_what_is_said_is_on_no_command_line(monkeypatch: pytest.MonkeyPatch):
    asked: list[list[str]] = []
    run = espeak.subprocess.run

    def seen(words: list[str], **more: object) -> object:
        asked.append(words)
        return run(words, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(espeak.subprocess, "run", seen)
    assert Espeak().say("김민수 님", "ko")
    assert "김민수" not in " ".join(asked[0])


def test_what_our_voice_says_our_recogniser_understands():
    answer = local().say("퇴실", "ko")
    assert answer is not None
    heard = local().hear(SILENCE + resampled(answer, RATE_HZ).pcm + SILENCE, phrases())
    assert heard.candidates[0].phrase.command == "check_out"


# Where speech is


def spoken(*likely: float) -> list[bytes]:
    """What comes out of a stream in which speech is so likely, chunk by chunk."""
    levels = iter(likely)
    cut = Utterances(lambda chunk: next(levels))
    found = [cut.add(bytes([number % 256]) * CHUNK_BYTES) for number in range(len(likely))]
    return [one for one in found if one is not None]


def test_an_utterance_has_a_breath_before_it_and_ends_with_silence():
    (said_,) = spoken(*[0.0] * 30, *[0.9] * 20, *[0.1] * 30)
    assert said_.startswith(bytes([18]) * CHUNK_BYTES)  # 12 chunks of 32 ms before the first
    assert len(said_) // CHUNK_BYTES == 12 + 20 + 19


def test_a_click_is_no_utterance_and_an_endless_one_is_cut():
    assert spoken(*[0.0] * 20, *[0.9] * 3, *[0.1] * 30) == []
    assert [len(one) // CHUNK_BYTES for one in spoken(*[0.9] * 200)] == [188]


def test_the_detector_finds_a_voice_in_silence():
    detector, cut = silero(), None
    cut = Utterances(detector)
    pcm = SILENCE * 2 + said("check in", "en") + SILENCE * 3
    found = [cut.add(pcm[start : start + CHUNK_BYTES]) for start in range(0, len(pcm) - CHUNK_BYTES, CHUNK_BYTES)]
    (one,) = [each for each in found if each is not None]
    assert local().hear(one, phrases()).candidates[0].phrase.command == "check_in"


class Chunks(Microphone):
    """Gives these, then fails."""

    def __init__(self, *chunks: bytes) -> None:
        self._chunks, self.is_closed = iter(chunks), False

    def read(self) -> bytes:
        chunk = next(self._chunks, None)
        if chunk is None:
            raise SourceFailed("It is unplugged.")
        return chunk

    def close(self) -> None:
        self.is_closed = True


def test_nothing_is_kept_of_what_is_said_while_nobody_is_asked():
    heard: list[Heard] = []
    microphone = Chunks(*[b"\1" * CHUNK_BYTES] * 60)
    ears = Ears(lambda: microphone, local, lambda: False, phrases, heard.append, lambda chunk: 0.9)
    with pytest.raises(SourceFailed, match="unplugged"):
        ears.run(threading.Event(), lambda sentence: None)
    assert heard == [] and microphone.is_closed
    assert ears._utterances._said == []


# Sound


def test_a_beep_begins_and_ends_softly():
    samples = np.frombuffer(beep().pcm, "<i2")
    assert abs(int(samples[0])) < 50 and abs(int(samples[-1])) < 400
    assert 8000 < np.abs(samples).max() < 10_000
    assert beep().lasts_s == pytest.approx(0.15)


def test_volume_is_a_share_of_what_it_is():
    tone = beep()
    assert np.abs(np.frombuffer(louder(tone, 0.5).pcm, "<i2")).max() < 5000
    assert louder(tone, 0).pcm == bytes(len(tone.pcm))


def test_another_rate_lasts_as_long():
    tone = Sound(beep().pcm, 22_050)
    assert resampled(tone, RATE_HZ).lasts_s == pytest.approx(tone.lasts_s, abs=0.001)


def test_files_stand_in_for_microphone_and_loudspeaker(tmp_path: Path):
    speaker = FolderSpeaker(tmp_path)
    speaker.play(beep())
    assert sound_of((tmp_path / "0001.wav").read_bytes()) == beep()
    microphone = WavMicrophone(tmp_path)
    microphone._pause.set()
    heard = b"".join(microphone.read() for _ in range(5))
    assert heard.startswith(beep().pcm) and not any(heard[len(beep().pcm) :])
    assert microphone.read() == bytes(CHUNK_BYTES), "each file is heard once"


def test_a_file_that_is_no_sound_is_said(tmp_path: Path):
    with pytest.raises(SourceFailed, match="no WAV file"):
        sound_of(b"RIFF nothing")
    write_wav(tmp_path / "a.wav", beep())
    with pytest.raises(SourceFailed, match="There is no folder"):
        WavMicrophone(tmp_path / "nowhere")


def test_a_program_that_is_missing_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sound.shutil, "which", lambda name: None)
    with pytest.raises(SourceFailed, match="alsa-utils"):
        open_microphone("arecord")
    with pytest.raises(SourceFailed, match="pulseaudio-utils"):
        open_speaker("paplay")
    assert open_microphone("none") is None and open_speaker("none") is None


@pytest.mark.parametrize("wrong", ["wav:", "pulse", ""])
def test_a_microphone_or_speaker_that_is_none_is_refused(wrong: str):
    with pytest.raises(ValueError, match="must be one of"):
        check_microphone(wrong)
    with pytest.raises(ValueError, match="must be one of"):
        check_speaker(wrong)
