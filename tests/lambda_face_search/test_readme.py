"""deploy/aws/README.md: its commands can be run as they stand, and name what there is."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import botocore.session
import pytest
import yaml

from attendance.settings import SETTINGS
from lambda_face_search.container import SECRET_VARIABLE
from tests.lambda_face_search.cloud_template import written

AWS = Path(__file__).resolve().parents[2] / "deploy/aws"
README = (AWS / "README.md").read_text()
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
NO_OPERATIONS = {
    # What the command line does by itself, over several operations or none.
    ("s3", "mb"),
    ("s3", "cp"),
    ("s3", "rb"),
    ("cloudformation", "package"),
    ("cloudformation", "deploy"),
    ("cloudformation", "wait"),
    ("logs", "tail"),
    ("ecr", "get-login-password"),
}
GLOBAL = {"query", "output", "region"}


def commands() -> list[list[str]]:
    """Each call of `aws`, split as the shell does it."""
    text = "\n".join(BLOCKS).replace("\\\n", " ")
    found = re.findall(r"(?:^|\$\(|\{ )(aws [^\n]*)", text, re.MULTILINE)
    return [shlex.split(re.sub(r"[;)}]*$", "", re.sub(r"'\{.*", "x", line)), comments=True) for line in found]


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_the_shell_understands_each_block(block: str) -> None:
    done = subprocess.run(["bash", "-n"], check=False, input=block, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("command", commands(), ids=lambda command: "_".join(command[1:3]))
def test_each_command_of_aws_is_one_of_its_own_with_its_own_options(command: list[str]) -> None:
    service, operation = command[1:3]
    if (service, operation) in NO_OPERATIONS:
        return
    model = botocore.session.get_session().get_service_model(service)
    names = {kebab_case(name): name for name in model.operation_names}
    shape = model.operation_model(names[operation]).input_shape
    known = {kebab_case(name) for name in shape.members} | GLOBAL if shape else GLOBAL
    options = {word.removeprefix("--") for word in command if word.startswith("--")}
    flags = {"force", "terminate-env-by-force"}
    assert options - flags <= known


def kebab_case(name: str) -> str:
    return botocore.xform_name(name, "-")


def test_there_are_commands_to_look_at() -> None:
    assert len(BLOCKS) > 6
    assert {"create-environment", "describe-stacks", "delete-collection"} <= {command[2] for command in commands()}


def test_the_parameters_and_outputs_that_it_names_are_those_of_the_stack() -> None:
    template = written()
    parameters = set(re.findall(r"\b([A-Z]\w+)=", " ".join(re.findall(r"--parameter-overrides ([^\n]*)", README))))
    parameters |= set(re.findall(r"\$\(parameter (\w+)\)", README))
    assert parameters <= set(template["Parameters"])
    outputs = set(re.findall(r"\$\(output (\w+)\)|OutputKey=='(\w+)'", README))
    assert {first or second for first, second in outputs} <= set(template["Outputs"])


def test_the_sites_settings_on_elastic_beanstalk_are_settings_of_ours() -> None:
    options = yaml.safe_load((AWS / "beanstalk/.ebextensions/rollcall.config").read_text())["option_settings"]
    given = set(options["aws:elasticbeanstalk:application:environment"])
    given |= set(re.findall(r"\$\(setting (\w+) ", README)) - {"AWS_DEFAULT_REGION"}
    assert given <= {setting.name for setting in SETTINGS} | {SECRET_VARIABLE}
    assert {"ROLLCALL_STORE", "ROLLCALL_MEDIA", "ROLLCALL_FACES", "ROLLCALL_JOBS"} <= given


def test_the_site_on_elastic_beanstalk_has_what_the_functions_are_given() -> None:
    options = yaml.safe_load((AWS / "beanstalk/.ebextensions/rollcall.config").read_text())["option_settings"]
    given = set(options["aws:elasticbeanstalk:application:environment"])
    given |= set(re.findall(r"\$\(setting (\w+) ", README))
    variables = written()["Globals"]["Function"]["Environment"]["Variables"]
    of_lambda_alone = {"ROLLCALL_MAX_PHOTO_MB", "ROLLCALL_MAX_UPLOAD_GB"}  # smaller than the defaults at most
    assert {name for name in variables if name.startswith("ROLLCALL_")} - of_lambda_alone <= given


def test_the_machines_of_elastic_beanstalk_run_the_site_and_no_worker() -> None:
    (line,) = (AWS / "beanstalk/Procfile").read_text().splitlines()
    assert line.startswith('web: gunicorn "website:create_app()" --bind 127.0.0.1:8000 ')


def test_the_image_holds_what_the_functions_run() -> None:
    lines = (AWS / "image/Dockerfile").read_text()
    copied = re.findall(r"^COPY (\S+)", lines, re.MULTILINE)
    assert all((AWS.parents[1] / path).exists() for path in copied)
    assert {"attendance", "website", "face_engine", "lambda_face_search"} <= set(copied)


def test_scripts_of_the_machines_are_understood_by_the_shell_and_may_be_run() -> None:
    (script,) = (AWS / "beanstalk/.platform/hooks").rglob("*.sh")
    assert script.stat().st_mode & 0o111
    assert subprocess.run(["bash", "-n", str(script)], check=False, capture_output=True).returncode == 0
