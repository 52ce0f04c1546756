"""NextToken: of one list, of one server, for a while."""

import time

import pytest
from botocore.exceptions import ClientError

from rekognition_local.errors import ServiceError
from rekognition_local.tokens import Tokens
from tests.rekognition_local.conftest import code_of

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


@pytest.mark.parametrize("operation", ["list_collections", "list_faces", "get_face_search"])
def test_every_list_refuses_a_made_up_token(client, collection, lecture, operation):
    more = {"list_collections": {}, "list_faces": {"CollectionId": collection}}
    if operation == "get_face_search":
        job_id = client.start_face_search(CollectionId=collection, Video=lecture)["JobId"]
        while client.get_face_search(JobId=job_id)["JobStatus"] == "IN_PROGRESS":
            time.sleep(0.05)
        more[operation] = {"JobId": job_id}
    with pytest.raises(ClientError) as error:
        getattr(client, operation)(**more[operation], NextToken="made-up")
    assert code_of(error) == "InvalidPaginationTokenException"
