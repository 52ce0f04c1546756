"""What the site refuses, or a network spoils, is told apart: the one is set aside, the other sent again."""

from __future__ import annotations

import json

import pytest
import requests
from flask import Response

from device_uploader.errors import DeviceError, KeyRefused, SiteBusy, Unreachable
from device_uploader.item import new_id
from device_uploader.link import Link
from device_uploader.outbox import Outbox
from device_uploader.sender import FileSender, ReadingSender
from device_uploader.sending import Road, send_by_tus
from device_uploader.site import wait_of
from tests.device_uploader.conftest import clip_in, reading, send_all, sender, snapshot
from tests.device_uploader.fake_site import FakeSite


def send_with(files: FileSender, attempts: int = 5) -> None:
    for _ in range(attempts):
        try:
            files.step()
        except DeviceError:
            continue


def test_what_the_site_refuses_is_set_aside_with_its_sentence(outbox: Outbox, road: Road, fake: FakeSite):
    item = outbox.add(snapshot(), b"half a JPEG")
    fake.refusals[item.id] = (422, "bad_recording", "This picture cannot be read.")
    send_all(outbox, road)
    folder = outbox.refused_folder / item.id
    assert json.loads((folder / "refusal.json").read_bytes())["sentence"] == "This picture cannot be read."
    assert (folder / "data").exists()
    assert outbox.tally.counts()["refused"] == 1


def test_a_picture_outside_any_lesson_is_not_kept(outbox: Outbox, road: Road, fake: FakeSite):
    item = outbox.add(snapshot(), b"people in their break")
    fake.refusals[item.id] = (422, "no_lecture", "There is no lesson at this time.")
    send_all(outbox, road)
    assert not (outbox.refused_folder / item.id / "data").exists()
    assert (outbox.refused_folder / item.id / "refusal.json").exists()


def test_bytes_that_were_spoilt_on_the_way_are_sent_again(outbox: Outbox, road: Road, fake: FakeSite):
    item = clip_in(outbox, b"the right bytes")
    fake.spoil.add(item.id)
    send_all(outbox, road)
    assert fake.files[item.id] == b"the right bytes"


def test_bytes_that_the_disk_has_spoilt_are_counted_as_damaged(outbox: Outbox, road: Road, fake: FakeSite):
    item = clip_in(outbox, b"the right bytes")
    outbox.data_path(item).write_bytes(b"the wrong bytes")
    send_all(outbox, road)
    assert item.id not in fake.files
    assert outbox.tally.counts()["damaged"] == 1
    assert outbox.waiting() == []


def test_a_key_that_is_refused_keeps_everything(outbox: Outbox, road: Road, fake: FakeSite):
    item = outbox.add(snapshot(), b"picture")
    road.site.use_key("x" * 43)
    with pytest.raises(KeyRefused, match="not known"):
        sender(outbox, road).step()
    assert [one.id for one in outbox.waiting()] == [item.id]


def test_a_page_of_a_proxy_costs_no_clip(outbox: Outbox, road: Road, fake: FakeSite):
    item = clip_in(outbox, b"clip")
    fake.app.before_request_funcs[None].insert(0, lambda: ("<h1>Log in to the school's network</h1>", 413))
    with pytest.raises(SiteBusy):
        sender(outbox, road).step()
    assert [one.id for one in outbox.waiting()] == [item.id]


def test_a_site_that_takes_nothing_is_not_sent_the_same_for_ever(outbox: Outbox, road: Road, fake: FakeSite):
    clip_in(outbox, b"clip")
    fake.takes_nothing = True
    with pytest.raises(SiteBusy, match="took nothing"):
        sender(outbox, road).step()


@pytest.mark.parametrize("status", [400, 422])
def test_a_request_that_came_in_pieces_costs_no_clip(status: int, outbox: Outbox, road: Road, fake: FakeSite):
    item = clip_in(outbox, b"clip")
    road.site.me()
    files = sender(outbox, road)
    files._me_s = float("inf")  # it has asked already
    fake.orders.append((status, "not_understood", {}))
    send_with(files)
    assert fake.files[item.id] == b"clip"


def test_an_id_that_stands_for_something_else_is_refused_for_good(outbox: Outbox, road: Road, fake: FakeSite):
    item = clip_in(outbox, b"clip")
    fake.refusals[item.id] = (409, "conflict", "Something is stored by this id already.")
    send_all(outbox, road)
    assert (outbox.refused_folder / item.id).exists()


@pytest.mark.parametrize("page", ['{"welcome": "to this network"}', "<h1>Log in</h1>", "[]"])
def test_an_answer_of_somebody_else_takes_nothing_out_of_the_outbox(
    page: str, outbox: Outbox, road: Road, fake: FakeSite
):
    outbox.add_readings(new_id(), [reading(1)])
    clip_in(outbox, b"clip")
    fake.app.before_request_funcs[None].insert(0, lambda: page)
    with pytest.raises(Unreachable, match="Something else than Rollcall"):
        ReadingSender(outbox, road, Link()).step()
    with pytest.raises(Unreachable, match="Something else than Rollcall"):
        sender(outbox, road).step()
    with pytest.raises(Unreachable, match="Something else than Rollcall"):
        send_by_tus(road, outbox.waiting()[-1], outbox.data_path(outbox.waiting()[-1]))
    assert len(outbox.waiting()) == 2


def test_a_redirect_is_not_followed_and_its_cure_is_named(outbox: Outbox, road: Road, fake: FakeSite):
    asked: list[str] = []

    def send_away() -> tuple[str, int, dict[str, str]]:
        asked.append("once")
        return "", 307, {"Location": "https://elsewhere.test/api"}

    fake.app.before_request_funcs[None].insert(0, send_away)
    with pytest.raises(SiteBusy, match=r"elsewhere.test.*put the right address in `server`"):
        road.site.me()
    assert asked == ["once"]


def test_an_upload_address_on_another_host_does_not_get_the_key(road: Road):
    with pytest.raises(DeviceError, match="The key stays here"):
        road.site.own_address("https://elsewhere.test/upload/1")


def test_one_bad_reading_does_not_cost_the_others(outbox: Outbox, road: Road, fake: FakeSite):
    readings = [reading(second) for second in range(100)]
    fake.bad_readings.add(readings[37].id)
    outbox.add_readings(new_id(), readings)
    send_all(outbox, road)
    assert set(fake.readings) == {one.id for one in readings} - {readings[37].id}
    assert outbox.tally.counts()["refused"] == 1


def test_readings_that_are_too_old_are_dropped_at_once_and_counted(outbox: Outbox, road: Road, fake: FakeSite):
    readings = [reading(second) for second in range(200)]
    fake.old_readings |= {one.id for one in readings[::2]}
    fake.bad_readings.add(readings[1].id)
    outbox.add_readings(new_id(), readings)
    ReadingSender(outbox, road, Link()).step()
    assert set(fake.readings) == {one.id for one in readings[3::2]}
    assert outbox.waiting() == []
    assert outbox.tally.counts()["refused"] == 101
    assert len(fake.asked) < 20


def test_readings_that_are_all_too_old_are_dropped_too(outbox: Outbox, road: Road, fake: FakeSite):
    readings = [reading(second) for second in range(50)]
    fake.old_readings |= {one.id for one in readings}
    outbox.add_readings(new_id(), readings)
    ReadingSender(outbox, road, Link()).step()
    assert (outbox.waiting(), outbox.tally.counts()["refused"], len(fake.asked)) == ([], 50, 1)


@pytest.mark.parametrize("ids", ["all of them", [1, None], ["of another batch"], {}, None])
def test_ids_that_make_no_sense_end_nothing_and_cost_no_other_reading(
    ids: object, outbox: Outbox, road: Road, fake: FakeSite
):
    readings = [reading(second) for second in range(4)]
    fake.bad_readings.add(readings[2].id)
    outbox.add_readings(new_id(), readings)

    def with_ids(answer: Response) -> Response:
        if answer.status_code == 422:
            answer.set_data(json.dumps({"error": {**answer.get_json()["error"], "ids": ids}}))
        return answer

    fake.app.after_request(with_ids)
    ReadingSender(outbox, road, Link()).step()
    assert set(fake.readings) == {one.id for one in readings} - {readings[2].id}


@pytest.mark.parametrize("code", ["no_lecture", "too_old"])
def test_a_picture_that_nobody_may_have_is_not_kept(code: str, outbox: Outbox, road: Road, fake: FakeSite):
    item = outbox.add(snapshot(), b"from before it was paired")
    fake.refusals[item.id] = (422, code, "It was not paired.")
    send_all(outbox, road)
    assert not (outbox.refused_folder / item.id / "data").exists()
    assert outbox.tally.counts()["refused"] == 1


def test_the_site_says_how_long_to_wait(outbox: Outbox, road: Road, fake: FakeSite):
    outbox.add(snapshot(), b"picture")
    fake.orders.append((429, "slow_down", {"Retry-After": "17"}))
    with pytest.raises(SiteBusy) as busy:
        sender(outbox, road).step()
    assert busy.value.wait_s == 17.0


def test_a_site_that_gives_an_address_elsewhere_costs_no_clip(outbox: Outbox, road: Road, fake: FakeSite):
    item = clip_in(outbox, b"clip")

    def elsewhere(answer: Response) -> Response:
        if "Location" in answer.headers:
            answer.headers["Location"] = "https://site.test/api/v1/devices/me/uploads/1"  # as a proxy before it may say
        return answer

    fake.app.after_request(elsewhere)
    send_with(sender(outbox, road))
    assert [one.id for one in outbox.waiting()] == [item.id]


def test_an_item_that_comes_again_and_is_refused_again_replaces_the_first(outbox: Outbox, road: Road, fake: FakeSite):
    item = snapshot()
    fake.refusals[item.id] = (422, "bad_recording", "This picture cannot be read.")
    for data in (b"first", b"again"):
        outbox.add(item, data)
        send_all(outbox, road)
    assert (outbox.refused_folder / item.id / "data").read_bytes() == b"again"


@pytest.mark.parametrize("told", ["99999999999", "9" * 400, "\u00b2", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_no_site_can_silence_a_device_for_more_than_an_hour(told: str):
    response = requests.Response()
    response.headers["Retry-After"] = told
    assert wait_of(response) in (None, 3600.0)
