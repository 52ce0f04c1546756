"""A learning platform on this machine, made with the library lti1p3platform: it knows nothing of Rollcall's code."""

from __future__ import annotations

import json
import threading
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from jwcrypto.jwk import JWK
from lti1p3platform.exceptions import LineItemNotFoundException
from lti1p3platform.ltiplatform import LTI1P3PlatformConfAbstract
from lti1p3platform.membership import Context
from lti1p3platform.message_launch import LTIAdvantageMessageLaunchAbstract
from lti1p3platform.oidc_login import OIDCLoginAbstract
from lti1p3platform.registration import Registration
from lti1p3platform.request import Request
from lti1p3platform.response import generate_next_link
from lti1p3platform.score import UpdateScoreStatus
from lti1p3platform.service_connector import AssignmentsGradesService, NamesRoleProvisioningService

MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
CLIENT, DEPLOYMENT = "client-1", "deployment-1"


@cache
def made_key() -> JWK:
    """Made once, because that takes longer than most tests."""
    return JWK.generate(kty="RSA", size=2048)


class PlainRequest(Request):
    """What the library reads of a request."""

    def build_metadata(self, request: Any) -> Any:
        return request


class Conf(LTI1P3PlatformConfAbstract):
    """The one registration."""

    def init_platform_config(self, **kwargs: Any) -> None:
        self._registration = kwargs["registration"]

    def get_registration_by_params(self, **kwargs: Any) -> Registration:
        return self._registration


class Login(OIDCLoginAbstract):
    """Where the browser is sent first."""

    def set_lti_message_hint(self, **kwargs: Any) -> None:
        self._lti_message_hint = kwargs["hint"]

    def get_redirect(self, url: str) -> str:
        return url


class MessageLaunch(LTIAdvantageMessageLaunchAbstract):
    """What the browser brings back."""

    def render_launch_form(self, launch_data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return launch_data


class Grades(AssignmentsGradesService):
    """A grade book in memory."""

    platform: Platform

    def find_lineitems(self, page: Any = 1, **wanted: Any) -> Any:
        items = [one for one in self.platform.line_items.values() if one["resourceId"] == wanted.get("resource_id")]
        return {"content": items, "has_next": False}

    def find_lineitem(self, line_item_id: str) -> Any:
        return self.platform.line_items[line_item_id]

    def create_lineitem(self, creation_data: Any) -> Any:
        name = str(len(self.platform.line_items) + 1)
        made = creation_data | {"id": f"{self.platform.url}/lineitems/{name}/lineitem?type_id=1"}
        self.platform.line_items[name] = made
        return made

    def update_lineitem(self, update_data: Any) -> Any:
        raise NotImplementedError

    def delete_lineitem(self, line_item_id: str) -> None:
        del self.platform.line_items[line_item_id]

    def update_score(self, line_item_id: str, score: Any) -> UpdateScoreStatus:
        if line_item_id not in self.platform.line_items:
            raise LineItemNotFoundException
        self.platform.scores.setdefault(line_item_id, {})[score["userId"]] = score
        return UpdateScoreStatus.SUCCESS

    def get_results(self, line_item_id: str, page: int = 1, limit: Any = None, user_id: Any = None) -> Any:
        raise NotImplementedError


class Roster(NamesRoleProvisioningService):
    """Two members a page."""

    platform: Platform

    def get_member_data_page(self, page: Any = 1, limit: Any = None, **_: Any) -> Any:
        first = (int(page) - 1) * 2
        members = [dict(one) for one in self.platform.members]
        return {"content": members[first : first + 2], "has_next": len(members) > first + 2}

    def get_context_by_id(self) -> Context:
        return Context("context-1", "MATH", "Mathematics")


class Platform:
    """Runs until it is closed. `members`, `line_items` and `scores` are what it holds."""

    def __init__(self, tool: dict[str, str]) -> None:
        key = made_key()
        self.members: list[dict[str, Any]] = []
        self.line_items: dict[str, Any] = {}
        self.scores: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.registration = Registration()
        self.registration.set_iss(self.url).set_client_id(CLIENT).set_deployment_id(DEPLOYMENT)
        self.registration.set_launch_url(tool["launch"]).set_oidc_login_url(tool["login"])
        self.registration.set_platform_private_key(key.export_to_pem(private_key=True, password=None).decode())
        self.registration.set_platform_public_key(key.export_to_pem().decode())
        self.conf = Conf(registration=self.registration)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def login_url(self, user: str) -> str:
        """Where it sends a browser whose user opens the tool."""
        login = Login(PlainRequest({}), self.conf)
        login.set_lti_message_hint(hint="resource-1")
        return str(login.initiate_login(user))

    def answer(self, asked: str, user: str, roles: list[str], **more: Any) -> dict[str, str]:
        """The form that the browser brings to the tool, for what it was asked in the address."""
        said = dict(parse_qsl(urlsplit(asked).query))
        launch = MessageLaunch(PlainRequest({"get_data": said, "form_data": {}}), self.conf)
        launch.set_user_data(
            user, [f"{MEMBERSHIP}{role}" for role in roles], full_name=more.get("name"), email_address=more.get("email")
        )
        launch.set_resource_link_claim("resource-1")
        launch.set_launch_context_claim("context-1", context_title="Mathematics")
        launch.set_ags(f"{self.url}/lineitems", allow_creating_lineitems=True)
        launch.set_nrps(f"{self.url}/members")
        launch.set_extra_claims(more.get("claims", {}))
        launch.set_id_token_expiration(more.get("expiration", 300))
        data: dict[str, str] = launch.lti_launch()
        return data

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def respond(self, request: dict[str, Any], raw: bytes) -> tuple[int, Any, dict[str, str]]:
        """Any request to its services."""
        path = request["path"]
        self.asked.append(path)
        if path == "/keys":
            return 200, self.conf.get_jwks(), {}
        if path == "/token":
            form = {name: values[0] for name, values in parse_qs(raw.decode()).items()}
            return 200, self.conf.get_access_token(form), {}
        if path == "/members":
            return self._roster(request)
        grades = Grades(PlainRequest(request), self.conf, f"{self.url}/lineitems")
        grades.platform = self
        parts = path.strip("/").split("/")
        if len(parts) == 1:
            kind = grades.handle_create_lineitem if request["method"] == "POST" else grades.handle_get_lineitems
            done = grades.handle_resp(kind)
            result = done.result["content"] if request["method"] == "GET" and done.result else done.result
            return done.code, result, {}
        done = grades.handle_resp(grades.handle_update_score, line_item_id=parts[1])
        return done.code, done.result, {}

    def _roster(self, request: dict[str, Any]) -> tuple[int, Any, dict[str, str]]:
        page = int(request["get_data"].get("page", 1))
        request["get_data"] = request["get_data"] | {"page": page}
        roster = Roster(PlainRequest(request), self.conf, f"{self.url}/members")
        roster.platform = self
        done = roster.handle_resp(roster.handle_get_members)
        link = done.result.pop("next", None) if done.result else None
        return done.code, done.result, {"Link": generate_next_link(link)} if link else {}


def _handler_of(platform: Platform) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            is_json = "json" in self.headers.get("Content-Type", "")
            request = {
                "method": self.command,
                "path": parts.path,
                "get_data": dict(parse_qsl(parts.query)),
                "form_data": {},
                "headers": dict(self.headers),
                "content_type": self.headers.get("Content-Type"),
                "json": json.loads(raw) if is_json and raw else None,
            }
            code, result, headers = platform.respond(request, raw)
            body = json.dumps(result).encode()
            self.send_response(code)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def log_message(self, *_: Any) -> None:
            pass

    return Handler
