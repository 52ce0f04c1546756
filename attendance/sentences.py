"""What stores tell people when something is not there, is taken, or may not be stored."""

from __future__ import annotations

from attendance.errors import AlreadyExists, ConsentMissing, MovedOn, NotAllowed, NotFound, Personal
from attendance.model import Course, Student, User

REMOVED_USER = "a removed user"


def no_user() -> NotFound:
    return NotFound("There is no such user.")


def no_course() -> NotFound:
    return NotFound("There is no such course.")


def no_face() -> NotFound:
    return NotFound("There is no such photo.")


def no_lecture() -> NotFound:
    return NotFound("There is no such lecture.")


def no_recording() -> NotFound:
    return NotFound("There is no such recording.")


def no_sighting() -> NotFound:
    return NotFound("There is no such sighting.")


def no_mark() -> NotFound:
    return NotFound("There is no mark of this student in this lecture.")


def no_student(student_id: str) -> NotFound:
    """For an id that is not registered."""
    return NotFound("There is no student with the id %(id)s.", id=Personal(student_id))


def no_such_student() -> NotFound:
    return NotFound("There is no such student.")


def user_taken(user: User) -> AlreadyExists:
    return AlreadyExists("The email address %(email)s is already taken.", email=Personal(user.email))


def course_taken(course: Course) -> AlreadyExists:
    return AlreadyExists("The course %(label)s already exists.", label=course.label)


def lecture_taken() -> AlreadyExists:
    return AlreadyExists("This course already has a lecture that starts at that time.")


def student_taken(student: Student) -> AlreadyExists:
    return AlreadyExists("The student id %(student_id)s is already registered.", student_id=Personal(student.id))


def face_taken() -> AlreadyExists:
    return AlreadyExists("This photo is already stored.")


def recording_taken() -> AlreadyExists:
    return AlreadyExists("This recording is already stored.")


def no_consent(student: Student) -> ConsentMissing:
    return ConsentMissing(
        "%(name)s has not consented to face recognition.", name=Personal(student.name), field="consent_on"
    )


def no_device() -> NotFound:
    return NotFound("There is no such device.")


def no_slot() -> NotFound:
    return NotFound("There is no such line in the timetable.")


def no_reading() -> NotFound:
    return NotFound("There is no such reading.")


def no_alarm() -> NotFound:
    return NotFound("There is no such alarm.")


def no_visit() -> NotFound:
    return NotFound("There is no such visit.")


def visit_taken() -> AlreadyExists:
    return AlreadyExists("This visit is already stored.")


def device_taken() -> AlreadyExists:
    return AlreadyExists("This device already exists.")


def slot_taken() -> AlreadyExists:
    return AlreadyExists("This line of the timetable already exists.")


def no_notice() -> NotFound:
    return NotFound("There is no such notice.")


def notice_taken() -> AlreadyExists:
    return AlreadyExists("This notice is written already.")


def moved_on() -> MovedOn:
    return MovedOn("Somebody else changed this at the same moment; please try again.")


def no_appeal() -> NotFound:
    return NotFound("There is no such objection or excuse.")


def no_post() -> NotFound:
    return NotFound("There is no such message.")


def post_taken() -> AlreadyExists:
    return AlreadyExists("This message was sent already.")


def witness_taken() -> AlreadyExists:
    return AlreadyExists("This was told already.")


def undone_already() -> NotFound:
    return NotFound("This was undone already.")


def no_access_token() -> NotFound:
    return NotFound("There is no such access token.")


def no_passkey() -> NotFound:
    return NotFound("There is no such passkey.")


def passkey_taken() -> AlreadyExists:
    return AlreadyExists("This passkey is in use already.")


def no_face_login() -> NotFound:
    return NotFound("Signing in with the face is not switched on.")


def token_taken() -> AlreadyExists:
    return AlreadyExists("This access token already exists.")


def last_admin_stays() -> NotAllowed:
    return NotAllowed("The last admin must stay an admin.")


def last_admin_kept() -> NotAllowed:
    return NotAllowed("The last admin cannot be removed.")


def no_account_link() -> NotFound:
    return NotFound("There is no such link.")


def account_link_taken() -> AlreadyExists:
    return AlreadyExists("This link already exists.")


def no_webhook() -> NotFound:
    return NotFound("There is no such webhook.")


def webhook_taken() -> AlreadyExists:
    return AlreadyExists("This webhook already exists.")


def no_platform() -> NotFound:
    return NotFound("There is no such learning platform.")


def platform_taken() -> AlreadyExists:
    return AlreadyExists("A learning platform with this issuer and client id is registered already.")


def not_linked() -> NotFound:
    return NotFound("This course of the learning platform is not linked.")


def tool_key_taken() -> AlreadyExists:
    return AlreadyExists("The site has its key pair already.")


def no_check_in() -> NotFound:
    return NotFound("There is no such check-in.")


def no_registration() -> NotFound:
    return NotFound("There is no such request to be registered.")


def no_pin() -> NotFound:
    return NotFound("This student has no PIN.")


def attempt_taken() -> AlreadyExists:
    return AlreadyExists("This was sent already.")


def no_attempt() -> NotFound:
    return NotFound("The kiosk never asked this, or it is too long ago.")
