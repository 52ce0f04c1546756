"""The blueprint of learning platforms, and our own addresses as they know them."""

from __future__ import annotations

from flask import Blueprint, url_for

from website.current import current_services, current_settings

blueprint = Blueprint("platforms", __name__, template_folder="templates")


def our_address(endpoint: str) -> str:
    """The whole address, by the one that people type where the settings say it."""
    if current_settings().address:
        return f"{current_settings().address}{url_for(endpoint)}"
    return url_for(endpoint, _external=True)


@blueprint.app_context_processor
def _linking() -> dict[str, object]:
    """For the pages of courses and accounts."""
    return {"links_platforms": lambda: bool(current_services().store.platforms())}
