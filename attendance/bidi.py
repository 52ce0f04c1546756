"""Texts from right to left within sentences: isolated, so that what stands beside them is not turned round."""

from __future__ import annotations

import re

FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
# Letters and digits of Hebrew, Arabic, Syriac, Thaana, N'Ko and the like, and the signs that turn texts.
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\u200f\u202a-\u202e\u2067\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


def turns_round(text: str) -> bool:
    """Whether the text can turn round what stands beside it in a line from left to right."""
    return _RIGHT_TO_LEFT.search(text) is not None


def isolated(text: str) -> str:
    """The text for a sentence or an attribute, between signs that are not seen where it needs them."""
    if not turns_round(text) or text.startswith(FIRST_STRONG_ISOLATE):
        return text
    return f"{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}"
