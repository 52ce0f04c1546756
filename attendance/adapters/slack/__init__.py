"""Slack: notices as messages with pictures, and what people answer to them, by slack_sdk."""
