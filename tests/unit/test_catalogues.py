"""Each catalogue says everything that there is to say, nothing else, and with the values of each sentence in place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po

from attendance.languages import LANGUAGES, SOURCE, catalogue, catalogue_path

ROOT = Path(__file__).resolve().parents[2]
OTHERS = sorted(set(LANGUAGES) - {SOURCE})
VALUE = re.compile(r"%\(\w+\)[a-z]|%%|\{\w+\}|ROLLCALL_[A-Z_]+[A-Z]|--[a-z]+")
HANGUL = re.compile("[가-힣]")
# Names of things, which are the same in Korean.
SAME_IN_KOREAN = {
    "%(day)s, %(time)s",
    "%(name)s: %(reason)s",
    "%(name)s: %(status)s.",
    "%(number)d%%",
    "%(place)s %(problem)s",
    "?",
    "AWS",
    "CSV",
    "Excel",
    "OneRoster 1.1 (ZIP)",
    "PDF",
    "PIN",
    "Rekognition",
    "Slack",
}

Ids = tuple[str, ...]


@cache
def said() -> frozenset[Ids]:
    """What `make messages` collects, by the words that its line in the Makefile names."""
    makefile = (ROOT / "Makefile").read_text()
    named = re.search(r"^SENTENCES = ((?:.*\\\n)*.*)$", makefile, re.MULTILINE)
    line = re.search(r"addprefix -k ,(.*) \$\(SENTENCES\)\)", makefile)
    assert named is not None
    assert line is not None
    words = [*line[1].split(), *named[1].replace("\\", " ").split()]
    keywords = {**DEFAULT_KEYWORDS, **parse_keywords(words)}
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(ROOT, methods, options, keywords, directory_filter=is_ours)
    return frozenset((ids,) if isinstance(ids, str) else tuple(ids) for _, _, ids, _, _ in found)


def is_ours(path: str) -> bool:
    top = Path(path).relative_to(ROOT).parts
    return not top or top[0] in {"attendance", "face_engine", "website"}


@cache
def texts(language: str) -> Catalog:
    with catalogue_path(language).open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def messages(language: str) -> Iterator[Message]:
    return (message for message in texts(language) if message.id)


def ids_of(message: Message) -> Ids:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def strings_of(message: Message) -> Ids:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def named(text: str) -> set[str]:
    """The values, settings, options and addresses that a text names, and signs of formats that name none."""
    rest = VALUE.sub("", text)
    return {found[0] for found in VALUE.finditer(text)} | ({"%"} if "%(" in text and "%" in rest else set())


def fits(ids: Ids, strings: Ids) -> bool:
    """Whether each says the values of the sentence, and nothing that it would stumble over."""
    return all(named(one) == named(ids[-1]) for one in strings)


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_translated(language: str) -> None:
    translated = {ids_of(message) for message in messages(language) if all(strings_of(message))}
    assert sorted(said() - translated) == [], "run `make messages`, then fill what is empty"


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_is_translated_that_nobody_says(language: str) -> None:
    assert sorted({ids_of(message) for message in messages(language)} - said()) == [], "run `make messages`"
    assert not texts(language).obsolete


@pytest.mark.parametrize("language", OTHERS)
def test_no_translation_is_a_guess(language: str) -> None:
    assert [message.id for message in messages(language) if message.fuzzy] == []


@pytest.mark.parametrize("language", OTHERS)
def test_every_translation_has_the_values_of_its_sentence(language: str) -> None:
    wrong = [(m.id, m.string) for m in messages(language) if not fits(ids_of(m), strings_of(m))]
    assert wrong == []


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_can_be_filled_where_it_is_said(language: str) -> None:
    words = catalogue(language)
    for message in messages(language):
        values = dict.fromkeys(re.findall(r"%\((\w+)\)", ids_of(message)[-1]), 3)
        said_so = [words.gettext(ids_of(message)[0])]
        if len(ids_of(message)) > 1:
            said_so = [words.ngettext(*ids_of(message), number) for number in (0, 1, 2)]
        for one in said_so:
            assert not values or "%(" not in one % values, one


def test_korean_is_written_in_hangul() -> None:
    latin = {ids_of(m)[0] for m in messages("ko") if not all(HANGUL.search(one) for one in strings_of(m))}
    assert latin == SAME_IN_KOREAN


@pytest.mark.parametrize(
    ("sentence", "translation", "is_right"),
    [
        ("%(name)s is here", "%(name)s 출석", True),
        ("%(name)s is here", "%(nam)s 출석", False),
        ("%(name)s is here", "출석", False),
        ("%(count)d here", "%(count)s 출석", False),
        ("{percent} %% here", "{percent} %% 출석", True),
        ("{percent} %% here", "{percent} % 출석", False),
        ("%(number)d %% of all", "%(number)d % 출석", False),
        ("{time} left", "{시간} 남음", False),
        ("Set ROLLCALL_STORE.", "ROLLCALL_STORE를 설정하세요.", True),
        ("Set ROLLCALL_STORE.", "ROLLCALL_MEDIA를 설정하세요.", False),
    ],
)
def test_a_translation_that_does_not_fit_is_noticed(sentence: str, translation: str, is_right: bool) -> None:
    assert fits((sentence,), (translation,)) is is_right
