"""The actions of the audit trail in words."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from attendance.model import AuditEntry
from attendance.use_cases.people.accounts import SET_UP_LINK
from attendance.use_cases.people.auditing import SIGN_IN_FAILED
from attendance.use_cases.people.links import FORGOTTEN


def who(entry: AuditEntry) -> str:
    """Who did it; of what nobody signed in did, the way by which it was done."""
    if entry.by_name:
        return entry.by_name
    if entry.action in (FORGOTTEN, SIGN_IN_FAILED):
        return _("Somebody on the sign-in page")
    return _("The set-up link") if entry.action == SET_UP_LINK else _("The command line")


TOPICS = {
    "user": _l("Users"),
    "token": _l("Access tokens"),
    "signin": _l("Failed sign-ins"),
    "site": _l("Site settings"),
    "student": _l("Students"),
    "students": _l("Imports"),
    "course": _l("Courses"),
    "timetable": _l("Timetables of rooms"),
    "lecture": _l("Lectures"),
    "recording": _l("Recordings"),
    "mark": _l("Marks"),
    "export": _l("Downloads"),
    "evidence": _l("Pictures and recordings that were looked at"),
    "unknown": _l("Unknown people"),
    "faces": _l("Face engines"),
    "device": _l("Devices"),
    "door": _l("Doors"),
    "visit": _l("Visits"),
}
"""What the actions are about, by their first word."""


ACTIONS = {
    "user.added": _l("added the user"),
    "user.set_up": _l("made the first admin"),
    "user.changed": _l("changed the user"),
    "user.removed": _l("removed the user"),
    "user.password_changed": _l("changed the own password"),
    "user.password_reset": _l("gave a new password to"),
    "user.invited": _l("invited the user"),
    "user.invitation_taken_back": _l("took back the invitation of"),
    "user.joined": _l("came by an invitation and set a password, as"),
    "user.password_forgotten": _l("asked for a new password for"),
    "user.password_set_by_mail": _l("set a new password by mail, as"),
    "signin.failed": _l("failed to sign in as"),
    "mark.changed": _l("changed a mark of the student"),
    "recording.uploaded": _l("uploaded a recording of"),
    "evidence.viewed": _l("looked at a picture of"),
    "evidence.recording_viewed": _l("watched a recording of"),
    "export.log": _l("downloaded the attendance log of"),
    "export.audit": _l("downloaded the audit trail,"),
    "site.changed": _l("changed the site's setting"),
    "token.made": _l("made an access token for"),
    "platform.added": _l("registered the learning platform"),
    "platform.changed": _l("changed the learning platform"),
    "platform.removed": _l("removed the learning platform"),
    "platform.account_linked": _l("connected with a learning platform"),
    "platform.account_unlinked": _l("disconnected from a learning platform"),
    "platform.course_linked": _l("linked to a learning platform the course"),
    "platform.course_unlinked": _l("unlinked from a learning platform the course"),
    "platform.grades_on": _l("lets grades go after each lecture of"),
    "platform.grades_off": _l("lets no grades go after lectures of"),
    "platform.grades_asked": _l("sent to a learning platform the grades of"),
    "webhook.added": _l("added the webhook"),
    "webhook.paused": _l("paused the webhook"),
    "webhook.resumed": _l("resumed the webhook"),
    "webhook.removed": _l("removed the webhook"),
    "token.revoked": _l("revoked an access token of"),
    "course.added": _l("added the course"),
    "course.changed": _l("changed the course"),
    "course.removed": _l("removed the course"),
    "course.notices_set": _l("chose who is told what of"),
    "course.status_saved": _l("saved a status of"),
    "course.status_retired": _l("retired a status of"),
    "course.student_added": _l("put a student on the roster of"),
    "course.student_removed": _l("took a student off the roster of"),
    "course.teachers_set": _l("set the teachers of"),
    "course.risk_rules_set": _l("chose when a student is at risk in"),
    "student.risk_seen": _l("saw that a student is at risk:"),
    "export.book": _l("took away the book of"),
    "marks.imported": _l("set marks from a list in"),
    "marks.import_undone": _l("undid marks from a list in"),
    "user.calendar_made": _l("made addresses of calendars for"),
    "user.calendar_ended": _l("ended the addresses of calendars of"),
    "student.registered": _l("registered the student"),
    "student.changed": _l("changed the student"),
    "student.consent_recorded": _l("recorded a consent of the student"),
    "student.consent_withdrawn": _l("withdrew the consent of the student"),
    "student.photo_added": _l("added a photo of the student"),
    "student.photo_removed": _l("removed a photo of the student"),
    "student.removed": _l("removed the student"),
    "students.imported": _l("imported students"),
    "school.imported": _l("imported courses, people and rosters from"),
    "faces.reindexed": _l("had all photos enrolled anew by"),
    "course.check_in_changed": _l("changed the rules of check-in"),
    "lecture.added": _l("added the lecture"),
    "lecture.changed": _l("changed the lecture"),
    "lecture.check_in_opened": _l("started the check-in"),
    "lecture.check_in_ended": _l("ended the check-in"),
    "lecture.removed": _l("removed the lecture"),
    "recording.removed": _l("removed a recording of"),
    "recording.searched_again": _l("had a recording searched again"),
    "course.unknown_vectors_on": _l("let vectors of unknown people be stored for"),
    "course.unknown_vectors_off": _l("had the vectors of unknown people forgotten of"),
    "unknown.named": _l("named an unknown person of"),
    "unknown.ignored": _l("ignored an unknown person of"),
    "unknown.not_student": _l("said who a face is not, of"),
    "unknown.split": _l("took apart an unknown person of"),
    "unknown.merged": _l("put together two unknown people of"),
    "unknown.undone": _l("undid what was said of an unknown person of"),
    "device.added": _l("added the device"),
    "device.changed": _l("changed the device"),
    "device.code_made": _l("made a pairing code for the device"),
    "device.paired": _l("typed the pairing code on the device"),
    "device.key_given": _l("gave a key to the device"),
    "device.revoked": _l("revoked the device"),
    "device.removed": _l("removed the device"),
    "device.calibrated": _l("calibrated the device"),
    "device.alarm_line_set": _l("set the alarm threshold of the device"),
    "door.visits_on": _l("let visits be recorded by the door"),
    "door.visits_off": _l("stopped the recording of visits by the door"),
    "door.staff_set": _l("set who sees the visits at the door"),
    "door.unknown_vectors_on": _l("let vectors of unknown people be stored for the door"),
    "door.unknown_vectors_off": _l("had the vectors of unknown people forgotten of the door"),
    "door.names_told": _l("let names be told to the door"),
    "door.names_not_told": _l("let no names be told any more to the door"),
    "visit.named": _l("gave a visit at a door the name of the student"),
    "visit.unnamed": _l("took from a visit at a door the name of the student"),
    "visit.ignored": _l("ignored an unknown person at the door"),
    "visit.split": _l("took apart an unknown person at the door"),
    "visit.merged": _l("put together two unknown people at the door"),
    "visit.undone": _l("undid what was said of an unknown person at the door"),
    "visit.removed": _l("removed a visit at the door"),
    "timetable.added": _l("put into a room's timetable the course"),
    "timetable.removed": _l("took out of a room's timetable the course"),
}

SETTINGS = {
    "name": _l("Name of the school"),
    "timezone": _l("Time zone"),
    "late_after_minutes": _l("Late after (minutes)"),
    "accept_similarity": _l("Accept threshold"),
    "review_similarity": _l("Review threshold"),
    "margin": _l("Margin"),
    "logo_key": _l("Logo"),
}
"""The subjects of `site.changed` in words."""
