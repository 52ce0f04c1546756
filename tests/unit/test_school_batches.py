"""How the changes of an import are put in order, so that alike rows are one statement."""

from attendance.changes import AddStudent, AddUser, SaveUser
from attendance.model import Effect, Role
from attendance.rules.school import merged
from attendance.rules.school_picture import Decision
from tests.contract.samples import a_student, a_user


def test_students_come_before_the_accounts_beside_them_and_all_else_stays_in_its_place():
    def adding(number: int) -> list[AddStudent | AddUser]:
        account = a_user(f"u{number}", f"u{number}@x.example", role=Role.STUDENT, student_id=f"s{number}")
        return [AddStudent(a_student(f"s{number}")), AddUser(account)]

    saved = SaveUser(a_user("u7", "new@x.example"))
    changes = [*adding(1), *adding(2), saved, *adding(3)]
    one, two, three = adding(1), adding(2), adding(3)
    expected = [one[0], two[0], one[1], two[1], saved, *three]
    assert merged([Decision(Effect.ADDED, changes=changes)]) == expected
