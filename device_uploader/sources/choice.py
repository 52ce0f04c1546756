"""Which camera and sensor a setting means; their libraries are imported when they are picked."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from device_uploader.sources import Camera, ThermalSensor

CAMERAS = ("v4l2:NUMBER", "v4l2:/dev/video0", "rtsp://...", "pi", "folder:PATH", "picture:FILE", "drawn", "none")
SENSORS = ("amg8833", "simulated", "none")


def check_camera(source: str) -> None:
    """Raises ValueError where it names none of CAMERAS."""
    if source in ("pi", "drawn", "none"):
        return
    if not source.startswith(("v4l2:", "rtsp://", "rtsps://", "folder:", "picture:")) or source.endswith(":"):
        raise ValueError(f"must be one of {', '.join(CAMERAS)}")
    if "://" in source and not is_address(source):
        raise ValueError(
            "must be an address such as rtsp://USER:PASSWORD@camera.local/stream, with %23 for # and %2F for / in it"
        )


def is_address(source: str) -> bool:
    """Whether it names a machine, and a port where it names one."""
    try:
        parts = urlsplit(source)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def without_password(source: str) -> str:
    """For sentences and logs: without the user, and without the query, in which some cameras want the password."""
    scheme, mark, rest = source.partition("://")
    user, _, place = rest.rpartition("@")
    # An @ behind a query is not the end of a user: all of it may be the password.
    place = "..." if set(user) & set("?#") else place.partition("?")[0].partition("#")[0]
    return f"{scheme}://{place}" if mark else source


def open_camera(source: str, width: int, height: int, fps: float) -> Camera:
    """Raises SourceFailed."""
    if source == "drawn":
        return _camera("drawn_camera", "DrawnCamera", width, height, fps)
    if source == "pi":
        return _camera("pi_camera", "PiCamera", width, height)
    if source.startswith("folder:"):
        folder = Path(source.removeprefix("folder:"))
        return _camera("folder_camera", "FolderCamera", folder, width, height)
    if source.startswith("picture:"):
        return _camera("picture_camera", "PictureCamera", Path(source.removeprefix("picture:")), width, height)
    address = source.removeprefix("v4l2:")
    return _camera("opencv_camera", "OpenCvCamera", address, width, height)


def open_sensor(source: str, bus_number: int, address: int, now_s: Callable[[], float]) -> ThermalSensor:
    """`now_s` moves the simulated room. Raises SourceFailed."""
    if source == "simulated":
        bus = _made("simulated_bus", "SimulatedBus", address, _made("warm_room", "WarmRoom"), now_s)
    else:
        bus = _made("linux_bus", "LinuxBus", bus_number)
    sensor: ThermalSensor = _made("amg8833", "Amg8833", bus, address)
    return sensor


def _camera(module: str, name: str, *words: Any) -> Camera:
    camera: Camera = _made(module, name, *words)
    return camera


def _made(module: str, name: str, *words: Any) -> Any:
    """OpenCV, picamera2 and the driver of the sensor are loaded where they are wanted, and need not be there else."""
    return getattr(import_module(f"device_uploader.sources.{module}"), name)(*words)
