"""How far a recording is from each of many phrases: an edit distance of phonemes, weighted by how sure each is.

The recogniser says for every 20 ms how likely each phoneme is. Each phrase is laid along these by the cheapest way
through CTC's states (Graves et al. 2006: Connectionist Temporal Classification): a phoneme before or after a pause,
never out of order. A phoneme that was heard as a near one costs little, one that was not heard or that is too much
costs more. The cost in all, divided by the number of phonemes, is the distance: 0 is exactly this phrase.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device_uploader.speech.phonemes import likeness, parts_of

Costs = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """Chosen on the tuning voices of bench/speech.py alone, on none of those that it measures with."""

    temperature: float = 1.6  # above 1 the recogniser is taken to be less certain than it says
    sharpness: float = 3.2  # how quickly likeness falls with distance
    extra: float = 0.036  # how likely a phoneme is that nobody meant,
    missing: float = 0.12  # and that one is not heard;
    weak_missing: float = 0.29  # h and the vowels that are hardly spoken go missing more often
    floor: float = 1.8e-3  # nothing is impossible
    steady: float = 2.0  # phonemes that each phrase is reckoned to be longer: short ones are not excused


WEAK = ("h", "ə", "ɯ", "ɪ", "ʊ", "t", "d", "k", "l")


class Matcher:
    """`tokens` are the recogniser's, `blank` the number of its pause."""

    def __init__(self, tokens: Sequence[str], blank: int, weights: Weights | None = None) -> None:
        self._weights, self._blank = weights or Weights(), blank
        self._number = {token: number for number, token in enumerate(tokens)}
        alike = likeness(tokens, self._weights.sharpness)
        is_sound = np.array([bool(parts_of(token)) for token in tokens])
        alike[~is_sound] = 0.0
        alike[:, ~is_sound] = 0.0
        missing = [self._weights.weak_missing if token in WEAK else self._weights.missing for token in tokens]
        alike[:, blank] = missing
        alike[blank] = np.where(is_sound, self._weights.extra, 1.0)  # other marks, as between words, are pauses
        alike[:, ~is_sound] = np.maximum(alike[:, ~is_sound], np.array(missing, np.float32)[:, None])
        alike[blank, blank] = 1.0
        self._alike = alike

    def knows(self, phonemes: Sequence[str]) -> bool:
        """Whether all of these are the recogniser's."""
        return all(phoneme in self._number for phoneme in phonemes)

    def distances(self, log_probs: NDArray[np.float32], phrases: Sequence[Sequence[str]]) -> list[float]:
        """One a phrase. `log_probs`: frames x tokens, natural logarithms."""
        if not phrases or not len(log_probs):
            return [float("inf")] * len(phrases)
        sounds = [split(phrase) for phrase in phrases]
        costs = self._costs(log_probs)
        lengths = np.array([len(phrase) for phrase in sounds])
        total = _cheapest(costs, self._states(sounds, int(lengths.max())), lengths)
        heard = number_heard(log_probs, self._blank)
        return [float(one) for one in (total - costs.min(axis=1).sum()) / (heard + self._weights.steady)]

    def _costs(self, log_probs: NDArray[np.float32]) -> Costs:
        softened = log_probs / self._weights.temperature
        softened = softened - softened.max(axis=1, keepdims=True)
        probs = np.exp(softened)
        probs /= probs.sum(axis=1, keepdims=True)
        return np.asarray(-np.log(probs @ self._alike.T + self._weights.floor), np.float32)

    def _states(self, phrases: Sequence[Sequence[str]], longest: int) -> NDArray[np.int64]:
        """Phrases x (2 longest + 1): pause, phoneme, pause, phoneme ... pause."""
        states = np.full((len(phrases), 2 * longest + 1), self._blank)
        for row, phrase in enumerate(phrases):
            states[row, 1 : 2 * len(phrase) : 2] = [self._number[phoneme] for phoneme in phrase]
        return states


def split(phrase: Sequence[str]) -> list[str]:
    """Glides stand alone, as the recogniser hears them: `we` is w and e. Diphthongs stay whole."""
    return [part for phoneme in phrase for part in (parts_of(phoneme) if phoneme[0] in "jwɥɰ" else (phoneme,))]


def number_heard(log_probs: NDArray[np.float32], blank: int) -> int:
    """Of phonemes, by the likeliest one of each moment."""
    best = log_probs.argmax(axis=1)
    changes = np.concatenate([[True], best[1:] != best[:-1]])
    return int(np.count_nonzero(changes & (best != blank)))


def _cheapest(costs: Costs, states: NDArray[np.int64], lengths: NDArray[np.int64]) -> Costs:
    """The cost of the cheapest way of each phrase through all frames."""
    count, width = states.shape
    skips = np.zeros((count, width), bool)  # two phonemes that differ need no pause between them
    skips[:, 3::2] = states[:, 3::2] != states[:, 1:-2:2]
    way = np.full((count, width), np.inf, np.float32)
    way[:, :2] = costs[0][states[:, :2]]
    never = np.full((count, 2), np.inf, np.float32)
    for frame in costs[1:]:
        one = np.concatenate([never[:, :1], way[:, :-1]], axis=1)
        two = np.where(skips, np.concatenate([never, way[:, :-2]], axis=1), np.inf)
        way = np.minimum(np.minimum(way, one), two) + frame[states]
    rows = np.arange(count)
    return np.asarray(np.minimum(way[rows, 2 * lengths], way[rows, 2 * lengths - 1]), np.float32)
