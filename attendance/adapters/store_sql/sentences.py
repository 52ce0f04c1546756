"""What people read when something is not there."""

NO_USER = "There is no such user."
NO_COURSE = "There is no such course."
NO_FACE = "There is no such photo."
NO_LECTURE = "There is no such lecture."
NO_RECORDING = "There is no such recording."
NO_SIGHTING = "There is no such sighting."
NO_MARK = "There is no mark of this student in this lecture."


def no_student(student_id: str) -> str:
    """The sentence for an id that is not registered."""
    return f"There is no student with the id {student_id}."
