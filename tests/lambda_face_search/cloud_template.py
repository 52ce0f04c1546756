"""deploy/aws/template.yaml as tests read it: as it is written, and as SAM turns it into CloudFormation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import yaml
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

ACCOUNT, REGION = "123456789012", "ap-northeast-2"
PATH = Path(__file__).resolve().parents[2] / "deploy/aws/template.yaml"


class _Loader(yaml.SafeLoader):
    """Knows CloudFormation's short forms."""


def _short_form(loader: _Loader, name: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if name == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {name if name in ("Ref", "Condition") else f"Fn::{name}": value}


_Loader.add_multi_constructor("!", _short_form)


def written() -> dict[str, Any]:
    """The template as it is written."""
    return yaml.load(PATH.read_text(), _Loader)  # a loader of ours, which makes nothing but plain values


@cache
def expanded() -> dict[str, Any]:
    """The template after SAM's transform: all that CloudFormation makes."""
    template = written()
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            # `aws cloudformation package` writes this into every function, those of images included.
            resource["Properties"]["CodeUri"] = "s3://code/rollcall.zip"
    session = boto3.session.Session(region_name=REGION)
    made: dict[str, Any] = Translator({}, Parser(), boto_session=session).translate(template, {})
    return made


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """All of a kind, by their names."""
    return {name: made for name, made in expanded()["Resources"].items() if made["Type"] == kind}


def statements() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each statement of each policy, with the name of the resource that has it."""
    for name, made in expanded()["Resources"].items():
        properties = made.get("Properties", {})
        documents = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
        documents += [properties[key] for key in ("PolicyDocument", "AssumeRolePolicyDocument") if key in properties]
        for document in documents:
            for statement in document["Statement"]:
                yield name, statement


def as_list(value: Any) -> list[Any]:
    """What IAM takes as one or several."""
    return value if isinstance(value, list) else [value]


def rights_of(function: str) -> set[str]:
    """The actions that the role of a function may do."""
    role = resources("AWS::IAM::Role")[f"{function}Role"]["Properties"]
    shared = [one["Fn::If"][1]["Ref"] if "Fn::If" in one else one["Ref"] for one in role["ManagedPolicyArns"]]
    documents = [resources("AWS::IAM::ManagedPolicy")[name]["Properties"]["PolicyDocument"] for name in shared]
    documents += [policy["PolicyDocument"] for policy in role["Policies"]]
    return {action for document in documents for one in document["Statement"] for action in as_list(one["Action"])}


def filled(value: Any, *, on_image: bool = False) -> str:
    """What CloudFormation makes of a value, in a stack that is called rollcall."""
    if isinstance(value, str):
        return value
    ((function, given),) = value.items()
    if function == "Fn::If":
        holds = {"OnImage": on_image, "OnRekognition": not on_image}.get(given[0], False)
        return filled(given[1] if holds else given[2], on_image=on_image)
    if function == "Ref":
        return _of_name(given)
    if function == "Fn::GetAtt":
        return f"arn:aws:iam::{ACCOUNT}:role/{given[0]}"
    return re.sub(r"\$\{([\w:]+)\}", lambda name: _of_name(name[1]), given)


def _of_name(name: str) -> str:
    parameter = written()["Parameters"].get(name)
    if parameter is not None:
        return str(parameter["Default"])
    known = {
        "AWS::StackName": "rollcall",
        "AWS::AccountId": ACCOUNT,
        "AWS::Region": REGION,
        "WorkQueue": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/rollcall-work",
        "DoneTable": "rollcall-done",
        "SessionSecret": "rollcall-session",
    }
    return known.get(name, f"arn:aws:sns:{REGION}:{ACCOUNT}:{name}")
