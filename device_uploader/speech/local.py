"""`local`: phonemes are recognised on this machine and compared with the phrases; espeak-ng says the answers."""

from __future__ import annotations

from collections.abc import Sequence

from device_uploader.speech import Candidate, Heard, Language, Limits, Phrase, Sound, Speech, decided
from device_uploader.speech.espeak import Espeak
from device_uploader.speech.matching import Matcher
from device_uploader.speech.recogniser import Recogniser

LIMITS = Limits(distance=0.28, margin=0.12)
"""Chosen on the tuning voices of bench/speech.py, so that no wrong and no other phrase of theirs was sure."""

MOST_CANDIDATES = 10


class LocalSpeech(Speech):
    """Raises SettingsWrong where its packages are not installed."""

    listens = True

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._limits = limits
        self._recogniser = Recogniser()
        self._matcher = Matcher(self._recogniser.tokens, self._recogniser.blank)
        self._voice = Espeak()

    def hear(self, pcm16k: bytes, phrases: Sequence[Phrase]) -> Heard:
        """A hundred phrases take about as long as the sound takes to be recognised: a tenth of a second."""
        sounds = [phrase.pronounced or self._recogniser.pronounce(phrase.text) for phrase in phrases]
        known = [(phrase, sound) for phrase, sound in zip(phrases, sounds, strict=True) if sound]
        log_probs = self._recogniser.listen(pcm16k)
        if not len(log_probs):
            return Heard()
        distances = self._matcher.distances(log_probs, [sound for _, sound in known])
        found = [Candidate(phrase, far) for (phrase, _), far in zip(known, distances, strict=True)]
        heard = decided(found, self._limits)
        return Heard(heard.candidates[:MOST_CANDIDATES], heard.sure)

    def prepare(self, phrases: Sequence[Phrase]) -> None:
        """Look up how names are pronounced, before somebody waits for it."""
        for phrase in phrases:
            if not phrase.pronounced:
                self._recogniser.pronounce(phrase.text)

    def say(self, text: str, language: Language) -> Sound | None:
        """None where espeak-ng is not installed."""
        return self._voice.say(text, language)
