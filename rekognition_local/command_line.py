"""The command line: python -m rekognition_local --port 5005."""

from __future__ import annotations

import argparse
import ipaddress
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2

from face_engine.errors import FaceEngineError
from rekognition_local.endpoint import Endpoint, EndpointOptions
from rekognition_local.errors import StartRefused

_EPILOG = """\
Clients take the printed address as endpoint: boto3.client("rekognition", endpoint_url=...), aws --endpoint-url, or
AWS_ENDPOINT_URL_REKOGNITION. Pictures and videos of S3 are read, and SNS topics told, through boto3 with the usual
variables: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL_SNS, AWS_DEFAULT_REGION and credentials. Requests' signatures are not
checked.

Exit status: 0 after SIGTERM or Ctrl-C, 1 where it cannot start, 2 for a wrong option.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until the process is asked to end; the exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if not options.anyone_may_connect and not _is_this_machine(options.host):
        parser.error(
            f"{options.host} can be reached from other machines, and requests are not checked for who sent them: "
            "add --anyone-may-connect if that is meant"
        )
    level = logging.DEBUG if options.verbose else logging.INFO
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    logging.getLogger("rekognition_local").setLevel(level)
    # Requests and jobs are what goes on side by side here.
    cv2.setNumThreads(1)
    try:
        endpoint = Endpoint(_options(options))
    except (StartRefused, FaceEngineError) as error:
        print(error, file=sys.stderr)
        return 1
    _serve(endpoint)
    return 0


def _serve(endpoint: Endpoint) -> None:
    asked_to_end = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked_to_end.set())
    endpoint.start()
    print(f"rekognition_local is ready at {endpoint.url} with the engine {endpoint.engine}", flush=True)
    asked_to_end.wait()
    endpoint.stop()


def _options(options: argparse.Namespace) -> EndpointOptions:
    return EndpointOptions(
        data=options.data,
        host=options.host,
        port=options.port,
        workers=options.workers,
        most_jobs=options.most_jobs,
        every_s=options.every,
        tokens_last_s=options.tokens_last,
        networks=options.networks,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m rekognition_local",
        description="A local endpoint that speaks Amazon Rekognition's protocol for face collections.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_where(parser.add_argument)
    _add_how(parser.add_argument)
    parser.add_argument("--verbose", action="store_true", help="log each request")
    return parser


def _add_where(add: Callable[..., object]) -> None:
    """Where it listens, and where it keeps what it is given."""
    add("--port", type=_port, default=5005, help="the port; 0 takes a free one and prints it (default: %(default)s)")
    add("--host", default="127.0.0.1", help="the address to listen at (default: %(default)s, this machine alone)")
    add("--anyone-may-connect", action="store_true", help="permit a --host that other machines can reach")
    add(
        "--data",
        type=Path,
        default=Path("rekognition-data"),
        metavar="FOLDER",
        help="where collections, jobs and results are kept (default: %(default)s)",
    )
    add(
        "--networks",
        type=Path,
        metavar="FOLDER",
        help="where the engine keeps its networks (default: ~/.cache/rollcall)",
    )


def _add_how(add: Callable[..., object]) -> None:
    """How it searches, and how much at once."""
    add(
        "--workers",
        type=_count,
        default=max(1, (os.cpu_count() or 2) // 2),
        metavar="N",
        help="how many pictures, and how many videos, are searched at once (default: half the cores, %(default)s)",
    )
    add(
        "--most-jobs",
        type=_count,
        default=20,
        metavar="N",
        help="face searches in progress at once, beyond which LimitExceededException (default: %(default)s)",
    )
    add(
        "--every",
        type=_seconds,
        metavar="SECONDS",
        help="time between the searched pictures of a video (default: 0.2 for a clip up to 2 for a lecture)",
    )
    add(
        "--tokens-last",
        type=_seconds,
        default=3600.0,
        metavar="SECONDS",
        help="after which a NextToken is refused (default: %(default)g)",
    )


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _port(text: str) -> int:
    return _within(text, 0, 65535)


def _count(text: str) -> int:
    return _within(text, 1, 1000)


def _within(text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from {least} to {most}")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0.01 <= seconds <= 86400:
        raise argparse.ArgumentTypeError(f"{text} is not a number of seconds from 0.01 to 86400")
    return seconds
