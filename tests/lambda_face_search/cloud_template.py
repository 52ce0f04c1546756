"""deploy/aws/template.yaml as tests read it: as it is written, and as SAM turns it into CloudFormation."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import yaml
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

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
        code = resource.get("Properties", {})
        if isinstance(code.get("CodeUri"), str):  # as `aws cloudformation package` leaves it
            code["CodeUri"] = {"Bucket": "code", "Key": "rollcall.zip"}
    session = boto3.session.Session(region_name="ap-northeast-2")
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
