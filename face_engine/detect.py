"""Finds faces and their five landmarks with MTCNN (Zhang et al., 2016, IEEE Signal Processing Letters 23)."""

from math import exp, log

import numpy as np
from numpy.typing import NDArray
from onnxruntime import InferenceSession

from face_engine.boxes import Boxes, intersection_over_smaller, squares, suppress
from face_engine.errors import BadImage
from face_engine.graphs import Graph, GraphCache
from face_engine.model import BGRImage, Detection, Landmarks
from face_engine.pyramid import LONGEST_SIDE_PX, Pyramid

PYRAMID_FACTOR = 0.709

# The published thresholds are 0.6, 0.7, 0.8 and 0.7 across scales. The stricter first two drop candidates that the
# later networks refuse anyway: no face of the labelled group pictures was lost, and it is twice as fast. The published
# overlap of refined candidates is 0.7: at 0.6 a seventh fewer are decided upon, and the same faces are found.
PROPOSAL_SCORE = 0.8
REFINED_SCORE = 0.7
FACE_SCORE = 0.8
# Of 1,056 faces that passed with it (38 photographs in several sizes, a stage and drawn classrooms) all passed again.
SURE_SCORE = 0.99
OVERLAP_IN_SCALE = 0.5
OVERLAP_ACROSS_SCALES = 0.5
OVERLAP_REFINED = 0.6
OVERLAP_FINAL = 0.7

_CELL = 12
_STRIDE = 2
_REFINE_BATCH = 32
_DECIDE_BATCH = 16

Numbers = NDArray[np.float64]


class Detector:
    """Finds frontal and moderately turned faces from `smallest_face_px` on; time grows with 1 / smallest_face_px**2."""

    def __init__(self, graphs: GraphCache, *, smallest_face_px: int = 40, threads: int = 1) -> None:
        if smallest_face_px < _CELL:
            raise ValueError(f"the smallest face is at least {_CELL} pixels, not {smallest_face_px}")
        self._first_scale = _CELL / smallest_face_px
        self._pnet = graphs.session(Graph.PNET, threads)
        self._rnet = graphs.session(Graph.RNET, threads)
        self._onet = graphs.session(Graph.ONET, threads)

    def find(self, image: BGRImage) -> list[Detection]:
        """The faces of a BGR picture, most certain first; boxes may reach past its edges."""
        if max(image.shape[:2]) > LONGEST_SIDE_PX:
            raise BadImage("The picture is more than %(most)s pixels long.", most=LONGEST_SIDE_PX)
        pyramid = Pyramid(image)
        candidates = self._propose(pyramid)
        candidates = self._refine(pyramid, candidates) if len(candidates) else candidates
        return self._decide(pyramid, candidates) if len(candidates) else []

    def _propose(self, pyramid: Pyramid) -> Boxes:
        """Square candidates from all scales."""
        boxes, scores = [np.empty((0, 4))], [np.empty(0)]
        for scale, image in pyramid.sizes(self._first_scale, PYRAMID_FACTOR, _CELL):
            output = self._pnet.run(None, {"image": image[None]})[0][0]
            at_scale, logits = _cells(output)
            kept = suppress(at_scale, logits, OVERLAP_IN_SCALE)
            boxes.append(at_scale[kept] / scale)
            scores.append(logits[kept])
        all_boxes, all_scores = np.concatenate(boxes), np.concatenate(scores)
        return squares(all_boxes[suppress(all_boxes, all_scores, OVERLAP_ACROSS_SCALES)])

    def _refine(self, pyramid: Pyramid, boxes: Boxes) -> Boxes:
        """Those square candidates that look like faces on 24 x 24 pixels, moved to where the face is."""
        output = _run(self._rnet, pyramid.patches(boxes, 24), _REFINE_BATCH)
        likely = output[:, 0] > _logit(REFINED_SCORE)
        moved, logits = _moved(boxes, output[:, 1:5])[likely], output[likely, 0]
        return squares(moved[suppress(moved, logits, OVERLAP_REFINED)])

    def _decide(self, pyramid: Pyramid, boxes: Boxes) -> list[Detection]:
        """The faces among the candidates, by 48 x 48 pixels each."""
        output = _run(self._onet, pyramid.patches(boxes, 48), _DECIDE_BATCH)
        sides = boxes[:, 2:3] - boxes[:, 0:1]
        points = np.stack([output[:, 5:10], output[:, 10:15]], axis=2) * sides[:, None] + boxes[:, None, :2]
        likely = output[:, 0] > _logit(FACE_SCORE)
        moved, logits, points = _moved(boxes, output[:, 1:5])[likely], output[likely, 0], points[likely]
        kept = suppress(moved, logits, OVERLAP_FINAL, intersection_over_smaller)
        return self._look_again(pyramid, moved[kept], logits[kept], points[kept])

    def _look_again(self, pyramid: Pyramid, boxes: Boxes, logits: Numbers, points: Numbers) -> list[Detection]:
        """The faces that pass again, on the mean of both looks, when they are cut where they were found.

        The published cascade has no such step. Hair, dolls and blobs that pass at first with 0.8 to 0.95 do not look
        like faces once they are in the middle; profiles and dark faces mostly do. What passes with SURE_SCORE at first
        always passed again, and is spared it.
        """
        certainty = logits.copy()
        unsure = np.flatnonzero(logits < _logit(SURE_SCORE))
        if len(unsure):
            output = _run(self._onet, pyramid.patches(squares(boxes[unsure]), 48), _DECIDE_BATCH)
            certainty[unsure] = (logits[unsure] + output[:, 0]) / 2
        best_first = np.argsort(-certainty, kind="stable")
        faces = best_first[certainty[best_first] > _logit(FACE_SCORE)]
        return [_detection(boxes[i], points[i], float(certainty[i])) for i in faces]


def _cells(output: NDArray[np.float32]) -> tuple[Boxes, Numbers]:
    """The cells of one scale that may show a face, as boxes in pixels of that scale, and their logits."""
    likely = np.flatnonzero(output[0] > _logit(PROPOSAL_SCORE))
    rows, columns = np.divmod(likely, output.shape[2])
    left_top = np.stack([columns, rows], axis=1) * _STRIDE
    corners = np.hstack([left_top + 1, left_top + _CELL])
    values = output.reshape(5, -1)[:, likely].astype(np.float64)
    return corners + values[1:].T * (_CELL - 1), values[0]


def _moved(boxes: Boxes, offsets: Numbers) -> Boxes:
    return boxes + offsets * (boxes[:, 2:3] - boxes[:, 0:1])


def _run(session: InferenceSession, patches: NDArray[np.uint8], batch: int) -> Numbers:
    parts = [session.run(None, {"image": patches[start : start + batch]})[0] for start in range(0, len(patches), batch)]
    return np.concatenate(parts).astype(np.float64)


def _detection(box: Numbers, points: Numbers, logit: float) -> Detection:
    left, top, right, bottom = box.tolist()
    return Detection((left, top, right, bottom), _landmarks(points), 1 / (1 + exp(-logit)))


def _landmarks(points: Numbers) -> Landmarks:
    left_eye, right_eye, nose, left_mouth, right_mouth = ((float(x), float(y)) for x, y in points)
    return left_eye, right_eye, nose, left_mouth, right_mouth


def _logit(probability: float) -> float:
    return log(probability / (1 - probability))
