"""Pages and answers about the unknown people of a door, its notice, and the text of a consent to visits."""

from __future__ import annotations

from datetime import timedelta

from flask.testing import FlaskClient

from attendance.model import Owner, Student, User
from attendance.services import Services
from attendance.use_cases.doors.receiving import receive_stay
from attendance.use_cases.people.tokens import make_token
from attendance.use_cases.unknowns.vectors import set_switch
from tests.unit.test_visits import a_stay
from tests.website.browsing import sign_in
from tests.website.device_sending import DeviceClient
from tests.website.test_people import NOW, door, known, post_form, services, set_up

__all__ = ["door", "known", "services"]


def comes(services: Services, door: DeviceClient, person: float, minutes: int) -> str:
    """The id of the visit."""
    stay = a_stay(f"snapshot|{person}".encode(), at=NOW - timedelta(minutes=minutes))
    receive_stay(services, services.store.device(door.device.id), stay)
    return stay.id


def switched_on(services: Services, admin: User, door: DeviceClient) -> None:
    set_switch(services, admin, door.device, on=True)


def test_an_admin_switches_vectors_on_and_off_and_the_notice_says_so(
    admin_client: FlaskClient, services: Services, door: DeviceClient
) -> None:
    device = f"/devices/{door.device.id}"
    address = f"/doors/{door.device.id}/unknown/vectors"
    assert "no face vector is made of them" in admin_client.get(f"{device}/notice").text
    post_form(admin_client, address, {"on": "yes"}, page=device)
    switch = services.store.unknowns_switch(Owner.door(door.device.id))
    assert switch is not None
    assert switch.on
    assert "are stored for 14 days" in admin_client.get(device).text
    notice = admin_client.get(f"{device}/notice").text
    assert "kept for 14 days" in notice
    assert 'lang="ko"' in notice
    post_form(admin_client, address, {"on": "no"}, page=device)
    switch = services.store.unknowns_switch(Owner.door(door.device.id))
    assert switch is not None
    assert not switch.on


def test_one_person_of_two_visits_is_named_on_the_page_and_it_is_undone(
    admin_client: FlaskClient, admin: User, services: Services, door: DeviceClient, known: Student
) -> None:
    switched_on(services, admin, door)
    first, again = comes(services, door, 900, 9), comes(services, door, 900, 3)
    index = f"/doors/{door.device.id}/unknown"
    page = admin_client.get(index).text
    assert page.count('<h2 id="unknown-') == 1
    assert f"/media/visits/{first}" in page
    assert "2 visits, on one day" in page
    one = f"{index}/{first}"
    assert "Student 52" in admin_client.get(one).text
    assert "Choose who this is." in post_form(admin_client, f"{one}/name", page=one, follow=True).text
    done = post_form(admin_client, f"{one}/name", {"student": known.key}, page=one, follow=True).text
    assert "This is Student 52 now" in done
    assert {services.store.visit(visit).student_id for visit in (first, again)} == {"52"}
    (decision,) = services.store.unknown_decisions(Owner.door(door.device.id))
    post_form(admin_client, f"{index}/undo/{decision.id}", page=one)
    assert services.store.visit(first).student_id is None


def test_groups_are_split_merged_refused_and_ignored_on_the_page(
    admin_client: FlaskClient, admin: User, services: Services, door: DeviceClient, known: Student
) -> None:
    switched_on(services, admin, door)
    first, again = comes(services, door, 900, 9), comes(services, door, 900, 3)
    index = f"/doors/{door.device.id}/unknown"
    one = f"{index}/{first}"
    post_form(admin_client, f"{one}/split", {"seen": again}, page=one)
    assert admin_client.get(index).text.count('<h2 id="unknown-') == 2
    post_form(admin_client, f"{one}/merge", {"other": again}, page=one)
    post_form(admin_client, f"{one}/not", {"student": known.key}, page=one)
    post_form(admin_client, f"{one}/ignore", page=one)
    kinds = {said.kind.value for said in services.store.unknown_decisions(Owner.door(door.device.id))}
    assert kinds == {"apart", "together", "not-student", "ignored"}
    assert "Nobody of ours" in admin_client.get(index).text


def test_only_the_staff_of_the_door_see_its_unknown_people(
    client: FlaskClient, teacher: User, services: Services, door: DeviceClient
) -> None:
    visit = comes(services, door, 900, 3)
    sign_in(client, teacher.email)
    addresses = [f"/doors/{door.device.id}/unknown", f"/doors/{door.device.id}/unknown/{visit}"]
    for address in addresses:
        assert client.get(address).status_code == 404
    set_up(services, door.device, staff_ids=[teacher.id])
    for address in addresses:
        assert client.get(address).status_code == 200
    assert client.get(f"/api/v1/doors/{door.device.id}/unknown").status_code == 200


def test_programs_read_the_unknown_people_of_a_door(
    admin_client: FlaskClient, admin: User, services: Services, door: DeviceClient
) -> None:
    switched_on(services, admin, door)
    first, again = comes(services, door, 900, 9), comes(services, door, 900, 3)
    other = comes(services, door, 950, 5)
    answer = admin_client.get(f"/api/v1/doors/{door.device.id}/unknown").json
    assert [[one["id"] for one in person["visits"]] for person in answer["items"]] == [[first, again], [other]]
    assert answer["items"][0]["best"][0]["picture"].startswith("/media/visits/")
    assert answer["items"][0]["student_key"] is None
    assert admin_client.get("/api/v1/doors/none/unknown").status_code == 404


def test_programs_decide_who_unknown_people_are(
    client: FlaskClient, admin: User, services: Services, door: DeviceClient, known: Student
) -> None:
    switched_on(services, admin, door)
    first, again, other = (comes(services, door, person, minutes) for person, minutes in ((900, 9), (900, 3), (950, 5)))
    token = make_token(services, admin.id, name="Door", scopes=["visits:write"], days=1)
    bearer = {"Authorization": f"Bearer {token.secret}"}
    people = f"/api/v1/doors/{door.device.id}/unknown"

    def decide(visit: str, **said: object) -> int:
        return client.post(f"{people}/{visit}/decisions", json=said, headers=bearer).status_code

    assert decide(first, kind="named") == 400
    assert decide(first, kind="nonsense") == 400
    assert decide(first, kind="apart", visits=[again]) == 201
    assert decide(first, kind="together", other=again) == 201
    assert decide(other, kind="not-student", student=known.key) == 201
    assert decide(other, kind="ignored") == 201
    named = client.post(f"{people}/{first}/decisions", json={"kind": "named", "student": known.key}, headers=bearer)
    assert services.store.visit(again).student_id == "52"
    undoing = f"{people}/decisions/{named.json['id']}"
    assert client.delete(undoing, headers=bearer).status_code == 204
    assert services.store.visit(again).student_id is None
    assert client.delete(undoing, headers=bearer).status_code == 404


def test_the_text_of_the_consent_stands_where_it_is_recorded_in_both_languages(
    admin_client: FlaskClient, known: Student
) -> None:
    page = admin_client.get(f"/students/{known.key}/consents/record").text
    assert "At the doors that are marked, the school stores who comes and when" in page
    assert "for 30 days" in page
    assert page.count("<details") == 6
    assert page.count('<p lang="ko">') == 3
