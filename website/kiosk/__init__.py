"""The kiosk's page, for a tablet or laptop at a door: check in and out by touch, face or number, without a login."""

from website.kiosk.views import blueprint

__all__ = ["blueprint"]
