"""Notices by Slack, before a workspace that answers as Slack does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from attendance.adapters.slack.notifier import SlackNotifier
from attendance.errors import NoticeRefused, RollcallError, ServiceBusy, ServiceUnavailable, SettingsError
from attendance.model import Attachment
from tests.slack import Fault, SlackServer
from tests.slack.conftest import Seconds, open_notifier
from tests.slack.messages import AT, picture, who_is_that
from tests.slack.workspace import CHANNEL

KEY = "0123456789abcdef0123456789abcdef"


def test_a_message_shows_its_pictures_by_files_of_slack_and_never_by_an_address(slack, notifier):
    notifier.send(who_is_that("r/1", "r/2"), CHANNEL, KEY)
    (posted,) = slack.workspace.posted
    images = [block for block in posted["blocks"] if block["type"] == "image"]
    assert [slack.workspace.files[one["slack_file"]["id"]]["content"] for one in images] == [b"jpeg 0", b"jpeg 1"]
    assert "image_url" not in str(posted)
    assert not any("shared" in file for file in slack.workspace.files.values())
    assert all(file["alt_txt"] for file in slack.workspace.files.values())


def test_each_question_stands_below_its_picture(slack, notifier):
    notifier.send(who_is_that("r/1", "r/2"), CHANNEL, KEY)
    kinds = [block["type"] for block in slack.workspace.posted[0]["blocks"]]
    assert kinds == ["header", "section", "section", "image", "actions", "image", "actions", "section"]
    targets = [block["block_id"] for block in slack.workspace.posted[0]["blocks"] if block["type"] == "actions"]
    assert targets == [f"{KEY} r/1", f"{KEY} r/2"]


def test_the_key_goes_with_the_message(slack, notifier):
    notifier.send(who_is_that(), CHANNEL, KEY)
    assert slack.workspace.posted[0]["metadata"]["event_payload"] == {"key": KEY}


def test_the_same_key_again_is_the_same_message_until_it_is_taken_back(slack, notifier):
    references = [notifier.send(who_is_that(), CHANNEL, KEY) for _ in range(3)]
    assert (len(set(references)), len(slack.workspace.posted), len(slack.workspace.files)) == (1, 1, 1)
    notifier.withdraw(references[0])
    notifier.send(who_is_that(), CHANNEL, KEY)
    assert len(slack.workspace.posted) == 2


def test_nothing_in_a_text_is_a_command_to_slack(slack, notifier):
    notifier.send(who_is_that(subject="<!channel> & *Ada*", paragraphs=("<@U1> <https://x|y>",)), CHANNEL, KEY)
    (posted,) = slack.workspace.posted
    assert posted["text"] == "&lt;!channel&gt; &amp; *Ada*"
    texts = [block["text"] for block in posted["blocks"][:2]]
    assert [text["type"] for text in texts] == ["plain_text", "plain_text"]


@pytest.mark.parametrize("targets", [1, 20, 60])
def test_a_message_with_much_in_it_is_one_that_slack_takes(slack, notifier, targets):
    message = who_is_that(
        *(f"r/{number}" for number in range(targets)),
        subject="s" * 5000,
        paragraphs=("p" * 5000, ""),
        facts=who_is_that().facts * 23,
    )
    notifier.send(message, CHANNEL, KEY)
    assert len(slack.workspace.posted) == 1


def test_a_person_is_found_by_their_mail_address(slack, notifier):
    slack.workspace.add_user("U0ADA", "ada@school.example")
    reference = notifier.send(who_is_that(), "ada@school.example", KEY)
    assert slack.workspace.posted[0]["channel"] == "D0ADA"
    assert reference.startswith("D0ADA ")


@pytest.mark.parametrize(
    ("user", "more"),
    [
        ("guest", {"is_restricted": True}),
        ("program", {"is_bot": True}),
        ("stranger", {"team_id": "T0OTHER"}),
        ("unconfirmed", {"is_email_confirmed": False}),
    ],
)
def test_a_guest_or_stranger_with_a_users_address_is_told_nothing(slack, notifier, user, more):
    slack.workspace.add_user("U0EVE", "ada@school.example", **more)
    with pytest.raises(NoticeRefused):
        notifier.send(who_is_that(), "ada@school.example", KEY)
    assert (slack.workspace.posted, slack.workspace.files) == ([], {})


def test_a_changed_message_keeps_its_pictures(slack, notifier):
    reference = notifier.send(who_is_that(), CHANNEL, KEY)
    assert notifier.update(reference, who_is_that(paragraphs=("Named Ada by Grace.",), actions=()))
    (message,) = slack.workspace.messages.values()
    kinds = [block["type"] for block in message["blocks"]]
    assert (kinds, len(slack.workspace.files)) == (["header", "section", "section", "image", "section"], 1)


def test_a_picture_that_a_changed_message_has_no_more_is_deleted(slack, notifier):
    reference = notifier.send(who_is_that("r/1", "r/2"), CHANNEL, KEY)
    notifier.update(reference, replace(who_is_that("r/1"), pictures=(picture(1),)))
    assert [file["content"] for file in slack.workspace.files.values()] == [b"jpeg 1"]
    (message,) = slack.workspace.messages.values()
    (shown,) = (block for block in message["blocks"] if block["type"] == "image")
    assert (shown["slack_file"]["id"], shown["alt_text"]) == (next(iter(slack.workspace.files)), "Unknown 2")


def test_what_is_taken_back_leaves_nothing_in_slack(slack, notifier):
    table = Attachment("log.csv", b"a,b", "text/csv")
    reference = notifier.send(who_is_that("r/1", "r/2", attachments=(table,)), CHANNEL, KEY)
    assert len(slack.workspace.files) == 3
    assert notifier.withdraw(reference)
    assert (slack.workspace.messages, slack.workspace.files) == ({}, {})
    assert not notifier.withdraw(reference)
    assert not notifier.update(reference, who_is_that())


def test_a_message_that_somebody_removed_by_hand_still_loses_its_pictures(slack, notifier):
    reference = notifier.send(who_is_that(), CHANNEL, KEY)
    slack.workspace.messages.clear()
    assert notifier.withdraw(reference)
    assert slack.workspace.files == {}


def test_an_attachment_is_shared_where_the_message_is(slack, notifier):
    notifier.send(who_is_that(pictures=0, attachments=(Attachment("log.csv", b"a,b", "text/csv"),)), CHANNEL, KEY)
    (file,) = slack.workspace.files.values()
    assert (file["name"], file["shared"]) == ("log.csv", CHANNEL)


def test_while_slack_wants_to_be_left_alone_it_is_not_asked(slack):
    seconds = Seconds()
    slack.workspace.clock = seconds
    slack.workspace.per_minute["chat.postMessage"] = 1
    notifier = open_notifier(slack, seconds)
    notifier.send(who_is_that(pictures=0), CHANNEL, KEY)
    for key in ("b", "c", "d"):
        with pytest.raises(ServiceBusy) as busy:
            notifier.send(who_is_that(pictures=0), CHANNEL, key)
        assert busy.value.retry_after == timedelta(seconds=60)
    assert [method for method, _ in slack.workspace.calls].count("chat.postMessage") == 2
    seconds.wait(60)
    notifier.send(who_is_that(pictures=0), CHANNEL, "b")
    assert slack.workspace.too_early == []


@pytest.mark.parametrize("method", ["chat.postMessage", "files.completeUploadExternal", "files.info"])
@pytest.mark.parametrize("status", [503, None])
def test_what_breaks_off_leaves_no_picture_and_is_sent_once_when_it_is_tried_again(slack, notifier, method, status):
    slack.workspace.faults.append(Fault(method, status))
    with pytest.raises(ServiceUnavailable):
        notifier.send(who_is_that(), CHANNEL, KEY)
    assert [file for file in slack.workspace.files.values() if file["whole"]] == []
    notifier.send(who_is_that(), CHANNEL, KEY)
    assert len(slack.workspace.posted) == 1


def test_a_message_whose_attachment_fails_is_taken_back(slack, notifier):
    slack.workspace.faults.append(Fault("files.completeUploadExternal", 500))
    with pytest.raises(ServiceUnavailable):
        notifier.send(who_is_that(pictures=0, attachments=(Attachment("log.csv", b"a,b", "text/csv"),)), CHANNEL, KEY)
    assert slack.workspace.messages == {}


def test_an_upload_that_is_refused_is_slack_that_does_not_answer(slack, notifier):
    with pytest.raises(RollcallError):
        notifier.send(who_is_that(pictures=0, attachments=(Attachment("log.csv", b"", "text/csv"),)), CHANNEL, KEY)
    assert slack.workspace.messages == {}


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("channel_not_found", NoticeRefused),
        ("not_in_channel", NoticeRefused),
        ("is_archived", NoticeRefused),
        ("token_revoked", ServiceUnavailable),
        ("missing_scope", ServiceUnavailable),
        ("internal_error", ServiceUnavailable),
        ("ratelimited", ServiceBusy),
        ("<script>", NoticeRefused),
    ],
)
def test_what_slack_refuses_is_said_in_a_sentence(slack, notifier, error, kind):
    slack.workspace.faults.append(Fault("chat.postMessage", 200, error=error))
    with pytest.raises(kind) as refused:
        notifier.send(who_is_that(), CHANNEL, KEY)
    assert "<" not in refused.value.sentence
    assert slack.workspace.files == {}


def test_a_token_of_another_workspace_sends_nothing_there(slack):
    notifier = open_notifier(slack, workspace="T0OTHER")
    for attempt in (lambda: notifier.send(who_is_that(), CHANNEL, KEY), notifier.check):
        with pytest.raises(SettingsError, match="ROLLCALL_SLACK_WORKSPACE"):
            attempt()
    assert (slack.workspace.posted, slack.workspace.files) == ([], {})


def test_no_error_repeats_a_token(slack):
    notifier = open_notifier(slack, bot_token="xoxb-very-secret")
    with pytest.raises(ServiceUnavailable) as refused:
        notifier.send(who_is_that(), CHANNEL, KEY)
    assert "secret" not in f"{refused.value} {refused.value.__cause__} {notifier._account} {vars(notifier)}"


def test_a_workspace_that_is_not_there_does_not_answer():
    with SlackServer() as gone:
        notifier: SlackNotifier = open_notifier(gone)
    with pytest.raises(ServiceUnavailable):
        notifier.send(who_is_that(), CHANNEL, KEY)


def test_a_picture_that_slack_never_gets_done_with_is_tried_again_later(slack, notifier):
    slack.workspace.looks_until_shown = 1000
    with pytest.raises(ServiceUnavailable):
        notifier.send(who_is_that(), CHANNEL, KEY)
    assert slack.workspace.files == {}


def test_check_says_what_is_right(slack, notifier):
    assert len(notifier.check()) == 3
    with pytest.raises(SettingsError, match="ROLLCALL_SLACK_APP_TOKEN"):
        open_notifier(slack, app_token="xapp-wrong").check()


def test_pictures_that_no_notice_knows_are_removed(slack, notifier):
    slack.workspace.clock = AT.timestamp
    known = notifier.send(who_is_that("r/1", "r/2"), CHANNEL, KEY)
    for _ in range(150):
        notifier._upload(who_is_that().pictures, KEY[::-1], [])
    hour = timedelta(hours=1)
    assert notifier.remove_strays(AT + hour, AT + 2 * hour, lambda *_: False) == 0
    assert notifier.remove_strays(AT - hour, AT + hour, lambda key, file: key == KEY and file in known) == 150
    assert len(slack.workspace.files) == 2


def test_files_of_others_are_no_strays(slack, notifier):
    notifier.send(who_is_that(pictures=0, attachments=(Attachment("log.csv", b"a,b", "text/csv"),)), CHANNEL, KEY)
    assert notifier.remove_strays(AT - timedelta(days=9999), AT + timedelta(days=9999), lambda *_: False) == 0
