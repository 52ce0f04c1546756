"""Where Slack sends what people answer, where it reaches this site by HTTPS."""

from website.slack.views import blueprint, init_app

__all__ = ["blueprint", "init_app"]
