"""The protocol below the clients: what is sent wrong is answered with an error of the service's form."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest

from rekognition_local.api import Api
from rekognition_local.http_server import MOST_BODY_BYTES, EndpointServer

JSON = "application/x-amz-json-1.1"
LIST = "RekognitionService.ListCollections"


def send(
    url: str, body: bytes, target: str | None = LIST, content_type: str | None = JSON, **more: str
) -> tuple[int, dict[str, Any]]:
    headers = {"X-Amz-Target": target, "Content-Type": content_type, **more}
    with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)) as connection:
        connection.request("POST", "/", body, {name: value for name, value in headers.items() if value is not None})
        answer = connection.getresponse()
        assert answer.headers["x-amzn-RequestId"]
        return answer.status, json.loads(answer.read())


def test_a_right_request_is_answered(endpoint):
    status, answer = send(endpoint.url, b"{}")
    assert status == 200
    assert isinstance(answer["CollectionIds"], list)


@pytest.mark.parametrize("body", [b"", b"{", b"garbage", b"\xff\xfe", b"[" * 100_000, b'"text"', b"[]", b"null"])
def test_what_is_no_json_structure_is_refused(endpoint, body):
    status, answer = send(endpoint.url, body)
    assert (status, answer["__type"]) == (400, "SerializationException")


@pytest.mark.parametrize(
    "target",
    [
        None,
        "ListCollections",
        "RekognitionService.",
        "RekognitionService.DetectText",
        "RekognitionService.DetectLabels",
        "Other.ListCollections",
    ],
)
def test_an_operation_that_is_not_here_is_unknown(endpoint, target):
    status, answer = send(endpoint.url, b"{}", target)
    assert (status, answer["__type"]) == (400, "UnknownOperationException")


@pytest.mark.parametrize("content_type", [None, "application/json", "text/plain"])
def test_another_content_type_is_refused(endpoint, content_type):
    status, answer = send(endpoint.url, b"{}", content_type=content_type)
    assert (status, answer["__type"]) == (415, "UnsupportedMediaTypeException")


def test_web_pages_are_not_answered(endpoint):
    status, answer = send(endpoint.url, b"{}", Origin="https://example.org")
    assert (status, answer["__type"]) == (403, "AccessDeniedException")


@pytest.mark.parametrize("length", [str(MOST_BODY_BYTES + 1), "9" * 5000])
def test_a_body_that_is_too_large_is_refused_before_it_is_read(endpoint, length):
    status, answer = send(endpoint.url, b"", **{"Content-Length": length})
    assert (status, answer["__type"]) == (413, "RequestEntityTooLargeException")


@pytest.mark.parametrize("length", ["-1", "x", "1_0", "²"])
def test_a_length_that_is_no_number_is_refused(endpoint, length):
    status, answer = send(endpoint.url, b"", **{"Content-Length": length})
    assert (status, answer["__type"]) == (411, "MissingContentLength")


def test_a_client_that_asks_first_is_told_to_send_its_body(endpoint):
    address = urlsplit(endpoint.url)
    head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: {JSON}\r\nX-Amz-Target: {LIST}\r\nContent-Length: 2\r\n"
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(head.encode() + b"Expect: 100-continue\r\n\r\n")
        assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"{}")
        assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")


def test_many_requests_go_over_one_connection(endpoint):
    headers = {"X-Amz-Target": LIST, "Content-Type": JSON}
    with closing(http.client.HTTPConnection(urlsplit(endpoint.url).netloc, timeout=30)) as connection:
        for body in (b"{}", b"garbage", b"{}"):
            connection.request("POST", "/", body, headers)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == (400 if body == b"garbage" else 200)
            assert not answer.will_close


@pytest.mark.parametrize("leave", [b"\x01\x00\x00\x00\x00\x00\x00\x00", None], ids=["at once", "in order"])
def test_clients_that_go_away_midway_disturb_nobody(endpoint, leave):
    host, _, port = urlsplit(endpoint.url).netloc.partition(":")
    for _ in range(3):
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
            if leave is not None:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, leave)
    assert send(endpoint.url, b"{}")[0] == 200


@pytest.mark.parametrize(("fault", "is_logged"), [(ConnectionResetError("gone"), False), (ValueError("ours"), True)])
def test_a_client_that_goes_away_is_no_error_in_the_log(caplog, fault, is_logged):
    with EndpointServer("127.0.0.1", 0, Api({})) as server:
        try:
            raise fault
        except Exception:
            server.handle_error(None, ("127.0.0.1", 1))
    assert [record.levelname for record in caplog.records] == ["ERROR"] * is_logged


def test_a_server_that_ends_asks_clients_on_open_connections_to_come_again():
    server = EndpointServer("127.0.0.1", 0, Api({}))
    listener = threading.Thread(target=server.serve_forever)
    listener.start()
    headers = {"X-Amz-Target": LIST, "Content-Type": JSON}
    with closing(http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=30)) as connection:
        connection.request("POST", "/", b"{}", headers)
        connection.getresponse().read()
        server.end()
        connection.request("POST", "/", b"{}", headers)
        answer = connection.getresponse()
        assert (answer.status, json.loads(answer.read())["__type"]) == (503, "ServiceUnavailableException")
    listener.join()
