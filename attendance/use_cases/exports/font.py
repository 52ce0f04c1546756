"""A font with Hangul for one PDF: of Noto Sans KR only the signs that it says, as outlines that the PDF can hold.

The package has CFF outlines, which reportlab does not embed; a few hundred signs become TrueType outlines in a second.
"""

from __future__ import annotations

import io
from collections.abc import Set

import pylopdf_fonts_ko
from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable

ALWAYS = frozenset(map(chr, range(32, 127)))
_POSTSCRIPT_NAME = 6
_MOST_ERROR = 1.0  # of a curve, in units of a thousandth of the font's size
_OF_CFF = ("CFF ", "VORG", "GPOS", "GSUB", "GDEF", "BASE", "vhea", "vmtx")
_NO_INSTRUCTIONS = (
    "maxTwilightPoints",
    "maxStorage",
    "maxFunctionDefs",
    "maxInstructionDefs",
    "maxStackElements",
    "maxSizeOfInstructions",
    "maxComponentElements",
    "maxPoints",
    "maxContours",
    "maxCompositePoints",
    "maxCompositeContours",
    "maxComponentDepth",
)


def font_of(signs: Set[str], name: str) -> io.BytesIO:
    """A TrueType file of these signs; those that the font does not have are shown as an empty box.

    `name` is what the font is called inside: reportlab takes two fonts of one name for the same.
    """
    options = subset.Options(layout_features=[], notdef_outline=True, drop_tables=[*_OF_CFF[1:]])
    stream = io.BytesIO()
    with subset.load_font(str(pylopdf_fonts_ko.sans_path()), options) as font:
        chosen = subset.Subsetter(options)
        chosen.populate(text="".join(sorted(signs | ALWAYS)))
        chosen.subset(font)
        _to_truetype(font)
        font["name"].setName(name, _POSTSCRIPT_NAME, 3, 1, 0x409)
        font.save(stream)
    stream.seek(0)
    return stream


def _to_truetype(font: TTFont) -> None:
    order, drawn = font.getGlyphOrder(), font.getGlyphSet()
    outlines = newTable("glyf")
    outlines.glyphOrder, outlines.glyphs = order, {}
    for name in order:
        pen = TTGlyphPen(drawn)
        drawn[name].draw(Cu2QuPen(pen, _MOST_ERROR, reverse_direction=True))
        outlines.glyphs[name] = pen.glyph()
    font["loca"], font["glyf"] = newTable("loca"), outlines
    font["maxp"].tableVersion = 0x00010000
    font["maxp"].maxZones = 1
    for name in _NO_INSTRUCTIONS:
        setattr(font["maxp"], name, 0)
    font["post"].formatType = 3.0
    del font["CFF "]
    font.sfntVersion, font.recalcBBoxes = "\0\1\0\0", True
