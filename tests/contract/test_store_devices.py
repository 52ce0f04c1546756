"""What every Store keeps to: devices, their keys, and what was refused of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime

import pytest

from attendance.changes import AddDevice, NoteSilence, OfferPairing, RemoveDevice, RevokeDevice, SaveDevice
from attendance.errors import AlreadyExists, MovedOn, NotFound
from attendance.model import DeviceState, ItemRefusal, OutboxItem, Pairing
from attendance.ports import DeviceStore, Store
from tests.committing import take_pairing
from tests.contract.device_samples import DEVICE_STORES, a_device, a_status
from tests.contract.samples import HOUR, MINUTE, NOW, STORED_SENTENCE

pytestmark = pytest.mark.parametrize("store", DEVICE_STORES, indirect=True)


def a_refusal(item_id: str = "i1", **more: object) -> ItemRefusal:
    given = {"device_id": "d1", "at": NOW, "code": "no_lecture", "sentence": STORED_SENTENCE} | more
    return ItemRefusal(item_id=item_id, **given)


def paired(store: DeviceStore, device_id: str = "d1", key_hash: str = "key") -> None:
    store.commit(AddDevice(a_device(device_id)))
    store.commit(OfferPairing(device_id, f"code of {device_id}", NOW + HOUR))
    assert take_pairing(store, f"code of {device_id}", key_hash, NOW)


def test_a_device_is_kept_as_it_is(store: DeviceStore) -> None:
    measure = {"alarm_line_c": 37.5, "calibration_offset_c": 1.25, "calibrated_on": date(2025, 3, 1)}
    device = a_device(**measure, status=a_status(), last_seen_at=NOW, silent_since=NOW)
    store.commit(AddDevice(device))
    assert store.device("d1") == device


def test_a_device_is_added_once(store: DeviceStore) -> None:
    store.commit(AddDevice(a_device()))
    with pytest.raises(AlreadyExists):
        store.commit(AddDevice(a_device()))


def test_a_device_that_is_not_there_is_not_found(store: DeviceStore) -> None:
    for ask in (
        lambda: store.device("d1"),
        lambda: store.commit(SaveDevice(a_device())),
        lambda: store.commit(OfferPairing("d1", "code", NOW)),
        lambda: store.commit(RevokeDevice("d1", NOW)),
        lambda: store.refuse_item(a_refusal()),
    ):
        with pytest.raises(NotFound):
            ask()
    store.see_device("d1", NOW)
    assert store.find_device_by_key("key") is None


def test_saving_changes_what_people_set_and_nothing_else(store: DeviceStore) -> None:
    store.commit(AddDevice(a_device()))
    as_it_was_read = store.device("d1")
    store.commit(OfferPairing("d1", "code", NOW + HOUR))
    take_pairing(store, "code", "key", NOW)
    store.see_device("d1", NOW, a_status())
    store.commit(
        SaveDevice(replace(as_it_was_read, name="강의실", room="R 2", alarm_line_c=38.0, calibration_offset_c=-0.5))
    )
    device = store.device("d1")
    assert (device.name, device.room, device.alarm_line_c, device.calibration_offset_c) == ("강의실", "R 2", 38.0, -0.5)
    assert (device.key_hash, device.paired_at, device.status) == ("key", NOW, a_status())


def test_a_code_pairs_once(store: DeviceStore) -> None:
    store.commit(AddDevice(a_device()))
    store.commit(OfferPairing("d1", "code", NOW + HOUR))
    device = take_pairing(store, "code", "key", NOW + MINUTE)
    assert device is not None
    assert (device.key_hash, device.paired_at, device.pairing_hash) == ("key", NOW + MINUTE, None)
    assert take_pairing(store, "code", "other key", NOW + MINUTE) is None
    assert store.find_device_by_key("key") == device


def test_a_code_that_is_too_old_pairs_nothing(store: DeviceStore) -> None:
    store.commit(AddDevice(a_device()))
    store.commit(OfferPairing("d1", "code", NOW + HOUR))
    assert take_pairing(store, "code", "key", NOW + HOUR) is None
    assert store.find_device_by_key("key") is None


def test_a_new_code_makes_the_one_before_worth_nothing(store: DeviceStore) -> None:
    store.commit(AddDevice(a_device()))
    store.commit(OfferPairing("d1", "code", NOW + HOUR))
    store.commit(OfferPairing("d1", "new code", NOW + HOUR))
    assert take_pairing(store, "code", "key", NOW) is None


def test_of_several_that_take_a_code_at_once_one_gets_it(store: DeviceStore) -> None:
    store.commit(AddDevice(a_device()))
    store.commit(OfferPairing("d1", "code", NOW + HOUR))
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda number: take_pairing(store, "code", f"key {number}", NOW), range(8)))
    assert sum(device is not None for device in taken) == 1


def test_the_old_key_is_good_until_a_new_one_is_paired(store: DeviceStore) -> None:
    paired(store, key_hash="old")
    store.commit(OfferPairing("d1", "code", NOW + HOUR))
    assert store.find_device_by_key("old")
    take_pairing(store, "code", "new", NOW)
    assert store.find_device_by_key("old") is None
    assert store.find_device_by_key("new")


def test_revoking_is_remembered_and_takes_the_code_along(store: DeviceStore) -> None:
    paired(store)
    store.commit(OfferPairing("d1", "code", NOW + HOUR))
    store.commit(RevokeDevice("d1", NOW + MINUTE))
    device = store.find_device_by_key("key")
    assert device is not None
    assert (device.revoked_at, device.state) == (NOW + MINUTE, DeviceState.REVOKED)
    assert take_pairing(store, "code", "new", NOW) is None


def test_pairing_again_ends_the_revocation(store: DeviceStore) -> None:
    paired(store)
    store.commit(RevokeDevice("d1", NOW))
    store.commit(OfferPairing("d1", "code", NOW + HOUR))
    device = take_pairing(store, "code", "new", NOW)
    assert device is not None
    assert device.state is DeviceState.PAIRED
    assert store.find_device_by_key("key") is None


def test_the_times_in_which_a_device_had_a_key_are_kept(store: DeviceStore) -> None:
    store.commit(AddDevice(a_device()))
    for hours, key in ((0, "first"), (2, "second")):  # one key after the other is one time
        store.commit(OfferPairing("d1", f"code {key}", NOW + 10 * HOUR))
        assert take_pairing(store, f"code {key}", key, NOW + hours * HOUR)
    assert store.device("d1").paired_times == (Pairing(NOW),)
    store.commit(RevokeDevice("d1", NOW + 3 * HOUR))
    assert store.device("d1").paired_times == (Pairing(NOW, NOW + 3 * HOUR),)
    store.commit(OfferPairing("d1", "code", NOW + 10 * HOUR))
    taken = take_pairing(store, "code", "third", NOW + 5 * HOUR)
    expected = (Pairing(NOW, NOW + 3 * HOUR), Pairing(NOW + 5 * HOUR))
    assert taken is not None
    assert taken.paired_times == store.device("d1").paired_times == expected
    store.commit(SaveDevice(replace(a_device(), name="Moved")))
    store.see_device("d1", NOW + 6 * HOUR, a_status())
    assert store.device("d1").paired_times == expected


def test_a_device_of_before_counts_as_paired_since_it_was_added(store: DeviceStore) -> None:
    store.commit(AddDevice(a_device(key_hash="old", paired_at=NOW + HOUR)))
    assert store.device("d1").paired_times == (Pairing(NOW),)
    store.commit(RevokeDevice("d1", NOW + 2 * HOUR))
    store.commit(OfferPairing("d1", "code", NOW + 10 * HOUR))
    take_pairing(store, "code", "new", NOW + 3 * HOUR)
    assert store.device("d1").paired_times == (Pairing(NOW, NOW + 2 * HOUR), Pairing(NOW + 3 * HOUR))


def test_what_a_device_said_stays_until_it_says_something_else(store: DeviceStore) -> None:
    store.commit(AddDevice(a_device()))
    store.see_device("d1", NOW, a_status())
    store.see_device("d1", NOW + MINUTE)
    device = store.device("d1")
    assert (device.last_seen_at, device.status) == (NOW + MINUTE, a_status())


def silence_of(store: Store) -> datetime | None:
    return store.device("d1").silent_since


def an_item() -> OutboxItem:
    return OutboxItem("mail", "device d1", "{}", NOW, NOW)


def test_a_silence_is_noted_once_with_what_follows_until_the_device_is_heard_of(store: Store) -> None:
    store.commit(AddDevice(a_device()))
    store.see_device("d1", NOW, a_status())
    store.commit(NoteSilence("d1", NOW), an_item())
    assert (silence_of(store), store.device("d1").last_seen_at, len(store.outbox("mail"))) == (NOW, NOW, 1)
    with pytest.raises(MovedOn):
        store.commit(NoteSilence("d1", NOW), an_item())
    store.commit(SaveDevice(replace(a_device(), name="Moved")))
    assert (silence_of(store), len(store.outbox("mail"))) == (NOW, 1)
    store.see_device("d1", NOW + HOUR)
    assert silence_of(store) is None
    store.commit(NoteSilence("d1", NOW + HOUR), an_item())
    assert (silence_of(store), len(store.outbox("mail"))) == (NOW + HOUR, 2)


def test_of_several_that_notice_a_silence_at_once_one_notes_it(store: Store) -> None:
    store.commit(AddDevice(a_device()))
    store.see_device("d1", NOW)

    def note(_: int) -> bool:
        try:
            store.commit(NoteSilence("d1", NOW), an_item())
        except MovedOn:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(note, range(6))) == 1
    assert len(store.outbox("mail")) == 1


@pytest.mark.parametrize("meanwhile", ["heard of", "never heard of", "revoked", "removed"])
def test_no_silence_is_noted_of_a_device_that_is_as_it_was_no_longer(store: Store, meanwhile: str) -> None:
    store.commit(AddDevice(a_device()))
    if meanwhile != "never heard of":
        store.see_device("d1", NOW)
    if meanwhile == "heard of":
        store.see_device("d1", NOW + MINUTE)
    elif meanwhile == "revoked":
        store.commit(RevokeDevice("d1", NOW + MINUTE))
    elif meanwhile == "removed":
        store.commit(RemoveDevice("d1"))
    with pytest.raises(MovedOn):
        store.commit(NoteSilence("d1", NOW), an_item())
    assert store.outbox("mail") == []
    assert not any(device.silent_since for device in store.devices())


def test_devices_are_sorted_by_room_and_name_without_case(store: DeviceStore) -> None:
    for device_id, room, name in (("1", "b", "x"), ("2", "A", "y"), ("3", "a", "X")):
        store.commit(AddDevice(a_device(device_id, room=room, name=name)))
    assert [device.id for device in store.devices()] == ["3", "2", "1"]


def test_two_devices_may_wait_for_their_first_key(store: DeviceStore) -> None:
    store.commit(AddDevice(a_device("d1")))
    store.commit(AddDevice(a_device("d2")))
    assert [device.key_hash for device in store.devices()] == [None, None]


def test_a_refusal_is_kept_for_its_device(store: DeviceStore) -> None:
    store.commit(AddDevice(a_device("d1")))
    store.commit(AddDevice(a_device("d2")))
    store.refuse_item(a_refusal())
    assert store.refusals("d1", ["i1", "i2"]) == {"i1": a_refusal()}
    assert store.refusals("d2", ["i1"]) == {}


def test_a_refusal_is_replaced_and_forgotten(store: DeviceStore) -> None:
    store.commit(AddDevice(a_device()))
    store.refuse_item(a_refusal())
    store.refuse_item(a_refusal(code="bad_recording"))
    assert store.refusals("d1", ["i1"])["i1"].code == "bad_recording"
    store.accept_item("d1", "i1")
    store.accept_item("d1", "i1")
    assert store.refusals("d1", ["i1"]) == {}


def test_old_refusals_are_removed(store: DeviceStore) -> None:
    store.commit(AddDevice(a_device()))
    store.refuse_item(a_refusal("old"))
    store.refuse_item(a_refusal("new", at=NOW + HOUR))
    assert store.remove_refusals_before(NOW + HOUR) == 1
    assert set(store.refusals("d1", ["old", "new"])) == {"new"}
