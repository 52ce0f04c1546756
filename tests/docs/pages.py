"""The project's markdown files: their links, headings and shell blocks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_NOT_OURS = {"build", "instance"}

_FENCED = re.compile(r"^ *(```|~~~).*?^ *\1 *$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|srcset|href)=\"([^\"]+)\"")
_BLOCK = re.compile(
    r"(?:^ *<!-- (?P<remark>[^\n]*?) -->\n)?^(?P<indent> *)```sh\n(?P<text>.*?)^ *```$", re.DOTALL | re.MULTILINE
)


def pages() -> list[Path]:
    """Every markdown file of the project."""
    folders = [path for path in ROOT.iterdir() if path.is_dir() and path.name not in _NOT_OURS and path.name[0] != "."]
    return sorted([*ROOT.glob("*.md"), *(page for folder in folders for page in folder.rglob("*.md"))])


def named(path: Path) -> str:
    """As people call it."""
    return path.relative_to(ROOT).as_posix()


def links(page: Path) -> list[str]:
    """What a page links to or shows, without its code."""
    text = re.sub(r"`[^`\n]*`", "", _FENCED.sub("", page.read_text()))
    return [first or second for first, second in _LINK.findall(text)]


def is_relative(link: str) -> bool:
    """Whether it leads to something of ours."""
    return not re.match(r"[a-z][a-z0-9+.-]*:", link)


def target(page: Path, link: str) -> Path:
    """The file that a relative link leads to."""
    path = link.partition("#")[0]
    return (page.parent / path).resolve() if path else page


def anchors(page: Path) -> set[str]:
    """The names by which the headings of a page are linked, as GitHub makes them."""
    found: dict[str, int] = {}
    names = set()
    for heading in re.findall(r"^#{1,6} +(.+?) *#*$", _FENCED.sub("", page.read_text()), re.MULTILINE):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").replace("*", "")
        name = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
        again = found.get(name, 0)
        found[name] = again + 1
        names.add(f"{name}-{again}" if again else name)
    return names


@dataclass(frozen=True)
class Block:
    """A shell block of a page, with what the comment on the line before says of it."""

    page: Path
    number: int
    text: str
    remark: str

    @property
    def name(self) -> str:
        """For the lists of tests."""
        return f"{named(self.page)}-{self.number}"

    @property
    def not_typed(self) -> str | None:
        """Why nobody types it here."""
        return self._said("not typed")

    @property
    def until(self) -> str | None:
        """What it has printed when Ctrl-C ends it."""
        return self._said("until")

    def _said(self, what: str) -> str | None:
        said, colon, words = self.remark.partition(": ")
        return words.strip() if colon and said == what else None


def blocks(page: Path) -> list[Block]:
    """The shell blocks of a page, in order."""
    found = []
    for number, match in enumerate(_BLOCK.finditer(page.read_text()), start=1):
        indent = len(match["indent"])
        text = "".join(line[indent:] if line.strip() else line for line in match["text"].splitlines(keepends=True))
        found.append(Block(page, number, text, match["remark"] or ""))
    return found


def cells(page: Path) -> list[list[str]]:
    """The rows of a page's tables, without their headings."""
    rows = []
    lines = page.read_text().splitlines()
    for line, above in zip(lines[1:], lines, strict=False):
        is_row = line.startswith("|") and not re.fullmatch(r"[|\s:-]+", line) and above.startswith("|")
        if is_row:
            rows.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    return rows
