"""What the kiosk's page says, in each language: people of both stand before it, and change it by a touch."""

from __future__ import annotations

from flask_babel import force_locale
from flask_babel import gettext as _

from attendance.languages import LANGUAGES


def in_each_language() -> dict[str, dict[str, str]]:
    """Language to key to text."""
    said = {}
    for language in LANGUAGES:
        with force_locale(language):
            said[language] = _words()
    return said


def _words() -> dict[str, str]:
    return _buttons() | _captions() | _pairing()


def _buttons() -> dict[str, str]:
    return {
        "kiosk": _("Kiosk"),
        "low": _("Controls at the bottom"),
        "full": _("Full screen"),
        "language": _("Language"),
        "camera": _("What the camera sees"),
        "start": _("Start"),
        "check_in": _("Check in"),
        "check_out": _("Check out"),
        "register": _("Register"),
        "aside": _("Without camera"),
        "back": _("Cancel"),
        "again": _("Try again"),
        "not_me": _("This is not me"),
        "done": _("Done"),
        "send": _("Send"),
        "delete": _("Delete the last character"),
        "digits": _("Digits"),
        "number": _("Student number"),
        "pin": _("PIN"),
        "course": _("Class"),
        "name": _("Your name"),
        "high": _("Above the threshold. Please tell a member of staff. This screens and does not diagnose."),
        "no_camera": _("The camera is not to be had. Check in with your number and PIN."),
        "waiting": _("Waiting for the network: {number}"),
        # Words of a command as people say them, with | between.
        "heard_check_in": _("check in|here|present"),
        "heard_check_out": _("check out|leaving|goodbye"),
        "heard_register": _("register|sign up"),
    }


def _captions() -> dict[str, str]:
    return {
        "say_idle": _("Come closer, or touch the screen."),
        "say_prompt": _("What would you like to do?"),
        "say_register": _("Choose your class and type your name. Then look at the camera."),
        "say_looking": _("Look at the camera."),
        "say_number": _("Type your student number and your PIN."),
        "say_sending": _("One moment…"),
        "say_undoing": _("One moment…"),
        "say_unsure": _("Who are you? Touch your name."),
        "say_pin": _("Type your PIN."),
        "say_kept": _("There is no network. This is stored here and sent later; the time of now counts."),
        "look": _("Look at the camera. Then turn your head as the arrow shows."),
        "turn_left": _("Turn your head slowly to your left."),
        "turn_right": _("Turn your head slowly to your right."),
        "number_blind": _("The camera is not to be had. Check in with your number and PIN."),
        "number_missing": _("Type both your student number and your PIN."),
        "pin_missing": _("Type your PIN first."),
        "register_missing": _("Type your name first."),
        "sorry_undone": _("It was taken back."),
        "sorry_not_undone": _("It could not be taken back here. Please tell your teacher."),
        "sorry_offline": _("There is no network, and a PIN is not stored here. Try again later, or tell your teacher."),
        "sorry_not_kept": _("There is no network, and no more room to store this. Please tell your teacher."),
        "sorry_refused": _("That did not work. Try again, or tell your teacher."),
        "sorry_several_faces": _("One person, please."),
        "sorry_no_face": _("No face was to be seen. Come closer and look at the camera."),
        "sorry_stranger": _("You were not recognised. Use your number and PIN."),
        "sorry_not_live": _("The turn of the head was not to be seen. Try again, a little slower."),
    }


def _pairing() -> dict[str, str]:
    return {
        "say_pair": _("Pair this kiosk with the code that an admin sees at Devices."),
        "code": _("Pairing code"),
        "pair": _("Pair"),
        "pair_offline": _("The site does not answer. Try again."),
        "pair_refused": _("This code does not work. Ask for a new one."),
        "pair_other": _("This code is for a device of another kind. Add a kiosk at Devices, and use its code."),
    }
