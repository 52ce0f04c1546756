"""Sentences of errors can be collected and translated: each stands where its error is made, with named values."""

import ast
import re
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("attendance", "face_engine", "website")
ROOTS = {"Sentence", "FaceEngineError"}
# What was a sentence of ours once, and is stored as a text.
STORED_TEXTS = {
    ("attendance/rules/stored_sentences.py", "text"),
    ("attendance/rules/stored_sentences.py", "said['template']"),
    ("attendance/rules/stored_sentences.py", "said['phrase']"),
}
VALUE = re.compile(r"%\((\w+)\)[sr]")


@cache
def trees() -> dict[str, ast.Module]:
    paths = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8")) for path in paths}


@cache
def kinds() -> frozenset[str]:
    """The names of all classes of errors of ours."""
    classes = [node for tree in trees().values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    found, size = set(ROOTS), 0
    while len(found) > size:
        size = len(found)
        found |= {one.name for one in classes if {ast.unparse(base).rpartition(".")[2] for base in one.bases} & found}
    return frozenset(found)


@cache
def made() -> list[tuple[str, ast.Call]]:
    """Every place that makes an error or a phrase, also one of the kind of another error."""
    calls = [(path, node) for path, tree in trees().items() for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [(path, call) for path, call in calls if called(call) in kinds() | {"Phrase", "type"}]


def called(call: ast.Call) -> str:
    """`Kind` of `Kind(...)` and of `errors.Kind(...)`, `type` of `type(error)(...)`."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name if name != "type" else ""
        case ast.Call(func=ast.Name(id="type")):
            return "type"
    return ""


def passes_on(call: ast.Call) -> bool:
    """`Kind(error.template, **values)`: the sentence of another error, which stands where that one is made."""
    first = call.args[0] if call.args else None
    return isinstance(first, ast.Attribute) and first.attr == "template" and any(k.arg is None for k in call.keywords)


def template_of(call: ast.Call) -> str | None:
    first = call.args[0] if len(call.args) == 1 else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None


@cache
def sentences() -> list[tuple[str, str, ast.Call]]:
    found = [(path, template_of(call), call) for path, call in made()]
    return [(path, template, call) for path, template, call in found if template is not None]


def wrong_values(template: str, call: ast.Call) -> bool:
    given = {keyword.arg for keyword in call.keywords} - {"field", "retry_after"}
    if not given:
        return VALUE.search(template) is not None
    return given != set(VALUE.findall(template)) or "%" in VALUE.sub("", template).replace("%%", "")


def test_errors_are_found_in_every_room():
    assert {path.partition("/")[0] for path, _, _ in sentences()} == set(ROOMS)
    assert {"BadPhoto", "BadVideo", "NotBytes", "SamePhoto"} <= kinds()
    assert len(sentences()) > 150


def test_every_error_is_made_of_a_sentence_that_can_be_collected():
    strange = [
        f"{path}:{call.lineno}: {ast.unparse(call)}"
        for path, call in made()
        if template_of(call) is None
        and not passes_on(call)
        and (path, ast.unparse(call.args[0]) if call.args else "") not in STORED_TEXTS
    ]
    assert strange == []


def test_every_sentence_names_the_values_that_it_is_given():
    wrong = [
        f"{path}:{call.lineno}: {ast.unparse(call)}" for path, text, call in sentences() if wrong_values(text, call)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("code", "is_wrong"),
    [
        ("NotFound('There is no %(what)s.', what=1, field='x')", False),
        ("NotFound('There is no %(what)s.', field='x')", True),
        ("NotFound('There is no %(what)s.', other=1)", True),
        ("NotFound('There is no such thing.', what=1)", True),
        ("NotFound('50% is missing.')", False),
        ("NotFound('50% of %(what)s is missing.', what=1)", True),
        ("NotFound('50%% of %(what)s is missing.', what=1)", False),
    ],
)
def test_a_sentence_with_other_values_is_noticed(code: str, is_wrong: bool):
    call = ast.parse(code, mode="eval").body
    assert isinstance(call, ast.Call)
    assert wrong_values(template_of(call) or "", call) is is_wrong


def test_make_messages_collects_every_sentence():
    makefile = (ROOT / "Makefile").read_text()
    named = re.search(r"^SENTENCES = ((?:.*\\\n)*.*)$", makefile, re.MULTILINE)
    assert named is not None
    words = set(named[1].replace("\\", " ").split())
    assert words == kinds() | {"Phrase"}
    keywords = {**DEFAULT_KEYWORDS, **dict.fromkeys(words)}
    for path in {path for path, _, _ in sentences()}:
        collected = {found[1] for found in extract("python", BytesIO((ROOT / path).read_bytes()), keywords)}
        assert {text for where, text, _ in sentences() if where == path} <= collected, path


@pytest.mark.parametrize("room", ROOMS)
def test_make_messages_looks_into_every_room(room: str):
    assert f"[python: {room}/**.py]" in (ROOT / "babel.cfg").read_text().splitlines()
