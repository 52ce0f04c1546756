"""The one form in which what people look for is compared with ids, names and addresses, on every store."""

from __future__ import annotations

import unicodedata

_ALIKE = str.maketrans(
    dict(zip("ıȷøłđðħŧ’‘ʼʻ`‐‑‒–—−", "ijolddht'''''------", strict=True)) | {"æ": "ae", "œ": "oe", "þ": "th"}
)
_PARTED = 3  # casefolding makes at most three letters of one, and columns have room for no more


def searchable(text: str) -> str:
    """Without case, marks, invisible signs and doubled blanks; at most three times as long as the text.

    Marks are those that stand on letters of Latin, Greek, Cyrillic, Hebrew and Arabic (by their combining class).
    What makes another letter stays: voicing of kana, vowels of Thai and of Indian scripts. Hangul is composed again,
    so that a syllable is found as a whole.
    """
    plain = text
    for _ in range(2):  # some compatibility forms have a case of their own
        plain = unicodedata.normalize("NFKD", plain).casefold()
    plain = "".join(character for character in unicodedata.normalize("NFKD", plain) if not _is_passed_over(character))
    plain = " ".join(unicodedata.normalize("NFC", plain.translate(_ALIKE)).split())
    return plain[: _PARTED * len(text)] or unicodedata.normalize("NFC", text.casefold().strip())


def _is_passed_over(character: str) -> bool:
    place = unicodedata.combining(character)
    return place == 1 or 10 <= place <= 36 or place >= 200 or unicodedata.category(character) == "Cf"
