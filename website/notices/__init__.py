"""What people choose to be told, what became of each notice, and the mails that only lie in a folder."""

from website.notices import choosing, mails, unsubscribing, webhooks
from website.notices.views import blueprint

__all__ = ["blueprint", "choosing", "mails", "unsubscribing", "webhooks"]
