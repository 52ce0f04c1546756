"""Writes frames as H.264 in MP4 with key frames at fixed places, and joins such files without encoding them anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import av

from bench.planes import Planes

_QUALITY = "28"


def encode(path: Path, frames: Iterable[Planes], size: tuple[int, int], fps: int, group_frames: int) -> None:
    """Write the frames (YUV 4:2:0) with a key frame first and then after so many frames, and nowhere else."""
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=fps)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, fps)
        stream.thread_count = 1  # processes share the work
        groups = f"keyint={group_frames}:min-keyint={group_frames}:scenecut=0:open-gop=0"
        stream.options = {"preset": "superfast", "crf": _QUALITY, "x264-params": groups}
        for number, planes in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(planes.stacked(), format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def joined(parts: Sequence[Path], path: Path, part_frames: int) -> None:
    """Put films of one encoder behind each other; all but the last have so many frames."""
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as whole:
        stream = None
        for number, part in enumerate(parts):
            with av.open(str(part)) as film:
                source = film.streams.video[0]
                stream = stream or whole.add_stream_from_template(source)
                if source.average_rate is None or source.time_base is None:
                    raise ValueError(f"{part} does not say how fast it is.")
                shift = round(number * part_frames / source.average_rate / source.time_base)
                for packet in film.demux(source):
                    if packet.dts is None or packet.pts is None:
                        continue  # the empty packet at the end
                    packet.pts += shift
                    packet.dts += shift
                    packet.stream = stream
                    whole.mux(packet)
