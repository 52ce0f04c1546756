"""What becomes of the pictures of a camera: clips, snapshots by the clock, and snapshots of who comes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import av.error
import cv2

from device_uploader.bounds import Bounds
from device_uploader.clip_writer import ClipWriter
from device_uploader.clock import Clock, SiteTime
from device_uploader.errors import DiskFull, SourceFailed
from device_uploader.face_boxes import FaceBoxes
from device_uploader.item import Item, Moment, new_id
from device_uploader.motion import Motion
from device_uploader.outbox import Outbox
from device_uploader.reading import Reading
from device_uploader.recovery import recover_clips
from device_uploader.settings import Settings
from device_uploader.sources import Camera, Frame
from device_uploader.times import local_time, within

JPEG_QUALITY = 92
STILL_THE_NEWEST_S = 60.0  # an older reading says nothing about who moves now
STILL_THE_MINUTE_S = 600.0  # a device that was off at the minute takes its picture within so long
log = logging.getLogger(__name__)


@dataclass(slots=True)
class OpenClip:
    """The clip that is being filmed."""

    id: str
    began: Moment
    writer: ClipWriter
    shape: tuple[int, ...]


class Clips:
    """Pieces of so many minutes, always or by timetable."""

    def __init__(self, outbox: Outbox, settings: Settings, bounds: Bounds) -> None:
        self._outbox, self._bounds = outbox, bounds
        self._camera, self._settings = settings.camera, settings.clips
        self._open: OpenClip | None = None

    def see(self, frame: Frame, at: Moment, wanted: bool) -> None:
        """One more picture; `wanted` is what the timetable says. Raises DiskFull."""
        if self._open is not None and (not wanted or self._is_over(self._open, frame, at)):
            self.close()
        if wanted and self._open is None:
            self._begin(frame, at)
        if self._open is not None:
            self._write(self._open, frame, at)

    def close(self) -> None:
        """The clip that is open is finished, and may be sent."""
        if self._open is None:
            return
        clip, self._open = self._open, None
        try:
            self._outbox.finish_clip(clip.id, clip.writer.close())
        except (OSError, av.error.FFmpegError) as wrong:
            self._lose(clip, wrong)

    def _is_over(self, clip: OpenClip, frame: Frame, at: Moment) -> bool:
        lasted_s = (at.monotonic_ns - clip.began.monotonic_ns) / 1e9
        return lasted_s >= self._settings.minutes * 60 or frame.shape != clip.shape

    def _begin(self, frame: Frame, at: Moment) -> None:
        if self._outbox.disk.free_bytes(self._outbox.folder) < self._bounds.least_free_bytes:
            raise DiskFull("The disk is too full to film on.")
        name = new_id()
        height, width = frame.shape[:2]
        try:
            path = self._outbox.begin_clip(name, at, f"{local_time(at.wall_s):%Y%m%d-%H%M%S}.mp4")
            writer = ClipWriter(path, width, height, self._camera.fps, self._settings.crf)
        except (OSError, av.error.FFmpegError) as wrong:
            self._outbox.forget_clip(name)
            raise DiskFull(f"No clip could be begun: {wrong}.") from wrong
        self._open = OpenClip(name, at, writer, frame.shape)

    def _write(self, clip: OpenClip, frame: Frame, at: Moment) -> None:
        try:
            clip.writer.add(frame, (at.monotonic_ns - clip.began.monotonic_ns) // 1_000_000)
        except (OSError, av.error.FFmpegError) as wrong:
            self._open = None
            self._lose(clip, wrong)

    def _lose(self, clip: OpenClip, wrong: Exception) -> None:
        """What was written of it is brought back now or, on a full disk, when there is room."""
        clip.writer.give_up()
        self._outbox.cut_short(clip.id)
        recover_clips(self._outbox, [clip.id])
        raise DiskFull(f"A clip could not be written: {wrong}.") from wrong


class Snapshots:
    """At given minutes of the hour, once for each, also after a restart.

    The note that it was taken comes after the picture: power that goes in between gives a second picture, not none.
    """

    def __init__(self, outbox: Outbox, settings: Settings, faces: FaceBoxes | None) -> None:
        self._outbox, self._minutes, self._faces = outbox, settings.snapshots.minutes, faces
        self._last_file = outbox.folder / "last_snapshot"
        self._last = read_last(self._last_file)

    def see(self, frame: Frame, at: Moment, local: datetime) -> None:
        """Take it if its minute has come, by the site's time."""
        due = last_minute(local, self._minutes)
        if due is None or local.timestamp() - due > STILL_THE_MINUTE_S or self._was_taken(due):
            return
        self.take(frame, at, None)
        self._last = due
        self._outbox.disk.replace(self._last_file, b"%d" % due)

    def _was_taken(self, due: int) -> bool:
        """A clock that is put back by a little does not bring back the minute before."""
        return self._last is not None and due <= self._last < due + 2 * 3600

    def take(self, frame: Frame, at: Moment, reading_id: str | None) -> None:
        """Now."""
        whole, picture = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        if not whole:
            raise SourceFailed("The camera gave a picture that is no picture.")
        boxes = self._faces.find(frame) if self._faces is not None else []
        name = f"{local_time(at.wall_s):%Y%m%d-%H%M%S}.jpg"
        item = Item(new_id(), "snapshot", at, 0.0, "", 0, name, reading_id=reading_id, boxes=boxes)
        self._outbox.add(item, picture.tobytes())


def read_last(path: Path) -> int | None:
    """The minute of the last snapshot, in seconds since 1970."""
    try:
        return int(path.read_text())
    except (FileNotFoundError, ValueError):
        return None


def last_minute(now: datetime, minutes: tuple[int, ...]) -> int | None:
    """The last of these minutes of the hour that has come, in seconds since 1970; None where there are none."""
    if not minutes:
        return None
    hour = now.replace(minute=0, second=0, microsecond=0)
    come = [hour + timedelta(hours=back, minutes=minute) for back in (-1, 0) for minute in minutes]
    return int(max(one for one in come if one <= now).timestamp())


class Filming:
    """Takes the camera's pictures at the wanted pace, and opens the camera again where it fails."""

    def __init__(
        self, outbox: Outbox, settings: Settings, clock: Clock, site_time: SiteTime, camera: Callable[[], Camera]
    ) -> None:
        bounds = bounds_of(settings)
        model = settings.snapshots.face_model
        self._settings, self._clock, self._site_time, self._open_camera = settings, clock, site_time, camera
        self.clips = Clips(outbox, settings, bounds)
        self.snapshots = Snapshots(outbox, settings, FaceBoxes(model) if model else None)
        trigger = settings.trigger
        self._motion = (
            Motion(trigger.moved_percent / 100, trigger.look_every_s, trigger.again_after_s)
            if trigger.by_motion
            else None
        )
        self._asked: list[str] = []
        self._newest: Reading | None = None
        self._lock = threading.Lock()

    def ask(self, reading_id: str) -> None:
        """A snapshot of the next picture, with this reading. From any thread."""
        with self._lock:
            self._asked = [reading_id]

    def measured(self, reading: Reading) -> None:
        """The newest reading, which a picture of something that moves is sent with. From any thread."""
        with self._lock:
            self._newest = reading

    def run(self, stop: threading.Event, beat: Callable[[str], None]) -> None:
        """Until `stop`, or until the camera fails: SourceFailed. `beat` is told after every picture."""
        camera = self._open_camera()
        try:
            begun_s = self._clock.monotonic_ns() / 1e9
            count = 0
            while not stop.is_set():
                self._see(camera.read(), beat)
                count += 1
                due_s = begun_s + count / self._settings.camera.fps
                late_s = self._clock.monotonic_ns() / 1e9 - due_s
                if late_s > 1:
                    begun_s += late_s  # a slow camera is not caught up with
                self._clock.wait(stop, max(0.0, -late_s))
        finally:
            self.clips.close()
            camera.close()

    def _see(self, frame: Frame, beat: Callable[[str], None]) -> None:
        at = self._clock.now()
        local = local_time(self._site_time.of(at))
        with self._lock:
            asked, self._asked = self._asked, []
        for reading_id in asked:
            self.snapshots.take(frame, at, reading_id)
        self._see_motion(frame, at, bool(asked))
        table = self._settings.snapshots.timetable
        if not table or within(table, local):
            self.snapshots.see(frame, at, local)
        try:
            self.clips.see(frame, at, self._films(local))
        except DiskFull as full:
            beat(str(full))
            return
        beat("ok")

    def _see_motion(self, frame: Frame, at: Moment, is_pictured: bool) -> None:
        if self._motion is None:
            return
        now_s = at.monotonic_ns / 1e9
        if is_pictured:
            self._motion.pictured(now_s)
        if self._motion.began(frame, now_s):
            self.snapshots.take(frame, at, self._reading_at(now_s))

    def _reading_at(self, now_s: float) -> str | None:
        with self._lock:
            newest = self._newest
        fresh = newest is not None and now_s - newest.at.monotonic_ns / 1e9 <= STILL_THE_NEWEST_S
        return newest.id if newest is not None and fresh else None

    def _films(self, local: datetime) -> bool:
        clips = self._settings.clips
        return clips.minutes > 0 and (not clips.timetable or within(clips.timetable, local))


def bounds_of(settings: Settings) -> Bounds:
    """In bytes."""
    box = settings.outbox
    return Bounds(box.most_megabytes * 10**6, box.most_share_of_disk, box.least_free_megabytes * 10**6)
