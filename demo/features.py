"""Paints what is on a face (brows, eyes, nose, mouth, beard) as colours, before any light falls on them."""

import numpy as np

from demo.canvas import Picture, Plane, Sheet, over, soft_step
from demo.looks import RGB, Beard, DrawnPerson, Pose


def tint(colour: RGB, red: float, green: float | None = None, blue: float | None = None) -> RGB:
    """A colour made darker (one factor) or warmer (three)."""
    return (
        colour[0] * red,
        colour[1] * (red if green is None else green),
        colour[2] * (red if blue is None else blue),
    )


def paint_features(person: DrawnPerson, pose: Pose, sheet: Sheet) -> Picture:
    """Colour of the skin and all that is drawn on it, (size, size, 3) RGB 0..255."""
    face = np.ones((sheet.size_px, sheet.size_px, 3), np.float32) * np.asarray(person.skin, np.float32)
    face *= 1 + 0.04 * sheet.grain(person, 0, (3, 3))[..., None]
    _paint_cheeks(face, person, sheet)
    for half in (-1, 1):
        _paint_brow(face, person, sheet, half)
        _paint_eye(face, person, pose, sheet, half)
    _paint_nose(face, person, sheet)
    lips = _paint_mouth(face, person, pose, sheet)
    _paint_lines(face, person, sheet)
    if person.hair.beard is not Beard.NONE:
        _paint_beard(face, person, sheet, lips)
    return face


def _paint_cheeks(face: Picture, person: DrawnPerson, sheet: Sheet) -> None:
    eyes = person.eyes
    middle = eye_middle(person)
    over(
        face, tint(person.skin, 1.06, 0.80, 0.78), 0.32 * sheet.twins((middle * 1.2, eyes.height + 0.32), (0.16, 0.12))
    )
    tired = 0.25 + 0.4 * person.lines
    over(face, tint(person.skin, 0.78, 0.70, 0.70), tired * sheet.twins((middle, eyes.height + 0.09), (0.13, 0.05)))
    if person.freckles:
        dots = (sheet.grain(person, 1, (1.2, 1.2)) > 0.38).astype(np.float32)
        over(face, tint(person.skin, 0.66), dots * 0.5 * sheet.spot((0, eyes.height + 0.25), (0.45, 0.16)))


def eye_middle(person: DrawnPerson) -> float:
    """How far the middle of an eye is from the middle line; wide heads have eyes farther apart."""
    return person.eyes.apart * person.head.width / 0.7


def nose_tip(person: DrawnPerson) -> float:
    """Height at which the nose ends."""
    return person.eyes.height + person.nose.length


def _paint_brow(face: Picture, person: DrawnPerson, sheet: Sheet, half: int) -> None:
    brows = person.brows
    along = sheet.x * half - eye_middle(person)
    line = person.eyes.height - brows.lift - brows.angle * along + 0.9 * along**2
    taper = brows.thickness * (1.1 - 0.8 * np.clip(along / brows.length, -0.5, 1))
    mask = soft_step(taper - np.abs(sheet.y - line), 0.012) * soft_step(brows.length - np.abs(along - 0.01), 0.03)
    over(face, tint(person.hair.colour, 0.6), 0.85 * mask)


def _paint_eye(face: Picture, person: DrawnPerson, pose: Pose, sheet: Sheet, half: int) -> None:
    eyes = person.eyes
    along = sheet.x * half - eye_middle(person)
    down = sheet.y - eyes.height + eyes.slant * along
    arch = 1 - (along / eyes.width) ** 2
    upper = eyes.width * eyes.openness * arch * (1 - 0.35 * eyes.lid)
    lower = eyes.width * eyes.openness * 0.75 * arch
    within = eyes.width - np.abs(along)
    ball = soft_step(upper + down, 0.008) * soft_step(lower - down, 0.008) * soft_step(within, 0.01)
    over(face, (232, 227, 222), ball * 0.95)
    looking = along - pose.gaze * eyes.width * 0.5 * half
    _paint_iris(face, person, ball, (looking, down, looking - 0.015 * half))
    lash = soft_step(0.014 - np.abs(down + upper), 0.006) * soft_step(within + eyes.width * 0.05, 0.02)
    over(face, tint(person.skin, 0.28), 0.85 * lash)
    over(face, tint(person.skin, 0.5), 0.45 * soft_step(0.008 - np.abs(down - lower), 0.006) * soft_step(within, 0.02))
    crease = soft_step(0.008 - np.abs(down + upper * 1.25 + 0.03), 0.008) * soft_step(within, 0.03)
    over(face, tint(person.skin, 0.55), 0.5 * crease)


def _paint_iris(face: Picture, person: DrawnPerson, ball: Plane, at: tuple[Plane, Plane, Plane]) -> None:
    along, down, beside = at
    radius = person.eyes.width * 0.43
    away = np.hypot(along, down + 0.01)
    glint = np.hypot(beside, down + 0.03)
    over(face, person.eyes.iris, ball * soft_step(radius - away, 0.008))
    over(face, (14, 11, 11), ball * soft_step(radius * 0.5 - away, 0.006))
    over(face, (250, 250, 250), ball * soft_step(radius * 0.2 - glint, 0.005))


def _paint_nose(face: Picture, person: DrawnPerson, sheet: Sheet) -> None:
    wide, tip, skin = person.nose.width, nose_tip(person), person.skin
    over(face, tint(skin, 0.25), 0.8 * sheet.twins((wide * 0.5, tip + 0.035), (0.032, 0.016)))
    over(face, tint(skin, 0.6), 0.4 * sheet.twins((wide * 1.05, tip + 0.01), (0.018, 0.05)))
    over(face, tint(skin, 0.62), 0.35 * sheet.spot((0, tip + 0.06), (wide * 0.8, 0.018)))
    over(face, tint(skin, 0.72), 0.3 * sheet.twins((wide * 0.5, person.eyes.height + 0.06), (0.03, 0.13)))


def _paint_mouth(face: Picture, person: DrawnPerson, pose: Pose, sheet: Sheet) -> Plane:
    """Paint the lips and say where they are: a beard leaves them free."""
    mouth, y = person.mouth, sheet.y
    line = mouth_line(person, sheet)
    full = np.clip(1 - (sheet.side / mouth.width) ** 2, 0, 1)
    between = (full > 0).astype(np.float32)
    gap = pose.mouth_open * full
    bow = 1 - 0.25 * np.exp(-((sheet.x / 0.04) ** 2))
    upper = soft_step(y - line + mouth.upper * 1.6 * full * bow, 0.008) * soft_step(line - y, 0.006) * between
    lower = soft_step(line + mouth.lower * 1.3 * full + gap - y, 0.008) * soft_step(y - line - gap, 0.006) * between
    over(face, tint(mouth.colour, 0.86), 0.8 * upper)
    over(face, mouth.colour, 0.8 * lower)
    slit = soft_step(0.008 + gap * 0.5 - np.abs(y - line - gap * 0.5), 0.005) * between
    over(face, (70, 26, 26), 0.85 * slit)
    lips: Plane = np.clip(upper + lower, 0, 1)
    return lips


def mouth_line(person: DrawnPerson, sheet: Sheet) -> Plane:
    """Height of the line between the lips at every x; a smile lifts its ends."""
    lift: Plane = person.mouth.smile * np.minimum((sheet.x / person.mouth.width) ** 2, 1.5)
    return person.mouth.height - lift


def _paint_lines(face: Picture, person: DrawnPerson, sheet: Sheet) -> None:
    tip = nose_tip(person)
    fold = sheet.side - (person.nose.width * 1.3 + 0.03 + (sheet.y - tip) * 0.55)
    mask = soft_step(0.009 - np.abs(fold), 0.008) * soft_step(sheet.y - tip + 0.03, 0.02)
    mask *= soft_step(person.mouth.height - 0.02 - sheet.y, 0.02)
    over(face, tint(person.skin, 0.6), person.lines * 0.5 * mask)


def _paint_beard(face: Picture, person: DrawnPerson, sheet: Sheet, lips: Plane) -> None:
    area, strength = _beard_area(person, sheet)
    grain = 0.8 + 0.2 * np.clip(sheet.grain(person, 2, (0.9, 0.9)) * 1.6, -1, 1)
    over(face, tint(person.hair.colour, 0.75), strength * area * grain * (1 - lips))


def _beard_area(person: DrawnPerson, sheet: Sheet) -> tuple[Plane, float]:
    mouth, tip, y, side = person.mouth, nose_tip(person), sheet.y, sheet.side
    under_lips = soft_step(y - (mouth.height + 0.09), 0.03)
    cheeks = soft_step(side - mouth.width * 1.15, 0.03) * soft_step(y - (tip + 0.02), 0.05)
    moustache = soft_step(mouth.width * 1.05 - side, 0.03) * soft_step(y - (tip + 0.075), 0.015)
    moustache *= soft_step(mouth_line(person, sheet) - mouth.upper * 1.2 - y, 0.012)
    if person.hair.beard is Beard.GOATEE:
        chin = soft_step(0.17 - side, 0.03) * soft_step(y - (mouth.height + 0.1), 0.03)
        return np.maximum(moustache, chin), 0.9
    everywhere = np.maximum(np.maximum(under_lips, cheeks), moustache)
    return everywhere, 0.32 if person.hair.beard is Beard.STUBBLE else 0.9
