"""A web process that cannot start says why in a sentence, also where gunicorn starts it by itself."""

from __future__ import annotations

import pytest
from gunicorn.errors import AppImportError
from gunicorn.workers.gthread import ThreadWorker

from attendance.errors import OutOfSpace, RollcallError, SettingsError
from web_worker import PatientWorker


@pytest.mark.parametrize("kind", [OutOfSpace, SettingsError])
def test_what_stops_the_start_is_given_to_gunicorn_as_a_sentence(
    monkeypatch: pytest.MonkeyPatch, kind: type[RollcallError]
) -> None:
    def refuse(_worker: ThreadWorker) -> None:
        raise kind("The %(what)s is full.", what="disk")

    monkeypatch.setattr(ThreadWorker, "load_wsgi", refuse)
    with pytest.raises(AppImportError, match=r"^rollcall: The disk is full\.$"):
        PatientWorker.load_wsgi(object.__new__(PatientWorker))
