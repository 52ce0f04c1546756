"""The stack of deploy/aws: it is valid, gives no more rights than needed, shows nothing to the public."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest

from attendance.adapters.dynamodb import open_store
from attendance.settings import SETTINGS, load_settings
from lambda_face_search.container import SECRET_VARIABLE
from tests.lambda_face_search.cloud_template import PATH, as_list, expanded, filled, resources, rights_of, statements
from tests.lambda_face_search.sqs import REGION, aws_in_memory

MAY_NAME_NO_RESOURCE = {
    # Rekognition knows of no resource for these two: docs.aws.amazon.com/service-authorization, Amazon Rekognition.
    "rekognition:DetectFaces",
    "rekognition:GetFaceSearch",
}


ADAPTERS = Path(__file__).resolve().parents[2] / "attendance/adapters"


def pascal_case(name: str) -> str:
    return "".join(part.title() for part in name.split("_"))


def lint(path: Path, *options: str) -> tuple[str, int]:
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--include-checks", "I", *options, "--", str(path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return done.stdout + done.stderr, done.returncode


def test_cfn_lint_finds_nothing() -> None:
    assert lint(PATH) == ("", 0)


def test_cfn_lint_finds_nothing_in_what_sam_makes_of_it(tmp_path: Path) -> None:
    path = tmp_path / "expanded.json"
    path.write_text(json.dumps(expanded()))
    # W1028 says that a choice was made already: functions of either kind get the same variables from Globals.
    assert lint(path, "--ignore-checks", "W1028") == ("", 0)


def test_no_rule_of_cfn_lint_is_switched_off() -> None:
    assert "cfn-lint" not in PATH.read_text()


def variables_of(function: dict[str, Any]) -> set[str]:
    return set(function["Properties"]["Environment"]["Variables"])


class TestRights:
    def test_no_right_is_to_do_anything(self) -> None:
        allowed = [action for _, one in statements() if one["Effect"] == "Allow" for action in as_list(one["Action"])]
        assert len(allowed) > 30
        assert not [action for action in allowed if "*" in action]

    def test_all_rights_name_their_resources_but_for_two_actions_that_know_of_none(self) -> None:
        for name, one in statements():
            if one["Effect"] == "Allow" and "*" in as_list(one.get("Resource", [])):
                assert set(as_list(one["Action"])) <= MAY_NAME_NO_RESOURCE, name

    def test_the_rights_to_rekognition_are_those_that_its_adapter_asks_for(self) -> None:
        adapter = "".join(path.read_text() for path in ADAPTERS.glob("rekognition/*.py"))
        asked = {pascal_case(name) for name in re.findall(r"client\.([a-z_]+)\(", adapter)}
        assert "StartFaceSearch" in asked
        allowed = {
            action.removeprefix("rekognition:")
            for _, one in statements()
            for action in as_list(one["Action"])
            if action.startswith("rekognition:")
        }
        assert allowed - {"TagResource"} == asked  # which comes with CreateCollection, for the tag

    def test_only_who_searches_may_search_and_only_who_enrols_may_enrol(self) -> None:
        search, enrol = ("iam:PassRole", "rekognition:StartFaceSearch"), ("rekognition:IndexFaces",)
        may = {name: rights_of(name) for name in ("Start", "Finish", "Sweep", "Api")}
        assert {name for name, rights in may.items() if rights & set(search)} == {"Start", "Finish", "Sweep"}
        assert {name for name, rights in may.items() if rights & set(enrol)} == {"Api"}

    def test_nobody_but_services_of_aws_is_let_in(self) -> None:
        for name, one in statements():
            if one["Effect"] == "Allow" and "Principal" in one:
                assert set(one["Principal"]) == {"Service"}, name

    def test_services_are_let_in_only_on_behalf_of_this_account(self) -> None:
        for name, one in statements():
            services = (
                as_list(one.get("Principal", {}).get("Service", [])) if isinstance(one.get("Principal"), dict) else []
            )
            if one["Effect"] == "Allow" and {"s3.amazonaws.com", "rekognition.amazonaws.com"} & set(services):
                assert "aws:SourceAccount" in one["Condition"]["StringEquals"], name

    def test_a_role_is_passed_on_to_rekognition_alone(self) -> None:
        (one,) = [one for _, one in statements() if "iam:PassRole" in as_list(one["Action"])]
        assert one["Condition"] == {"StringEquals": {"iam:PassedToService": "rekognition.amazonaws.com"}}
        assert one["Resource"] == {"Fn::GetAtt": ["RekognitionRole", "Arn"]}

    def test_each_function_has_a_role_of_its_own_that_is_written_out_here(self) -> None:
        for name, function in resources("AWS::Lambda::Function").items():
            role = f"{name.removesuffix('Image')}Role"
            assert function["Properties"]["Role"] == {"Fn::GetAtt": [role, "Arn"]}
        assert set(resources("AWS::IAM::Role")) == {
            "StartRole",
            "FinishRole",
            "SweepRole",
            "ApiRole",
            "RekognitionRole",
        }


class TestTheBucket:
    @pytest.fixture
    def bucket(self) -> dict[str, Any]:
        (bucket,) = resources("AWS::S3::Bucket").values()
        return bucket

    def test_is_not_public_in_any_way(self, bucket: dict[str, Any]) -> None:
        blocked = bucket["Properties"]["PublicAccessBlockConfiguration"]
        assert len(blocked) == 4
        assert set(blocked.values()) == {True}
        assert "AccessControl" not in bucket["Properties"]
        assert bucket["Properties"]["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
        assert "WebsiteConfiguration" not in bucket["Properties"]

    def test_is_encrypted_and_reached_by_tls_only(self, bucket: dict[str, Any]) -> None:
        assert "BucketEncryption" in bucket["Properties"]
        (denied,) = [one for name, one in statements() if name == "MediaBucketPolicy"]
        assert (denied["Effect"], denied["Principal"]) == ("Deny", "*")
        assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}

    def test_keeps_no_versions_so_that_what_is_removed_is_gone(self, bucket: dict[str, Any]) -> None:
        assert "VersioningConfiguration" not in bucket["Properties"]

    def test_forgets_uploads_and_imports_that_were_given_up(self, bucket: dict[str, Any]) -> None:
        rules = bucket["Properties"]["LifecycleConfiguration"]["Rules"]
        assert {"DaysAfterInitiation": 7} in [rule.get("AbortIncompleteMultipartUpload") for rule in rules]
        assert [rule["ExpirationInDays"] for rule in rules if rule.get("Prefix") == "uploads/"] == [8]
        assert [rule["ExpirationInDays"] for rule in rules if rule.get("Prefix") == "imports/"] == [2]

    def test_tells_the_queue_of_the_data_of_uploads_and_of_nothing_else(self, bucket: dict[str, Any]) -> None:
        (told,) = bucket["Properties"]["NotificationConfiguration"]["QueueConfigurations"]
        assert told["Queue"] == {"Fn::GetAtt": ["WorkQueue", "Arn"]}
        filters = {rule["Name"]: rule["Value"] for rule in told["Filter"]["S3Key"]["Rules"]}
        assert filters == {"prefix": "uploads/", "suffix": "/data"}

    def test_lets_pages_of_the_site_alone_send_parts_and_read_their_tags(self, bucket: dict[str, Any]) -> None:
        (rule,) = bucket["Properties"]["CorsConfiguration"]["CorsRules"]
        assert "*" not in rule["AllowedOrigins"]
        assert {"PUT", "GET"} <= set(rule["AllowedMethods"])
        assert "ETag" in rule["ExposedHeaders"]


class TestQueues:
    def test_what_fails_again_and_again_comes_to_rest_where_an_alarm_watches(self) -> None:
        work = resources("AWS::SQS::Queue")["WorkQueue"]["Properties"]
        assert work["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": ["DeadLetters", "Arn"]}
        alarm = resources("AWS::CloudWatch::Alarm")["DeadLettersAlarm"]["Properties"]
        assert alarm["Dimensions"][0]["Value"] == {"Fn::GetAtt": ["DeadLetters", "QueueName"]}
        assert alarm["Threshold"] == 0

    def test_a_message_is_hidden_for_longer_than_a_call_may_last(self) -> None:
        work = resources("AWS::SQS::Queue")["WorkQueue"]["Properties"]
        longest = max(function["Properties"]["Timeout"] for function in resources("AWS::Lambda::Function").values())
        assert work["VisibilityTimeout"] > longest

    def test_only_the_messages_that_failed_come_again(self) -> None:
        mappings = resources("AWS::Lambda::EventSourceMapping")
        assert len(mappings) == 2  # one for each kind of function
        for mapping in mappings.values():
            assert mapping["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
            assert "MaximumConcurrency" in mapping["Properties"]["ScalingConfig"]


class TestFunctions:
    def test_each_handler_is_there(self) -> None:
        for name, function in resources("AWS::Lambda::Function").items():
            properties = function["Properties"]
            handler = properties["ImageConfig"]["Command"][0] if "ImageConfig" in properties else properties["Handler"]
            module, _, attribute = handler.rpartition(".")
            assert callable(getattr(importlib.import_module(module), attribute)), name

    def test_all_that_sweep_know_who_was_removed_by_the_same_secret(self) -> None:
        functions = resources("AWS::Lambda::Function")
        with_secret = {name for name, made in functions.items() if SECRET_VARIABLE in variables_of(made)}
        assert with_secret == {"Start", "StartImage", "Sweep", "SweepImage", "Api", "ApiImage"}

    def test_both_kinds_have_the_same_functions_but_for_the_word_of_rekognition(self) -> None:
        functions = resources("AWS::Lambda::Function")
        of = {
            kind: {name.removesuffix("Image") for name, made in functions.items() if made["Condition"] == kind}
            for kind in ("OnRekognition", "OnImage")
        }
        assert of["OnRekognition"] == {"Start", "Finish", "Sweep", "Api"}
        assert of["OnImage"] == of["OnRekognition"] - {"Finish"}

    def test_every_variable_is_a_setting_of_ours_or_of_powertools(self) -> None:
        known = {setting.name for setting in SETTINGS} | {SECRET_VARIABLE}
        for function in resources("AWS::Lambda::Function").values():
            names = variables_of(function)
            assert {name for name in names - known if not name.startswith("POWERTOOLS_")} == set()

    @pytest.mark.parametrize("on_image", [False, True])
    def test_the_settings_are_right_together(self, on_image: bool) -> None:
        functions = resources("AWS::Lambda::Function")
        variables = functions["StartImage" if on_image else "Start"]["Properties"]["Environment"]["Variables"]
        given = {
            name: filled(value, on_image=on_image) for name, value in variables.items() if name.startswith("ROLLCALL_")
        }
        settings = load_settings(given)
        assert settings.faces == ("local" if on_image else "rekognition://rollcall")
        assert bool(settings.rekognition_topic) is not on_image
        assert settings.jobs.startswith("lambda:https://")

    def test_logs_are_kept_for_so_long_and_no_longer(self) -> None:
        groups = resources("AWS::Logs::LogGroup")
        assert {group["Properties"]["RetentionInDays"]["Ref"] for group in groups.values()} == {"LogDays"}
        for function in resources("AWS::Lambda::Function").values():
            assert function["Properties"]["LoggingConfig"]["LogGroup"]["Ref"] in groups

    def test_calls_of_each_are_watched(self) -> None:
        alarms = resources("AWS::CloudWatch::Alarm")
        for name in ("Start", "Finish", "Sweep", "Api"):
            assert {f"{name}ErrorsAlarm", f"{name}ThrottlesAlarm"} <= set(alarms)
        assert all(alarm["Properties"]["AlarmActions"] == [{"Ref": "Alarms"}] for alarm in alarms.values())


def test_the_clock_calls_at_each_minute_exactly_so_that_no_hour_is_left_out() -> None:
    rules = resources("AWS::Events::Rule").values()
    assert {rule["Properties"]["ScheduleExpression"] for rule in rules} == {"cron(* * * * ? *)"}


def test_what_is_kept_outlives_the_stack_and_what_is_not_goes_with_it() -> None:
    policies = {name: made.get("DeletionPolicy") for name, made in expanded()["Resources"].items()}
    kept = {name for name, policy in policies.items() if str(policy).startswith("Retain")}
    assert kept == {"Table", "MediaBucket"}


def test_a_first_creation_that_fails_leaves_nothing_that_blocks_the_next_one() -> None:
    kept = [one for one in expanded()["Resources"].values() if one.get("DeletionPolicy", "Delete") != "Delete"]
    assert {one["DeletionPolicy"] for one in kept} == {"RetainExceptOnCreate"}
    # A replacement of what is kept still leaves the old one there.
    assert {one["UpdateReplacePolicy"] for one in kept} == {"Retain"}


def test_the_table_is_the_one_that_the_store_would_make() -> None:
    table = resources("AWS::DynamoDB::Table")["Table"]["Properties"]
    with aws_in_memory():
        open_store("dynamodb://rollcall", load_settings({})).prepare()
        client = boto3.client("dynamodb", region_name=REGION)
        made = client.describe_table(TableName="rollcall")["Table"]
        later = client.describe_time_to_live(TableName="rollcall")["TimeToLiveDescription"]
    assert table["KeySchema"] == made["KeySchema"]
    assert by_name(table["AttributeDefinitions"]) == by_name(made["AttributeDefinitions"])
    wanted = ("IndexName", "KeySchema", "Projection")
    assert table["GlobalSecondaryIndexes"] == [
        {name: index[name] for name in wanted} for index in made["GlobalSecondaryIndexes"]
    ]
    assert table["TimeToLiveSpecification"] == {"AttributeName": later["AttributeName"], "Enabled": True}


def by_name(attributes: list[dict[str, str]]) -> list[dict[str, str]]:
    return sorted(attributes, key=lambda attribute: attribute["AttributeName"])


def test_the_table_can_be_brought_back_to_an_earlier_moment() -> None:
    table = resources("AWS::DynamoDB::Table")["Table"]["Properties"]
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert table["BillingMode"] == "PAY_PER_REQUEST"
