"""Lists of students as people have them: files of many programs, with whatever code page and separator."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

import chardet

from attendance.errors import InvalidInput
from attendance.model import GivenBy, Manner, Purpose
from attendance.rules.consent import WITH_A_PHOTO
from attendance.use_cases.lectures.log import without_guard
from attendance.use_cases.names import same_text
from attendance.use_cases.students.consents import Given

__all__ = [
    "CONSENT_COLUMNS",
    "MOST_BYTES",
    "MOST_ROWS",
    "RosterRow",
    "read_consent_date",
    "read_given",
    "read_roster_file",
]

W = TypeVar("W", bound=StrEnum)

_COLUMNS = {
    "id": ("id", "studentid", "studentno", "studentnumber", "number", "no", "학번", "학생번호"),
    "name": ("name", "fullname", "studentname", "이름", "성명", "학생이름"),
    "photos": ("photo", "photos", "picture", "pictures", "image", "images", "file", "files", "사진", "사진파일"),
    "consent": ("consent", "consentdate", "consenton", "consented", "consentedon", "동의일", "동의일자", "동의날짜"),
    "consent_by": ("consentby", "consentgivenby", "동의자", "동의한사람"),
    "consent_how": ("consenthow", "consentmanner", "동의방법", "동의방식"),
    "consent_for": ("consentfor", "consentpurpose", "consentpurposes", "동의목적", "동의항목"),
    "consent_text": ("consenttext", "consenttextversion", "consentversion", "동의서버전", "동의서"),
    "consent_note": ("consentnote", "consentremark", "동의비고"),
}
_REQUIRED = ("id", "name")
_GIVERS = {GivenBy.STUDENT: ("학생", "본인"), GivenBy.GUARDIAN: ("parent", "보호자", "학부모", "법정대리인")}
_MANNERS = {Manner.PAPER: ("written", "서면", "종이"), Manner.ONLINE: ("온라인",), Manner.SPOKEN: ("oral", "구두")}
_PURPOSES = {Purpose.FACE: ("얼굴",), Purpose.EVIDENCE: ("pictures", "증거사진", "증거")}
_DATE = re.compile(r"(\d{4})\s*[-./]\s*(\d{1,2})\s*[-./]\s*(\d{1,2})\s*\.?|(\d{4})(\d{2})(\d{2})")


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One line of the file. `photos` is None where there is no such column; `problem` is why it cannot be used."""

    line: int
    student_id: str
    name: str
    photos: tuple[str, ...] | None
    consent: str
    problem: InvalidInput | None = None
    consent_by: str = ""
    consent_how: str = ""
    consent_for: str = ""
    consent_text: str = ""
    consent_note: str = ""


CONSENT_COLUMNS = ("consent_by", "consent_how", "consent_for", "consent_text", "consent_note")


def read_roster_file(data: bytes) -> list[RosterRow]:
    """Its rows in their order. Raises InvalidInput where the file as a whole cannot be used."""
    lines = list_lines(data, lambda cells: all(column in _found(cells) for column in _REQUIRED))
    header = next(lines, None)
    columns = _columns(header[1]) if header else {}
    rows: list[RosterRow] = []
    for number, cells in lines:
        rows.append(_row(number, cells, columns, len(header[1]) if header else 0))
        if len(rows) > MOST_ROWS:
            raise InvalidInput("The list has more than %(most)s lines; split it.", most=f"{MOST_ROWS:,}", field="csv")
    if not rows:
        raise InvalidInput("The list names no students.", field="csv")
    return rows


def read_consent_date(text: str) -> date | None:
    """2026-03-02, 2026.03.02, 2026/3/2, 2026. 3. 2. or 20260302; empty is None. Raises InvalidInput."""
    text = text.strip()
    if not text:
        return None
    found = _DATE.fullmatch(text)
    try:
        if found is None:
            raise ValueError(text)
        year, month, day = (int(number) for number in found.groups() if number is not None)
        return date(year, month, day)
    except ValueError as wrong:
        raise InvalidInput(
            "%(text)s is no date that we can read; write it as 2026-03-02.", text=text[:40], field="consent_on"
        ) from wrong


def read_given(row: RosterRow) -> Given:
    """What the row says of its consent; what has no column or no word is not known. Raises InvalidInput."""
    purposes = [_word(_PURPOSES, name) for name in row.consent_for.split("|") if name.strip()]
    return Given(
        by=_word(_GIVERS, row.consent_by) if row.consent_by else None,
        manner=_word(_MANNERS, row.consent_how) if row.consent_how else None,
        note=row.consent_note,
        text_version=row.consent_text,
        purposes=tuple(purposes) or WITH_A_PHOTO,
    )


def _word(words: Mapping[W, Sequence[str]], text: str) -> W:
    """The word of an enumeration, also by its other names."""
    said = same_text(text.strip())
    for word, others in words.items():
        if said in (word.value, *others):
            return word
    raise InvalidInput("%(text)s is not one of: %(words)s.", text=text[:40], words=", ".join(words), field="consent_on")


def _columns(header: Sequence[str]) -> dict[str, int]:
    places = _found(header)
    for column, found in places.items():
        if len(found) > 1:
            raise InvalidInput("The list has two columns for the %(column)s.", column=column, field="csv")
    missing = [column for column in _REQUIRED if column not in places]
    if missing:
        raise _no_columns(missing)
    return {column: found[0] for column, found in places.items()}


def _found(header: Sequence[str]) -> dict[str, list[int]]:
    """Where each column stands."""
    titles = [plain_title(title) for title in header]
    places = {
        column: [place for place, title in enumerate(titles) if title in names] for column, names in _COLUMNS.items()
    }
    return {column: found for column, found in places.items() if found}


def plain_title(title: str) -> str:
    """The name of a column without case, blanks and signs."""
    return re.sub(r"[\s_()\-]", "", same_text(title))


def _row(line: int, cells: list[str], columns: dict[str, int], width: int) -> RosterRow:
    def cell(column: str) -> str:
        place = columns.get(column)
        return cells[place].strip() if place is not None and place < len(cells) else ""

    photos = tuple(name.strip() for name in cell("photos").split("|") if name.strip())
    too_wide = any(extra.strip() for extra in cells[width:])
    return RosterRow(
        line=line,
        student_id=cell("id"),
        name=cell("name"),
        photos=photos if "photos" in columns else None,
        consent=cell("consent"),
        problem=InvalidInput("This line has more cells than the first line has names.") if too_wide else None,
        **{column: cell(column) for column in CONSENT_COLUMNS},
    )


def _no_columns(missing: list[str]) -> InvalidInput:
    if len(missing) == 1:
        return InvalidInput(
            "The list has no column %(column)s; its first line must name the columns, such as id,name,photos,consent.",
            column=missing[0],
            field="csv",
        )
    return InvalidInput(
        "The list has no column id and no column name; "
        "its first line must name the columns, such as id,name,photos,consent.",
        field="csv",
    )


MOST_BYTES = 5_000_000
MOST_ROWS = 20_000
_MOST_UNPACKED_BYTES = 60_000_000
_MOST_COLUMNS = 200
_TITLES_ABOVE = 20  # what stands over the list in a sheet: its title, the term, the teacher

_SEPARATORS = ",;\t"
ZIP_START, _OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_ZEROS = re.compile(r"0{2,}")
_EXACT = 10**15  # spreadsheets keep fifteen digits of a number

Line = tuple[int, list[str]]  # its number in the file, and its cells


def list_lines(data: bytes, is_heading: Callable[[Sequence[str]], bool]) -> Iterator[Line]:
    """All lines that are not blank, the heading first. Raises InvalidInput where the file cannot be used."""
    if len(data) > MOST_BYTES:
        raise InvalidInput("The list is larger than %(most)s MB.", most=MOST_BYTES // 1_000_000, field="csv")
    if data.startswith(_OLD_OFFICE):
        raise InvalidInput(
            "This is an old Excel file, or one with a password; save the list as .xlsx without a password.", field="csv"
        )
    lines = _of_workbook(data, is_heading) if data.startswith(ZIP_START) else text_lines(data)
    return ((number, cells) for number, cells in lines if any(cell.strip() for cell in cells))


def text_lines(data: bytes) -> Iterator[Line]:
    """The lines of a CSV file, blank ones too. Raises InvalidInput."""
    text = decoded(data)
    if text is None:
        raise InvalidInput(
            "The text of this file cannot be read for certain; save the list as CSV UTF-8 or as .xlsx.", field="csv"
        )
    if not text.strip():
        raise InvalidInput("The list is empty.", field="csv")
    separator, text = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for cells in reader:
            yield reader.line_num, [without_guard(cell) for cell in cells]
    except csv.Error as wrong:
        raise InvalidInput(
            "Line %(line)s of the CSV file cannot be read; are its quotes closed?", line=reader.line_num, field="csv"
        ) from wrong


def _separator(text: str) -> tuple[str, str]:
    """The separator, and the text without the line `sep=;` in which some spreadsheets say it."""
    first, _, rest = text.lstrip("\r\n").partition("\n")
    said = re.fullmatch(r"sep=([,;\t])", first.rstrip("\r"), re.IGNORECASE)
    if said:
        return said[1], "\n" + rest  # an empty line in its place keeps the numbers of the lines
    return max(_SEPARATORS, key=first.count), text


def _of_workbook(data: bytes, is_heading: Callable[[Sequence[str]], bool]) -> list[Line]:
    sheets = list(sheets_of(data).values())
    for rows in sheets:
        if (place := heading_of(rows, is_heading)) is not None:
            return rows[place:]
    return next((rows for rows in sheets if rows), [])


def heading_of(rows: Sequence[Line], is_heading: Callable[[Sequence[str]], bool]) -> int | None:
    """At which row of a sheet the columns are named."""
    return next((place for place, (_number, cells) in enumerate(rows[:_TITLES_ABOVE]) if is_heading(cells)), None)


def sheets_of(data: bytes) -> dict[str, list[Line]]:
    """The rows of each sheet by its name. Raises InvalidInput."""
    from openpyxl import load_workbook  # noqa: PLC0415 - it takes a second to load, and few programs read one

    try:
        _refuse_bomb(data)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        return {sheet.title: _rows(sheet) for sheet in book.worksheets}
    except InvalidInput:
        raise
    except Exception as wrong:  # a workbook is XML in a ZIP: what is broken in it is told in many ways
        raise InvalidInput(
            "This is not an Excel file that can be read; save the list as CSV UTF-8 or as .xlsx.", field="csv"
        ) from wrong


def _refuse_bomb(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > _MOST_UNPACKED_BYTES:
            raise InvalidInput(
                "The Excel file is too large when it is unpacked; save the list as CSV UTF-8.", field="csv"
            )


def _rows(sheet: Any) -> list[Line]:
    """What a sheet says of its size is not believed."""
    sheet.reset_dimensions()
    found = sheet.iter_rows(max_row=MOST_ROWS + 2 * _TITLES_ABOVE, max_col=_MOST_COLUMNS)
    rows = ((number, [_words(cell) for cell in row]) for number, row in enumerate(found, start=1))
    return [(number, cells) for number, cells in rows if any(cells)]


def _words(cell: Any) -> str:
    """The cell as the sheet shows it, where that is what was typed: 00042 and 2026-03-02, but never 2.02641E+11."""
    value = cell.value
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
        case date() | time():
            return value.isoformat()
        case int() | float():
            return _number(value, cell.number_format or "")
    return str(value).strip()


def _number(value: float, number_format: str) -> str:
    if abs(value) >= _EXACT:
        return f"{value:.5E}"  # its last digits are lost; as an id it is refused
    if value != int(value):
        return repr(value)
    digits = str(int(value))
    return digits.zfill(len(number_format)) if _ZEROS.fullmatch(number_format) else digits


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
    differing = set(_words_in(best)) - set(_words_in(other))
    return len(differing) >= _LEAST_WORDS and readings[best] >= _LEAST_RATIO * readings[other]


def _words_in(text: str) -> Iterator[str]:
    return (word for word in set(_WORD.findall(text)) if not word.isascii())


def _is_korean(text: str) -> bool:
    """A heading says so, or words of Hangul alone that are in the standard, most of which begin with a family name."""
    if _KOREAN_HEADING.search(text.lstrip().partition("\n")[0]):
        return True
    words = [word for word in _words_in(text) if any(_script(character) == "HANGUL" for character in word)]
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
    return all(map(_could_be_a_name, _words_in(text))) and _is_standard(text)


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
