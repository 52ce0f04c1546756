"""Kinds, channels and states of notices in words."""

from flask_babel import lazy_gettext as _l

from attendance.model import MAIL, SLACK, WEBHOOK, NoticeKind, NoticeState

KINDS = {
    NoticeKind.SEARCH_DONE: _l("A recording was searched"),
    NoticeKind.UNSURE_WAITING: _l("Faces wait to be decided"),
    NoticeKind.UNKNOWN_SEEN: _l("Somebody unknown was seen"),
    NoticeKind.LECTURE_LOG: _l("The log of each lecture"),
    NoticeKind.WEEK_LOG: _l("The log of each week"),
    NoticeKind.DAILY_SUMMARY: _l("A summary of each day"),
    NoticeKind.WEEKLY_SUMMARY: _l("A summary of each week"),
    NoticeKind.AT_RISK: _l("A student is at risk"),
    NoticeKind.ALARM: _l("A temperature reached its threshold"),
    NoticeKind.DEVICE_SILENT: _l("Nothing is heard of a device"),
    NoticeKind.INVITATION: _l("An invitation to set a password"),
    NoticeKind.PASSWORD_RESET: _l("A link to set a new password"),
    NoticeKind.APPEAL_FILED: _l("A student objects to a mark, or asks to be excused"),
    NoticeKind.APPEAL_ANSWERED: _l("An objection or excuse was answered"),
    NoticeKind.LINK_CHANGED: _l("The link or code of a lecture changed"),
    NoticeKind.DIGEST: _l("Several notices in one"),
    NoticeKind.EVENT: _l("An event for a program"),
}
CHANNELS = {MAIL: _l("Mail"), SLACK: _l("Slack"), WEBHOOK: _l("Webhook")}
STATES = {
    NoticeState.FAILED: _l("Failed"),
    NoticeState.WAITING: _l("Waiting"),
    NoticeState.SENT: _l("Sent"),
}
