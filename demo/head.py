"""Shapes a head as a height field, lets light fall on it, and lays body, face, hair and glasses over each other."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from demo.canvas import FAR_TURN_RAD, Layers, Picture, Plane, Sheet, skull, soft_step
from demo.features import eye_middle, nose_tip, paint_features, tint
from demo.looks import DrawnPerson, Glasses, HairStyle, Pose


@dataclass(frozen=True)
class Light:
    """What the light does to each pixel."""

    shade: Plane  # factor on a surface's own colour
    gloss: Plane  # 0..1, a shine on top


def draw_layers(person: DrawnPerson, pose: Pose, size_px: int) -> Layers:
    """The person without a background: premultiplied RGB 0..255 (size, size, 3) and cover 0..1 (size, size)."""
    sheet = Sheet.of(person, pose, size_px)
    light = _light(person, pose, sheet)
    hair = _hair_mask(person, sheet)
    hair_colour = _hair_colour(person, sheet, light)
    layers = Layers(size_px)
    if abs(pose.yaw) > FAR_TURN_RAD:
        _lay_back_of_head(layers, person, pose, sheet)
    if person.hair.style in (HairStyle.BOB, HairStyle.LONG):
        layers.lay(hair_colour * 0.7, hair)
    _lay_body(layers, person, sheet)
    if person.hair.style not in (HairStyle.BOB, HairStyle.LONG):
        _lay_ears(layers, person, sheet, light)
    face = paint_features(person, pose, sheet) * light.shade[..., None] + 255 * light.gloss[..., None]
    layers.lay(hair_colour * 0.8, _crown(person, sheet))
    layers.lay(face, _outline(person, sheet))
    layers.lay(hair_colour, hair)
    if person.glasses is not Glasses.NONE:
        _lay_glasses(layers, person, sheet)
    return layers


def _outline(person: DrawnPerson, sheet: Sheet) -> Plane:
    """Cover of the head without hair."""
    head = person.head
    below = np.clip(sheet.y, 0, None)
    jaw = head.width * (1 - (1 - head.jaw_width) * np.clip(below, 0, 1) ** 1.2 * 0.9)
    crown = np.clip(-sheet.y, 0, None) ** 2.2
    chin = (below / head.chin) ** head.jaw_power
    return soft_step(1 - ((sheet.side / jaw) ** 2.2 + crown + chin), 0.03)


def _height(person: DrawnPerson, sheet: Sheet) -> Plane:
    """The face as a landscape: what stands out towards the camera, in head units."""
    return skull(person, sheet.x, sheet.y) + _nose_height(person, sheet) + _relief(person, sheet)


def _nose_height(person: DrawnPerson, sheet: Sheet) -> Plane:
    nose, tip, top = person.nose, nose_tip(person), person.eyes.height
    slope = np.clip((sheet.y - top + 0.05) / (tip - top), 0, 1) * soft_step(tip + 0.02 - sheet.y, 0.025)
    ridge = 0.75 * nose.bridge * np.exp(-((sheet.x / (nose.width * 0.55)) ** 2)) * slope
    ball = 0.9 * sheet.spot((0, tip - 0.02), (nose.width * 0.75, 0.075))
    wings = 0.45 * sheet.twins((nose.width * 0.85, tip + 0.005), (0.055, 0.05))
    height: Plane = nose.depth * (ridge + ball + wings)
    return height


def _relief(person: DrawnPerson, sheet: Sheet) -> Plane:
    head, eyes, mouth = person.head, person.eyes, person.mouth
    middle = eye_middle(person)
    height = -head.sockets * sheet.twins((middle, eyes.height - 0.01), (0.15, 0.10))
    height += 0.045 * sheet.twins((middle, eyes.height - person.brows.lift * 0.8), (0.16, 0.05))
    height += head.cheekbone * sheet.twins((middle * 1.25, eyes.height + 0.3), (0.14, 0.14))
    height += 0.03 * sheet.spot((0, mouth.height - mouth.upper), (mouth.width, 0.045))
    height += 0.04 * sheet.spot((0, mouth.height + mouth.lower), (mouth.width * 0.8, 0.05))
    height -= 0.03 * sheet.spot((0, mouth.height + mouth.lower + 0.09), (mouth.width * 0.7, 0.04))
    height += 0.05 * sheet.spot((0, 0.82 * head.chin), (0.16, 0.1))
    height -= 0.02 * person.lines * sheet.twins((person.nose.width * 1.7 + 0.05, nose_tip(person) + 0.09), (0.02, 0.11))
    return height


def _light(person: DrawnPerson, pose: Pose, sheet: Sheet) -> Light:
    """Lambert's law plus a little Blinn-Phong gloss on the smoothed landscape."""
    smooth = cv2.GaussianBlur(_height(person, sheet), (0, 0), 1.5 * sheet.size_px / 256)
    slope_y, slope_x = np.gradient(smooth)
    normal = np.stack([-slope_x * sheet.unit_px, -slope_y * sheet.unit_px, np.ones_like(slope_x)], -1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    lamp = np.array([pose.light_x, pose.light_y, 0.9], np.float32)
    lamp /= np.linalg.norm(lamp)
    half_way = lamp + np.array([0, 0, 1], np.float32)
    half_way /= np.linalg.norm(half_way)
    lambert = np.maximum(0, normal @ lamp)
    return Light(pose.ambient + (1.15 - pose.ambient) * lambert, np.maximum(0, normal @ half_way) ** 24 * 0.09)


def _hair_mask(person: DrawnPerson, sheet: Sheet) -> Plane:
    hair, width, side, y = person.hair, person.head.width, sheet.side, sheet.y
    waves = 0.06 * np.sin(9 * sheet.x + person.seed) if hair.style is HairStyle.WAVY else 0
    fringe = hair.fringe + 0.25 * (sheet.x - hair.parting) ** 2 + waves
    cap = _cap(person, sheet)
    if hair.style is HairStyle.CROPPED:
        return cap * soft_step(fringe - 0.10 - y, 0.03)
    over_brow = cap * soft_step(fringe - y, 0.02)
    if hair.style in (HairStyle.SHORT, HairStyle.WAVY):
        temples = cap * soft_step(side - width * 0.92, 0.02) * soft_step(person.eyes.height + 0.05 - y, 0.05)
        return np.maximum(over_brow, temples)
    return np.maximum(over_brow, _long_sides(person, sheet))


def _cap(person: DrawnPerson, sheet: Sheet) -> Plane:
    return soft_step(1.16 - np.hypot(sheet.side / (person.head.width * 1.13), sheet.y / 1.1), 0.018)


def _crown(person: DrawnPerson, sheet: Sheet) -> Plane:
    """Hair behind the temples, or the background would shine through between fringe and ear."""
    return _cap(person, sheet) * soft_step(person.eyes.height - 0.12 - sheet.y, 0.03)


def _long_sides(person: DrawnPerson, sheet: Sheet) -> Plane:
    width, side, y = person.head.width, sheet.side, sheet.y
    ends = 1.12 if person.hair.style is HairStyle.LONG else 0.62
    outer = width * 1.22 + 0.08 * np.clip(y, -0.5, 1) - 0.35 * np.clip(-y - 0.1, 0, 1) ** 2
    inner = width * 0.88 - 0.06 * np.clip(y, 0, 1)
    sides = soft_step(outer - side, 0.02) * soft_step(side - inner, 0.02)
    return sides * soft_step(ends - y, 0.05) * soft_step(y + 0.6, 0.1)


def _hair_colour(person: DrawnPerson, sheet: Sheet, light: Light) -> Picture:
    strands = np.clip(sheet.grain(person, 4, (0.9, 6)) * 1.6, -1, 1)
    sheen = 0.16 * np.exp(-(((np.hypot(sheet.x * 0.8, sheet.y) - 0.82) / 0.12) ** 2))
    bright = (0.92 + 0.16 * strands + sheen) * (0.55 + 0.5 * light.shade)
    coloured: Picture = np.asarray(person.hair.colour, np.float32) * bright[..., None]
    return coloured


def _lay_body(layers: Layers, person: DrawnPerson, sheet: Sheet) -> None:
    """Neck and shirt stay with the chair when the head turns, so they use the screen's coordinates."""
    x, y = sheet.screen_x, sheet.screen_y
    width = person.head.width
    chin_shadow = 0.62 + 0.22 * soft_step(y - 1.12, 0.08)
    neck = soft_step(width * 0.60 - np.abs(x), 0.02) * soft_step(y - 0.55, 0.05)
    layers.lay(np.asarray(person.skin, np.float32) * chin_shadow[..., None], neck)
    shoulders = 1.12 + 0.10 * x**2 + 0.55 * np.clip(np.abs(x) - 0.75, 0, None) ** 1.6
    collar = 0.30 * np.exp(-((x / (width * 0.45)) ** 2))
    torso = soft_step(y - np.maximum(shoulders, 1.05 + collar), 0.02) * soft_step(1.5 - np.abs(x), 0.02)
    folds = 0.93 + 0.10 * np.cos(x * 1.3) - 0.05 * soft_step(np.abs(x) - 1.05, 0.03)
    layers.lay(np.asarray(person.shirt, np.float32) * folds[..., None], torso)
    hem = soft_step(0.035 - np.abs(y - np.maximum(shoulders, 1.05 + collar) - 0.03), 0.01) * torso
    layers.lay(tint(person.shirt, 0.82), hem * 0.6)


def _lay_back_of_head(layers: Layers, person: DrawnPerson, pose: Pose, sheet: Sheet) -> None:
    """What a far turned face leaves to be seen behind it: the landscape of the face has no back."""
    half = person.head.width * 1.05
    x, y = sheet.screen_x + 0.5 * half * math.sin(pose.yaw), sheet.screen_y + 0.06
    shape = soft_step(1 - np.hypot(x / half, y / 1.06), 0.02) * soft_step(0.5 - sheet.screen_y, 0.1)
    layers.lay(tint(person.hair.colour, 0.8), shape)


def _lay_ears(layers: Layers, person: DrawnPerson, sheet: Sheet, light: Light) -> None:
    away = np.hypot(sheet.side - person.head.width, (sheet.y - 0.02) / 1.9)
    skin = np.asarray(person.skin, np.float32) * 0.88 * light.shade[..., None]
    layers.lay(skin, soft_step(0.13 - away, 0.015))


def _lay_glasses(layers: Layers, person: DrawnPerson, sheet: Sheet) -> None:
    power, lens_height = (2.0, 0.16) if person.glasses is Glasses.ROUND else (5.0, 0.12)
    middle, down = eye_middle(person), sheet.y - person.eyes.height - 0.02
    frame = (38.0, 34.0, 40.0)
    for half in (-1, 1):
        along = np.abs(sheet.x * half - middle) / 0.19
        lens = along**power + (np.abs(down) / lens_height) ** power
        layers.lay(frame, 0.95 * soft_step(0.13 - np.abs(lens ** (1 / power) - 1), 0.03))
        layers.lay((235.0, 240.0, 245.0), 0.08 * soft_step(1 - lens, 0.05))
    bridge = soft_step(0.016 - np.abs(down + 0.04), 0.006) * soft_step(middle - 0.17 - sheet.side, 0.01)
    layers.lay(frame, 0.9 * bridge)
    temples = soft_step(0.014 - np.abs(down + 0.05), 0.006) * soft_step(sheet.side - middle - 0.18, 0.02)
    layers.lay(frame, 0.9 * temples * soft_step(person.head.width - sheet.side, 0.02))


def composite(layers: Layers, background: NDArray[np.uint8]) -> Picture:
    """The layers over a background, BGR as float 0..255."""
    return layers.rgb[..., ::-1] + background.astype(np.float32) * (1 - layers.cover[..., None])
