"""How far one phoneme is from another, by how it is formed in the mouth: what one ear takes for the other is near.

Sounds are described by the columns of the IPA chart (International Phonetic Association, 2020): place, manner and
voice of consonants; height, backness and rounding of vowels. The marks for aspiration and tension, which Korean tells
apart and English does not, count a little. A diphthong, or a glide with its vowel, is two sounds in a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

ASPIRATED, TENSE = "ʰ", "\u0348"
TIE = "\u0361"
PLACES = {
    "bilabial": 0.0,
    "labiodental": 0.1,
    "dental": 0.3,
    "alveolar": 0.35,
    "postalveolar": 0.5,
    "palatal": 0.6,
    "velar": 0.8,
    "glottal": 1.0,
}
CONSONANTS: dict[str, tuple[str, str, int]] = {
    "p": ("bilabial", "stop", 0),
    "b": ("bilabial", "stop", 1),
    "t": ("alveolar", "stop", 0),
    "d": ("alveolar", "stop", 1),
    "k": ("velar", "stop", 0),
    "g": ("velar", "stop", 1),
    "ɡ": ("velar", "stop", 1),
    "c": ("palatal", "stop", 0),
    "ɟ": ("palatal", "stop", 1),
    "ʔ": ("glottal", "stop", 0),
    "t͡ɕ": ("postalveolar", "affricate", 0),
    "t͡ʃ": ("postalveolar", "affricate", 0),
    "d͡ʒ": ("postalveolar", "affricate", 1),
    "f": ("labiodental", "fricative", 0),
    "v": ("labiodental", "fricative", 1),
    "θ": ("dental", "fricative", 0),
    "ð": ("dental", "fricative", 1),
    "s": ("alveolar", "fricative", 0),
    "z": ("alveolar", "fricative", 1),
    "ɕ": ("postalveolar", "fricative", 0),
    "ʃ": ("postalveolar", "fricative", 0),
    "ʒ": ("postalveolar", "fricative", 1),
    "ç": ("palatal", "fricative", 0),
    "x": ("velar", "fricative", 0),
    "ɣ": ("velar", "fricative", 1),
    "h": ("glottal", "fricative", 0),
    "ɦ": ("glottal", "fricative", 1),
    "m": ("bilabial", "nasal", 1),
    "n": ("alveolar", "nasal", 1),
    "ɲ": ("palatal", "nasal", 1),
    "ŋ": ("velar", "nasal", 1),
    "l": ("alveolar", "liquid", 1),
    "ɫ": ("alveolar", "liquid", 1),
    "ɭ": ("alveolar", "liquid", 1),
    "r": ("alveolar", "liquid", 1),
    "ɾ": ("alveolar", "liquid", 1),
    "ɹ": ("alveolar", "liquid", 1),
    "j": ("palatal", "glide", 1),
    "w": ("bilabial", "glide", 1),
    "ɥ": ("palatal", "glide", 1),
    "ɰ": ("velar", "glide", 1),
}
VOWELS: dict[str, tuple[float, float, int]] = {  # height and backness, 0 (close, front) to 1 (open, back); rounded
    "i": (0.0, 0.0, 0),
    "ɪ": (0.17, 0.15, 0),
    "y": (0.0, 0.0, 1),
    "e": (0.33, 0.0, 0),
    "ɛ": (0.67, 0.1, 0),
    "ø": (0.33, 0.0, 1),
    "æ": (0.83, 0.15, 0),
    "a": (1.0, 0.35, 0),
    "ɐ": (0.83, 0.5, 0),
    "ɑ": (1.0, 0.9, 0),
    "ʌ": (0.67, 0.9, 0),
    "ɔ": (0.67, 1.0, 1),
    "o": (0.33, 1.0, 1),
    "ʊ": (0.17, 0.85, 1),
    "u": (0.0, 1.0, 1),
    "ɯ": (0.0, 0.85, 0),
    "ɨ": (0.0, 0.5, 0),
    "ə": (0.5, 0.5, 0),
    "ɜ": (0.6, 0.5, 0),
    "ɝ": (0.6, 0.5, 0),
    "ɚ": (0.5, 0.5, 0),
}
MANNERS = ("stop", "affricate", "fricative", "nasal", "liquid", "glide")
MANNER_STEPS = {  # between two manners; those that are not here are 1
    ("stop", "affricate"): 0.5,
    ("affricate", "fricative"): 0.5,
    ("stop", "fricative"): 0.8,
    ("nasal", "liquid"): 0.6,
    ("liquid", "glide"): 0.6,
    ("stop", "nasal"): 0.8,
    ("stop", "liquid"): 0.8,
}
NEAR_A_GLIDE = {("j", "i"): 0.25, ("j", "ɪ"): 0.35, ("w", "u"): 0.25, ("w", "ʊ"): 0.35, ("w", "o"): 0.4}


def bare(phoneme: str) -> str:
    """Without aspiration and tension."""
    return phoneme.replace(ASPIRATED, "").replace(TENSE, "")


@cache
def parts_of(phoneme: str) -> tuple[str, ...]:
    """`ja` is j and a, `aɪ` is a and ɪ, `t͡ɕʰ` is one; empty for what is no sound."""
    plain = bare(phoneme)
    if plain in CONSONANTS or plain in VOWELS:
        return (phoneme,)
    if TIE in plain or len(plain) < 2:
        return ()
    parts = tuple(plain)
    return parts if all(part in CONSONANTS or part in VOWELS for part in parts) else ()


def is_vowel(phoneme: str) -> bool:
    """Of one sound."""
    return bare(phoneme) in VOWELS


@cache
def distance(one: str, other: str) -> float:
    """0 (the same) to 1 (nothing in common); a sound of two parts is compared by the nearer one, and a bit more."""
    if one == other:
        return 0.0
    ones, others = parts_of(one), parts_of(other)
    if not ones or not others:
        return 1.0
    nearest = min(_of_sounds(left, right) for left in ones for right in others)
    return min(1.0, nearest + 0.2 * abs(len(ones) - len(others)))


def _of_sounds(one: str, other: str) -> float:
    left, right = bare(one), bare(other)
    marks = 0.1 if (ASPIRATED in one, TENSE in one) != (ASPIRATED in other, TENSE in other) else 0.0
    if left == right:
        return marks
    if left in VOWELS and right in VOWELS:
        (height, back, round_), (height2, back2, round2) = VOWELS[left], VOWELS[right]
        return min(1.0, 0.55 * abs(height - height2) + 0.3 * abs(back - back2) + 0.1 * abs(round_ - round2) + 0.05)
    if left in CONSONANTS and right in CONSONANTS:
        return min(1.0, marks + _of_consonants(CONSONANTS[left], CONSONANTS[right]))
    return NEAR_A_GLIDE.get((left, right), NEAR_A_GLIDE.get((right, left), 1.0))


def _of_consonants(one: tuple[str, str, int], other: tuple[str, str, int]) -> float:
    places = abs(PLACES[one[0]] - PLACES[other[0]])
    step = 0.0
    if one[1] != other[1]:
        step = MANNER_STEPS.get((one[1], other[1]), MANNER_STEPS.get((other[1], one[1]), 1.0))
    return 0.5 * places + 0.5 * step + 0.12 * abs(one[2] - other[2])


def likeness(tokens: Sequence[str], sharpness: float) -> NDArray[np.float32]:
    """Tokens x tokens: exp(-sharpness x distance), 1 on the diagonal; what is no sound is like nothing."""
    found = np.zeros((len(tokens), len(tokens)), np.float32)
    for row, one in enumerate(tokens):
        for column, other in enumerate(tokens):
            far = distance(one, other)
            found[row, column] = np.exp(-sharpness * far) if far < 1.0 else 0.0
    np.fill_diagonal(found, 1.0)
    return found
