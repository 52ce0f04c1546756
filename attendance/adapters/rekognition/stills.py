"""Says by a file's first bytes which kind of still picture it is."""

HEAD_BYTES = 4096
"""So many of a file's first bytes are enough."""

HEIF_KINDS = ("HEIC", "HEIF")

_MAGICS = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\x8aMNG", "MNG"),
    (b"\x8bJNG", "JNG"),
    (b"GIF8", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"II\xbc\x01", "JPEG XR"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"8BPS", "Photoshop"),
    (b"\0\0\1\0", "ICO"),
    (b"qoif", "QOI"),
    (b"DDS ", "DDS"),
    (b"FLIF", "FLIF"),
    (b"BPG\xfb", "BPG"),
    (b"v/1\x01", "OpenEXR"),
    (b"#?RADIANCE", "Radiance HDR"),
    (b"FUJIFILMCCD-RAW", "raw"),
    (b"FOVb", "raw"),
    (b"%PDF", "PDF"),
    (b"%!PS", "PostScript"),
)
_NETPBM = tuple(b"P%d%c" % (number, space) for number in range(1, 8) for space in b" \t\r\n")
_BITMAP_HEADER_BYTES = (12, 16, 40, 52, 56, 64, 108, 124)
_BRANDS = {
    "AVIF": (b"avif", b"avis"),
    "HEIC": (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"),
    "JPEG 2000": (b"jp2 ", b"jpx ", b"jpm ", b"j2ki", b"j2is", b"jph "),
    "raw": (b"crx ",),
    "HEIF": (b"mif1", b"mif2", b"mif3", b"msf1", b"miaf", b"1pic", b"avci", b"avcs", b"vvic", b"evbi", b"jpeg"),
}
_BOXES_LOOKED_AT = 16


def still_kind(head: bytes) -> str | None:
    """The name of the format, also of animated pictures and image sequences; None where the file is no still."""
    for magic, kind in _MAGICS:
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BITMAP_HEADER_BYTES:
        return "BMP"
    if head.startswith(_NETPBM):
        return "Netpbm"
    if b"<svg" in head[:1024] and head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return "SVG"
    return _kind_in_boxes(head) if head[4:8] == b"ftyp" else None


def _kind_in_boxes(head: bytes) -> str | None:
    """HEIF and its like, by their brands; where these say nothing, by a file of pictures without a film."""
    size = min(int.from_bytes(head[:4], "big"), len(head))
    major, others = head[8:12], [head[at : at + 4] for at in range(16, size - 3, 4)]
    kinds = [kind for kind, brands in _BRANDS.items() if major in brands]
    if kinds == ["HEIF"]:  # the brand of any picture; the others say how it is coded
        kinds = [kind for kind, brands in _BRANDS.items() if {*brands} & {major, *others}]
    if kinds:
        return kinds[0]
    return "HEIF" if _has_pictures_only(head, size) else None


def _has_pictures_only(head: bytes, at: int) -> bool:
    """Whether the list of pictures comes before any film; a film's own notes are a list of another kind."""
    for _ in range(_BOXES_LOOKED_AT):
        size, kind = int.from_bytes(head[at : at + 4], "big"), head[at + 4 : at + 8]
        if kind == b"meta":
            return b"pict" in head[at : at + 64]
        if size < 8 or kind in (b"moov", b"moof", b"mdat"):
            return False
        at += size
    return False
