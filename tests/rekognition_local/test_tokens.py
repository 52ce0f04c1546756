"""NextToken: of one list, of one server, for a while."""

import time

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from rekognition_local.errors import ServiceError
from rekognition_local.tokens import Tokens
from tests.rekognition_local.conftest import code_of
from tests.rekognition_local.jobs import detected, searched
from tests.rekognition_local.model_rules import MODEL
from tests.rekognition_local.test_every_operation import OPERATIONS

OF = ("ListFaces", 7)


def refused(tokens: Tokens, token: str, of=OF) -> bool:
    with pytest.raises(ServiceError) as error:
        tokens.place(of, token)
    return error.value.code == "InvalidPaginationTokenException"


def test_a_token_says_where_the_page_begins():
    tokens = Tokens()
    token = tokens.make(OF, 12345678901234567890)
    assert tokens.place(OF, token) == 12345678901234567890
    assert len(token) <= 255


def test_a_token_of_another_list_is_refused():
    tokens = Tokens()
    assert refused(tokens, tokens.make(("ListFaces", 8), 1))


def test_a_token_of_another_server_is_refused():
    assert refused(Tokens(), Tokens().make(OF, 1))


@pytest.mark.parametrize("token", ["", "x", "????", "abcd", "é", "A" * 200])
def test_what_is_no_token_is_refused(token):
    assert refused(Tokens(), token)


def test_a_changed_token_is_refused():
    tokens = Tokens()
    token = tokens.make(OF, 1)
    assert refused(tokens, token[:-1] + ("A" if token[-1] != "A" else "B"))


def test_an_old_token_is_refused():
    tokens = Tokens(last_s=0.02)
    token = tokens.make(OF, 1)
    assert tokens.place(OF, token) == 1
    time.sleep(0.03)
    assert refused(tokens, token)


PAGED = [name for name in sorted(OPERATIONS) if "NextToken" in MODEL.operation_model(name).input_shape.members]


@pytest.fixture
def first_page(client, collection, kit, lecture):
    """Asks a list operation for its first page, however that is said."""
    client.index_faces(CollectionId=collection, Image={"Bytes": kit.photo(0)})
    client.create_user(CollectionId=collection, UserId="student-21")
    jobs = {"GetFaceSearch": searched(client, collection, lecture), "GetFaceDetection": detected(client, lecture)}

    def ask(operation: str, **more):
        members = MODEL.operation_model(operation).input_shape.members
        known = {"CollectionId": collection, "JobId": jobs.get(operation, {}).get("JobId")}
        method = getattr(client, xform_name(operation))
        answer = method(**{name: value for name, value in known.items() if name in members}, **more)
        return {name: value for name, value in answer.items() if name != "ResponseMetadata"}

    return ask


def test_every_list_that_the_model_has_is_tried_here():
    assert set(PAGED) == {"ListCollections", "ListFaces", "ListUsers", "GetFaceSearch", "GetFaceDetection"}


def test_an_empty_token_is_a_first_page_everywhere_and_a_made_up_one_is_refused(first_page):
    for operation in PAGED:
        assert first_page(operation, NextToken="") == first_page(operation), operation
        with pytest.raises(ClientError) as error:
            first_page(operation, NextToken="made-up")
        assert code_of(error) == "InvalidPaginationTokenException", operation
