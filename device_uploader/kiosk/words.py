"""What the kiosk says of its own, in both languages; what the site answers comes in its words."""

from __future__ import annotations

from device_uploader.speech import Language

SENTENCES: dict[str, dict[Language, str]] = {
    "idle": {"en": "Come closer to check in or out", "ko": "출석이나 퇴실을 하려면 가까이 와 주세요"},
    "one_person": {"en": "One person at a time, please.", "ko": "한 분씩 서 주세요."},
    "prompt": {"en": "Check in or check out?", "ko": "출석, 퇴실 중 무엇을 하시겠습니까?"},
    "say_or_touch": {"en": "Say it or touch it", "ko": "말하거나 눌러 주세요"},
    "touch": {"en": "Touch a button or press its key", "ko": "단추를 누르거나 번호를 눌러 주세요"},
    "did_you_say": {"en": "Did you say ...", "ko": "이렇게 말씀하셨습니까?"},
    "again": {"en": "That was not understood. Please say it again or touch a button.",
              "ko": "알아듣지 못했습니다. 다시 말하거나 단추를 눌러 주세요."},
    "class": {"en": "Which class?", "ko": "어느 분반입니까?"},
    "name": {"en": "Say your name or type it.", "ko": "이름을 말하거나 입력해 주세요."},
    "left": {"en": "Turn your head to your left.", "ko": "고개를 왼쪽으로 돌려 주세요."},
    "right": {"en": "Turn your head to your right.", "ko": "고개를 오른쪽으로 돌려 주세요."},
    "look": {"en": "Look at the camera.", "ko": "카메라를 봐 주세요."},
    "wait": {"en": "One moment ...", "ko": "잠시만 기다려 주세요."},
    "choose": {"en": "Which is your name?", "ko": "이름을 골라 주세요."},
    "number": {"en": "Type your student number.", "ko": "학번을 입력해 주세요."},
    "pin": {"en": "Type your PIN.", "ko": "비밀번호를 입력해 주세요."},
    "stored": {"en": "There is no network. This is stored and will be decided later.",
               "ko": "지금은 네트워크가 연결되지 않습니다. 기록을 저장했으며 나중에 처리합니다."},
    "no_pin_now": {"en": "There is no network: a PIN cannot be checked now.",
                   "ko": "네트워크가 연결되지 않아 비밀번호를 확인할 수 없습니다."},
    "not_possible": {"en": "This does not work now. Please tell the staff.",
                     "ko": "지금은 처리할 수 없습니다. 담당자에게 알려 주세요."},
    "undone": {"en": "It is taken back.", "ko": "취소했습니다."},
    "not_undone": {"en": "It could not be taken back. Please tell the staff.",
                   "ko": "취소하지 못했습니다. 담당자에게 알려 주세요."},
    "cancelled": {"en": "Cancelled.", "ko": "취소했습니다."},
    "check_in": {"en": "Check in", "ko": "출석"},
    "check_out": {"en": "Check out", "ko": "퇴실"},
    "register": {"en": "Register", "ko": "등록"},
    "by_pin": {"en": "With a PIN", "ko": "비밀번호로"},
    "cancel": {"en": "Cancel", "ko": "취소"},
    "not_me": {"en": "Not me", "ko": "제가 아닙니다"},
    "none": {"en": "None of these", "ko": "모두 아닙니다"},
    "ok": {"en": "OK", "ko": "확인"},
    "other_language": {"en": "한국어", "ko": "English"},
}  # fmt: skip
SPOKEN = ("prompt", "again", "class", "name", "left", "right", "one_person", "choose", "pin", "number", "stored",
          "no_pin_now", "not_possible", "undone", "not_undone")  # fmt: skip
"""Said aloud too; the rest is shown alone. None of them holds a name."""


def sentence(key: str, language: Language) -> str:
    """In one language."""
    return SENTENCES[key][language]
