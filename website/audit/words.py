"""The actions of the audit trail in words."""

from flask_babel import lazy_gettext as _l

ACTIONS = {
    "user.added": _l("added the user"),
    "user.changed": _l("changed the user"),
    "user.removed": _l("removed the user"),
    "user.password_changed": _l("changed the own password"),
    "user.password_reset": _l("gave a new password to"),
    "course.added": _l("added the course"),
    "course.changed": _l("changed the course"),
    "course.removed": _l("removed the course"),
    "course.student_added": _l("put a student on the roster of"),
    "course.student_removed": _l("took a student off the roster of"),
    "course.teachers_set": _l("set the teachers of"),
    "student.registered": _l("registered the student"),
    "student.changed": _l("changed the student"),
    "student.consent_withdrawn": _l("withdrew the consent of the student"),
    "student.photo_added": _l("added a photo of the student"),
    "student.photo_removed": _l("removed a photo of the student"),
    "student.removed": _l("removed the student"),
    "students.imported": _l("imported students"),
    "faces.reindexed": _l("had all photos enrolled anew by"),
    "lecture.removed": _l("removed the lecture"),
    "recording.removed": _l("removed a recording of"),
    "recording.searched_again": _l("had a recording searched again"),
}
