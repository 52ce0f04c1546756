"""The text of a list whose encoding nobody says: read where it is certain, and never guessed."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator
from functools import cache

import chardet

# What Excel writes as CSV on Windows, by its locale.
_READ = (
    *("cp949", "cp932", "cp1250", "cp1251", "cp1252", "cp1253"),
    *("cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874"),
)
# Lists come in these too. They are not read, but what could be one of them is not certain to be another.
_RIVALS = (
    *("gb18030", "cp950", "euc-jp", "mac-roman", "mac-latin2", "mac-cyrillic"),
    *("cp850", "cp852", "cp866", "iso8859-2", "koi8-r"),
)
_LEAST_RATIO, _LEAST_WORDS = 3.0, 3  # measured: docs/decisions/0027

_WORD = re.compile(r"[^\s,;|\"()/.'’·・0-9_-]+")
_NOT_IN_NAMES = frozenset("ƒªºﬁﬂˆ˜–—‘‚“”„")
_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARABIC", "HEBREW", "THAI", "HANGUL", "HIRAGANA", "KATAKANA", "CJK")
_KOREAN_NAME = re.compile(r"[가-힣]+[A-Z]?")
_KOREAN_HEADING = re.compile(r"학번|학생번호|이름|성명|학생이름|사진|동의일")
_FAMILY_NAMES = frozenset(
    "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민진나지엄채원천방공현함변염여추도소석선설마길연"
    "위표명기반왕금옥육인맹제모탁국어은편용예경봉사부감리라"
)


def decoded(data: bytes) -> str | None:
    """The text, or None where it could be one of several."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _in("utf-16", data)
    if data[:2].count(0) == 1:  # UTF-16 that does not say so: a list begins with a letter
        return _in("utf-16-be" if data[0] == 0 else "utf-16-le", data)
    text = _in("utf-8-sig", data)
    return text if text is not None else _of_code_page(data)


def _in(encoding: str, data: bytes) -> str | None:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _of_code_page(data: bytes) -> str | None:
    if b"\0" in data:
        return None
    korean = _in("cp949", data)
    if korean is not None and _is_korean(korean):
        return korean
    readings = _readings(data)
    if not readings:
        return None
    best, *others = sorted(readings, key=lambda text: -readings[text])
    if all(_in(encoding, data) != best for encoding in _READ):
        return None
    return best if all(_is_beaten(other, best, readings) for other in others) else None


def _readings(data: bytes) -> dict[str, float]:
    """What the bytes could say, and how much each is like a language."""
    found = chardet.detect_all(data, ignore_threshold=True, include_encodings=(*_READ, *_RIVALS), compat_names=False)
    readings: dict[str, float] = {}
    for one in found:
        text = _in(one["encoding"], data) if one["encoding"] else None
        if text is not None and _could_be_names(text):
            readings[text] = max(readings.get(text, 0.0), one["confidence"])
    return readings


def _is_beaten(other: str, best: str, readings: dict[str, float]) -> bool:
    differing = set(_words(best)) - set(_words(other))
    return len(differing) >= _LEAST_WORDS and readings[best] >= _LEAST_RATIO * readings[other]


def _words(text: str) -> Iterator[str]:
    return (word for word in set(_WORD.findall(text)) if not word.isascii())


def _is_korean(text: str) -> bool:
    """A heading says so, or words of Hangul alone that are in the standard, most of which begin with a family name."""
    if _KOREAN_HEADING.search(text.lstrip().partition("\n")[0]):
        return True
    words = [word for word in _words(text) if any(_script(character) == "HANGUL" for character in word)]
    named = [word for word in words if word[0] in _FAMILY_NAMES]
    return (
        bool(words)
        and 3 * len(named) >= 2 * len(words)
        and all(map(_KOREAN_NAME.fullmatch, words))
        and _is_standard(text)
    )


def _is_standard(text: str) -> bool:
    """Whether all but a few syllables are among the 2,350 of KS X 1001: other bytes become any of the 11,172."""
    syllables = [character for character in text if _script(character) == "HANGUL"]
    return 5 * sum(_in("euc-kr", character.encode("cp949", "replace")) is None for character in syllables) <= len(
        syllables
    )


def _could_be_names(text: str) -> bool:
    """Whether each word is of one script, of letters only, and has its capitals where words have them."""
    return all(map(_could_be_a_name, _words(text))) and _is_standard(text)


def _could_be_a_name(word: str) -> bool:
    letters = [character for character in word if not character.isascii()]
    if any(unicodedata.category(one)[0] == "C" for one in letters):
        return False
    if not any(character.isalpha() for character in word):
        return True  # a sign by itself
    if any(unicodedata.category(one)[0] not in "LM" or one in _NOT_IN_NAMES for one in letters):
        return False
    if any(map(str.islower, word)) and any(one.isupper() and not one.isascii() for one in word[1:]):
        return False  # MŘller
    scripts = {_script(one) for one in word if one.isalpha() or (unicodedata.combining(one) and _script(one))}
    return len(scripts) == 1 or scripts == {"CJK", "KANA"} or _KOREAN_NAME.fullmatch(word) is not None


@cache
def _script(character: str) -> str:
    name = unicodedata.name(character, "")
    script = next((script for script in _SCRIPTS if name.startswith(script)), "CJK" if "IDEOGRAPHIC" in name else "")
    return "KANA" if script in ("HIRAGANA", "KATAKANA") else script
