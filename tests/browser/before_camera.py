"""Whom a page's camera sees, as a test says: pictures drawn on a canvas, which the page gets in place of a camera."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence

import cv2
import numpy as np
from playwright.sync_api import Page

from attendance.model import Turn
from bench.liveness import Scene, flat_print, live
from demo.drawn_people import BGRImage

_CAMERA = """(() => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 1280, height: 720 });
  const pen = canvas.getContext("2d");
  let films = {}, began = performance.now(), shown = "nobody";
  const load = (url) => { const image = new Image(); image.src = url; return image; };
  window.beforeCamera = async (given) => {
    films = Object.fromEntries(Object.entries(given).map(([name, urls]) => [name, urls.map(load)]));
    await Promise.all(Object.values(films).flat().map((image) => image.decode()));
    shown = "ahead";
    draw();
  };
  function draw() {
    const film = films[shown] ?? films.ahead ?? [];
    const frame = film[Math.min(film.length - 1, Math.floor((performance.now() - began) / 200))];
    pen.fillStyle = "#c4cace";
    pen.fillRect(0, 0, 1280, 720);
    if (frame) pen.drawImage(frame, 0, 0, 1280, 720);
  }
  setInterval(draw, 40);
  navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(25);
  addEventListener("DOMContentLoaded", () => {
    const page = document.getElementById("main");
    new MutationObserver(() => {
      const turn = page.dataset.turn || "ahead";
      if (turn !== shown) [shown, began] = [turn, performance.now()];
    }).observe(page, { attributes: true, attributeFilter: ["data-turn"] });
  });
})();"""

Films = Mapping[str, Sequence[str]]
"""`ahead`, and what is seen once a turn to the `left` or `right` is asked for: pictures as data URLs, 200 ms each."""


def install(page: Page) -> None:
    """Before the page is opened."""
    page.add_init_script(_CAMERA)


def show(page: Page, films: Films) -> None:
    """From now on."""
    page.evaluate("films => window.beforeCamera(films)", films)


def turning(seed: int) -> Films:
    """A drawn person who turns the head as asked."""
    return _both_ways(live, seed)


def photo_held_up(seed: int) -> Films:
    """A photo of the person, that a hand turns as asked."""
    return _both_ways(flat_print, seed)


def two_people(seed: int, other: int) -> Films:
    """Side by side."""
    one, two = (_scene_frames(live, who, Turn.LEFT)[0] for who in (seed, other))
    return {"ahead": [_url(np.hstack([one[:, 320:960], two[:, 320:960]]))]}


NOBODY: Films = {"ahead": []}


def _both_ways(film: Callable[[Scene], Sequence[BGRImage]], seed: int) -> Films:
    ways = {turn.value: [_url(frame) for frame in _scene_frames(film, seed, turn)] for turn in Turn}
    return {"ahead": ways["left"][:1], **ways}


def _scene_frames(film: Callable[[Scene], Sequence[BGRImage]], seed: int, asked: Turn) -> Sequence[BGRImage]:
    dice = np.random.Generator(np.random.PCG64((seed, asked is Turn.LEFT)))
    return film(Scene(seed, asked, dice))


def _url(frame: BGRImage) -> str:
    jpeg = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, 88])[1].tobytes()
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()
