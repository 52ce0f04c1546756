"""Pictures of drawn students in their places, for films of them."""

import numpy as np

from demo.drawn_people import CLASS_SEEDS, STRANGER_SEED, draw, person, pose

ADA, BEN, CAI = CLASS_SEEDS[:3]
FACE_PX = 160
LONG_S = 130


def draw_looks():
    """A few pictures each of two students and a stranger."""
    return {
        seed: [draw(person(seed), pose(seed * 10 + n, hardness=0.3), FACE_PX) for n in range(3)]
        for seed in (ADA, BEN, STRANGER_SEED)
    }


def scene(looks, time_s, who):
    """A picture of 400 x 200 with these people in their places."""
    picture = np.full((200, 400, 3), 90, np.uint8)
    for seed, left in who:
        look = looks[seed][int(time_s) % 3]
        picture[20 : 20 + FACE_PX, left : left + FACE_PX] = look
    return picture
