"""What may be said at a kiosk, as data: the commands in both languages, and for registering classes and names.

Pronunciations are phonemes in IPA, as standard Korean and General American have them; a name's is looked up. Words that
sound like an opposite are no command, however natural: 왔어요 (I am here) is near 퇴실, "sign out" near 등록.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from device_uploader.speech import Command, Language, Phrase

SAID: tuple[tuple[Command, Language, str, str], ...] = (
    ("check_in", "ko", "출석", "t͡ɕʰ u l s͈ ʌ k"),
    ("check_in", "ko", "출석이요", "t͡ɕʰ u l s͈ ʌ g i j o"),
    ("check_in", "ko", "출석합니다", "t͡ɕʰ u l s͈ ʌ kʰ a m n i d a"),
    ("check_in", "ko", "출석할게요", "t͡ɕʰ u l s͈ ʌ kʰ a l k͈ e j o"),
    ("check_in", "ko", "출석 체크", "t͡ɕʰ u l s͈ ʌ k t͡ɕʰ e kʰ ɯ"),
    ("check_in", "ko", "입실", "i p s͈ i l"),
    ("check_in", "ko", "체크인", "t͡ɕʰ e kʰ ɯ i n"),
    ("check_in", "ko", "도착했어요", "t o t͡ɕʰ a k ɛ s͈ ʌ j o"),
    ("check_in", "en", "check in", "t͡ʃ ɛ k ɪ n"),
    ("check_in", "en", "I am here", "aɪ æ m h ɪ ɹ"),
    ("check_out", "ko", "퇴실", "tʰ w e s i l"),
    ("check_out", "ko", "퇴실이요", "tʰ w e s i ɾ i j o"),
    ("check_out", "ko", "퇴실합니다", "tʰ w e s i l h a m n i d a"),
    ("check_out", "ko", "퇴실할게요", "tʰ w e s i l h a l k͈ e j o"),
    ("check_out", "ko", "체크아웃", "t͡ɕʰ e kʰ ɯ a u t"),
    ("check_out", "ko", "나갈게요", "n a g a l k͈ e j o"),
    ("check_out", "en", "check out", "t͡ʃ ɛ k aʊ t"),
    ("check_out", "en", "I am leaving", "aɪ æ m l i v ɪ ŋ"),
    ("register", "ko", "등록", "t ɯ ŋ n o k"),
    ("register", "ko", "등록할게요", "t ɯ ŋ n o kʰ a l k͈ e j o"),
    ("register", "en", "register", "ɹ ɛ d͡ʒ ɪ s t ɝ"),
)
REGISTER: dict[Language, str] = {"ko": "등록", "en": "register"}
"""What begins a sentence with a class and a name."""

KOREAN_NUMBERS = dict(zip("0123456789", "영일이삼사오육칠팔구", strict=True))
KOREAN_LETTERS = dict(zip("ABCDEFG", ("에이", "비", "씨", "디", "이", "에프", "지"), strict=True))
ENGLISH_NUMBERS = dict(
    zip("0123456789", "zero one two three four five six seven eight nine".split(), strict=True)  # noqa: SIM905
)
PRONOUNCED = {  # where the lookup of the recogniser's package is wrong
    "me": "m i",
    "one": "w ʌ n",
    "I": "aɪ",
    "am": "æ m",
    "등록": "t ɯ ŋ n o k",
    "register": "ɹ ɛ d͡ʒ ɪ s t ɝ",
    "class": "k l æ s",
    "section": "s ɛ k ʃ ə n",
}
MOST_NAMES = 400
"""A room's rosters; more would take longer than people wait."""


def commands() -> list[Phrase]:
    """Those that need no name."""
    return [Phrase(command, language, text, tuple(sound.split())) for command, language, text, sound in SAID]


def with_names(names: Iterable[str], sections: Sequence[str]) -> Iterator[Phrase]:
    """`등록 <분반> <이름>` and `register <class> <name>`; the class need not be said, and where there is only one
    it is known anyway.
    """
    for name in list(names)[:MOST_NAMES]:
        for language, begins in REGISTER.items():
            yield Phrase("register", language, f"{begins} {name}", name=name)
            for section in sections:
                said = f"{begins} {spoken_section(section, language)} {name}"
                yield Phrase("register", language, said, name=name, section=section if len(sections) > 1 else None)


def phrases(names: Iterable[str] = (), sections: Sequence[str] = ()) -> list[Phrase]:
    """All that may be said to this kiosk."""
    return [*commands(), *with_names(names, sections)]


def spoken_section(section: str, language: Language) -> str:
    """`1` and `01` are 일반 and class one; `A` is 에이반 and class A; other classes are read as they are written."""
    plain = section.strip().upper().removesuffix("반").removeprefix("SECTION").removeprefix("CLASS").strip()
    plain = plain.lstrip("0") or plain
    if language == "ko":
        return (KOREAN_NUMBERS | KOREAN_LETTERS).get(plain, plain) + "반"
    return f"class {ENGLISH_NUMBERS.get(plain, plain)}"
