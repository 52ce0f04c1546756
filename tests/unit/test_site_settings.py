"""What holds for the site: the environment, what admins chose, and how a change reaches every process."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image

from attendance.errors import InvalidInput, ServiceUnavailable
from attendance.model import Status
from attendance.services import Services, SiteCache
from attendance.use_cases.courses.courses import add_course
from attendance.use_cases.erasing import erase_orphans
from attendance.use_cases.lectures.marks import mark_lecture
from attendance.use_cases.outbox import drain
from attendance.use_cases.site.changing import change_logo, change_site
from attendance.use_cases.site.reading import site, thresholds
from tests.contract.samples import a_class, a_sighting, searched
from tests.fakes import FakeFaces
from tests.unit.in_memory import services_in_memory


@pytest.fixture
def services() -> Services:
    found = services_in_memory()
    return replace(found, settings=replace(found.settings, given=frozenset()))


def _other_process(services: Services) -> Services:
    return replace(services, faces=FakeFaces(), site_cache=SiteCache())


def test_nothing_chosen_is_as_the_environment_and_the_engine_have_it(services: Services) -> None:
    found = site(services)
    assert (found.name, found.timezone, found.late_after_minutes) == ("", "Asia/Seoul", 10)
    assert thresholds(services) == FakeFaces.thresholds


def test_what_an_admin_chose_holds_in_every_process_once_its_look_is_old(services: Services) -> None:
    other = _other_process(services)
    site(other)
    change_site(services, {"name": " 한빛고 ", "late_after_minutes": "5", "accept_similarity": "80"}, by="u1")
    assert site(services).name == "한빛고"
    assert thresholds(services).accept == 80
    assert site(other).name == ""
    other.site_cache.looked_at_s -= 5
    assert (site(other).name, thresholds(other).accept) == ("한빛고", 80)
    assert add_course(other, code="CS1", name="Computing", by=None).late_after_minutes == 5


def test_the_environment_wins_and_is_fixed(services: Services) -> None:
    said = replace(services.settings, accept_similarity=90.0, given=frozenset({"accept_similarity", "timezone"}))
    fixed = replace(_other_process(services), settings=said)
    change_site(services, {"accept_similarity": "80", "timezone": "Europe/Berlin", "margin": "3"}, by="u1")
    found = site(fixed)
    assert (found.accept_similarity, found.timezone, found.margin) == (90.0, "Asia/Seoul", 3.0)
    assert found.fixed == {"accept_similarity", "timezone"}
    change_site(fixed, {"accept_similarity": "70"}, by="u1")
    assert services.store.site_settings()["accept_similarity"] == "80"


def test_each_change_is_in_the_audit_with_what_was_before(services: Services) -> None:
    change_site(services, {"margin": "5"}, by="u1")
    change_site(services, {"margin": "7.5", "name": "School"}, by="u1")
    change_site(services, {"margin": ""}, by="u1")
    change_site(services, {"margin": ""}, by="u1")
    said = [(entry.subject, entry.detail) for entry in services.store.audit().items]
    assert sorted(said) == [("margin", "- → 5"), ("margin", "5 → 7.5"), ("margin", "7.5 → -"), ("name", "- → School")]


@pytest.mark.parametrize(
    ("chosen", "field"),
    [
        ({"timezone": "Mars"}, "timezone"),
        ({"late_after_minutes": "-1"}, "late_after_minutes"),
        ({"late_after_minutes": "1.5"}, "late_after_minutes"),
        ({"margin": "nan"}, "margin"),
        ({"accept_similarity": "101"}, "accept_similarity"),
        ({"accept_similarity": "50"}, "review_similarity"),
        ({"name": "x" * 500}, "name"),
        ({"name": "\u200b"}, "name"),
    ],
)
def test_wrong_values_are_refused_and_nothing_is_stored(services: Services, chosen: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        change_site(services, {"late_after_minutes": "7"} | chosen, by="u1")
    assert refused.value.field == field
    assert services.store.site_settings() == {}
    assert thresholds(services) == FakeFaces.thresholds


def test_other_thresholds_mark_lectures_again_through_the_outbox(services: Services) -> None:
    a_class(services.store, "21")
    searched(services.store, a_sighting("s1", student_id="21", similarity=78.0, margin=20.0))
    assert mark_lecture(services, "l1")[0].status is Status.PRESENT
    change_site(services, {"accept_similarity": "85"}, by="u1")
    assert services.store.marks("l1")[0].status is Status.PRESENT
    worker = _other_process(services)
    site(worker)
    drain(worker)
    assert services.store.marks("l1")[0].status is Status.UNSURE
    change_site(services, {"name": "School"}, by="u1")
    assert not services.store.outbox("thresholds")


def test_a_store_that_does_not_answer_leaves_what_was_known(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_answer() -> dict[str, str]:
        raise ServiceUnavailable("no")

    monkeypatch.setattr(services.store, "site_settings", no_answer)
    with pytest.raises(ServiceUnavailable):
        site(services)
    monkeypatch.undo()
    change_site(services, {"name": "School"}, by="u1")
    monkeypatch.setattr(services.store, "site_settings", no_answer)
    services.site_cache.looked_at_s -= 5
    assert site(services).name == "School"


def _picture(width: int = 900, height: int = 300, kind: str = "PNG") -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (width, height), "navy").save(written, kind)
    return written.getvalue()


def test_a_logo_is_drawn_anew_and_the_one_before_goes(services: Services) -> None:
    first = change_logo(services, _picture(kind="JPEG"), by="u1").logo_key
    with Image.open(io.BytesIO(services.media.read(first))) as stored:
        assert (stored.format, stored.width, stored.height) == ("PNG", 640, 213)
    second = change_logo(services, _picture(), by="u1").logo_key
    later = replace(services, now=lambda: services.now().replace(year=2100))
    erase_orphans(later)
    assert list(services.media.keys("site/")) == [second]
    assert change_logo(services, None, by="u1").logo_key == ""
    details = [entry.detail for entry in services.store.audit().items]
    assert sorted(details) == ["added", "removed", "replaced"]


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"GIF89a broken", _picture(8, 8)])
def test_what_is_no_picture_is_no_logo(services: Services, content: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        change_logo(services, content, by="u1")
    assert refused.value.field == "logo"
    assert services.store.site_settings() == {}
