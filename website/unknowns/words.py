"""What people say of unknown faces, in words."""

from flask_babel import lazy_gettext as _l

from attendance.model import DecisionKind

DECISIONS = {
    DecisionKind.NAMED: _l("This is %(name)s"),
    DecisionKind.NOT_STUDENT: _l("This is not %(name)s"),
    DecisionKind.IGNORED: _l("Nobody of ours"),
    DecisionKind.TOGETHER: _l("One person"),
    DecisionKind.APART: _l("Two people"),
}
