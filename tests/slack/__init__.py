"""A Slack workspace on this machine: its Web API, Socket Mode and signed requests, as slack_sdk knows them."""

from tests.slack.server import SlackServer, Unanswered
from tests.slack.workspace import Fault, Workspace

__all__ = ["Fault", "SlackServer", "Unanswered", "Workspace"]
