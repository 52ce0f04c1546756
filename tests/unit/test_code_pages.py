"""Lists without a word about their encoding: read where it is certain, else refused, and never read wrongly."""

from __future__ import annotations

import pytest

from attendance.use_cases.imports.lists import decoded

NAMES = {
    "cp1252": [
        ["Angel Ruíz", "Ángel Peña", "Zoë"], ["Müller, Jürgen", "Özil"],
        ["Åsa Berg", "Søren Bøe"],
        ["Renée", "François", "Gaëlle"], ["Ana Núñez"], ["Åsa"], ["Bøe"], ["É"],
        ["João", "Conceição"], ["Þór Guðmundsson"],
    ],
    "cp1250": [
        ["Łukasz Wiśniewski", "Żaneta"], ["Dvořák", "Jiří"], ["Kovač"], ["Šimůnek", "Ťok"], ["Ştefan"], ["Győző"],
    ],
    "cp1251": [["Иванов Иван", "Пётр"], ["Юля"], ["Ґанна Їжак", "Олексій"]],
    "cp1254": [["İpek Işık", "Çağla Şahin"], ["Işık"], ["Şule"], ["Çığ Öğüt"], ["Doğan"]],
    "cp1256": [["محمد علي", "أحمد"], ["علي"]],
    "cp932": [["佐藤 翼", "加藤 太郎", "藤井 陽子"], ["鈴木 花子"], ["ハナコ"], ["斎藤 晃", "林 幹", "中村 学"]],
    "cp1253": [["Γιώργος", "Ελένη"]], "cp1255": [["אביב כהן"]], "cp1257": [["Žemaitė", "Šarūnas"]],
    "cp874": [["สมชาย ใจดี"]],
    "gb18030": [["韦超", "何坤", "陈博"], ["罗坤", "林丽"]], "big5": [["馬秀枝"], ["黃淑華", "張麗華"]],
    "euc-jp": [["知実 伊藤", "桃子 伊藤", "英樹 田中"], ["花子 石井"]],
    "mac-roman": [["Jörg Römer", "Jäckel"], ["Céline", "Hélène"]], "cp850": [["Jörg Römer", "Jäckel"], ["Céline"]],
    "mac-latin2": [["Melania Błasik"], ["Rafał Dej", "Antoni Cisoń", "Łukasz Szmajda"]],
    "cp852": [["Łukasz", "Żak"]], "koi8-r": [["Иванов Иван", "Пётр"]], "iso8859-2": [["Łukasz Wiśniewski", "Dąbek"]],
}  # fmt: skip
LISTS = [
    (encoding, "id;name\r\n" + "".join(f"{601 + number};{name}\r\n" for number, name in enumerate(names)))
    for encoding, lists in NAMES.items()
    for names in lists
]


@pytest.mark.parametrize(("encoding", "text"), LISTS, ids=[f"{encoding}-{text[13:20]!a}" for encoding, text in LISTS])
def test_a_short_list_is_read_rightly_or_not_at_all(encoding: str, text: str) -> None:
    assert decoded(text.encode(encoding)) in (text, None)


LONG = {
    "cp1250": ["Łukasz Wiśniewski", "Żaneta Dąbrowska", "Michał Błaszczyk", "Paweł Zając", "Małgorzata Wójcik"],
    "cp1251": ["Иванов Иван", "Пётр Смирнов", "Юлия Кузнецова", "Алексей Попов", "Мария Васильева"],
    "cp1253": ["Γιώργος Παπαδόπουλος", "Ελένη Βασιλείου", "Νίκος Αντωνίου", "Μαρία Γεωργίου"],
    "cp1256": ["محمد علي", "أحمد حسن", "فاطمة الزهراء", "خالد عبد الله", "مريم يوسف"],
    "cp932": ["佐藤 花子", "鈴木 一郎", "高橋 さくら", "田中 ハルト", "渡辺 美咲", "伊藤 大輔", "山本 結衣"],
}


@pytest.mark.parametrize("encoding", LONG)
def test_a_class_in_its_own_code_page_is_read(encoding: str) -> None:
    text = "id;name\r\n" + "".join(f"{number};{name}\r\n" for number, name in enumerate(LONG[encoding]))
    assert decoded(text.encode(encoding)) == text


def test_a_german_list_whose_letters_are_the_same_in_every_reading_is_read() -> None:
    text = "id;name\r\n621;Müller, Jürgen\r\n622;Günther\r\n"
    assert decoded(text.encode("cp1252")) == text


@pytest.mark.parametrize(
    "text",
    [
        "학번,이름\n21,가나다\n", "id,name\n21,김하나\n", "id,name\n21,김민수A\n22,남궁 민\n",
        "학번,이름,비고\n21,뷁,※ 1½\n",
        "id,name\n21,이서준\n22,박서연\n23,O'Neil Kim\n", "name;id\n최우진;1\n", "sep=;\n성명;학번\n펲시;1\n",
    ],
)  # fmt: skip
def test_korean_lists_are_still_read(text: str) -> None:
    assert decoded(text.encode("cp949")) == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_is_read_with_and_without_its_mark(encoding: str) -> None:
    text = "id;name\r\n1;Zoë 김 İ\r\n"
    assert decoded(text.encode(encoding)) == text


@pytest.mark.parametrize(
    "data", [b"id,name\n1,\x00\n", b"\xff\xd8\xff\xe0\x00\x10JFIF", b"\x80\x81\xff\xfe\x00", b"\xff\xfea"]
)
def test_what_is_no_text_is_not_read(data: bytes) -> None:
    assert decoded(data) is None
