"""Pictures in requests: their bytes or an S3 object, their kinds and their sizes."""

import io

import boto3
import cv2
import numpy as np
import pytest
from botocore.exceptions import ClientError
from PIL import Image

from rekognition_local.errors import ServiceError
from rekognition_local.s3_objects import MOST_IMAGE_BYTES, S3Objects
from tests.contract.faces_kits import drawn, jpeg
from tests.rekognition_local.conftest import BUCKET, code_of, message_of

NO_OBJECT = "Unable to get object metadata from S3. Check object key, region and/or access permissions."


def refused(client, image):
    with pytest.raises(ClientError) as error:
        client.detect_faces(Image=image)
    return code_of(error), message_of(error)


def saved(picture, kind: str, **more) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture[:, :, ::-1]).save(file, kind, **more)
    return file.getvalue()


def stored(name: str, content: bytes) -> dict[str, dict[str, str]]:
    boto3.client("s3").put_object(Bucket=BUCKET, Key=name, Body=content)
    return {"S3Object": {"Bucket": BUCKET, "Name": name}}


def test_a_picture_is_read_from_s3_as_from_its_bytes(client, kit):
    photo = kit.photo(0)
    from_s3 = client.detect_faces(Image=stored("photos/사진 1.jpg", photo))
    assert from_s3["FaceDetails"] == client.detect_faces(Image={"Bytes": photo})["FaceDetails"]


def test_png_is_read_too(client):
    assert len(client.detect_faces(Image={"Bytes": saved(drawn(0), "PNG")})["FaceDetails"]) == 1


@pytest.mark.parametrize("kind", ["GIF", "BMP", "WEBP", "TIFF"])
def test_other_kinds_are_refused(client, kind):
    code, message = refused(client, {"Bytes": saved(drawn(0), kind)})
    assert (code, message) == ("InvalidImageFormatException", "Request has invalid image format")


@pytest.mark.parametrize("content", [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"no picture at all"])
def test_damaged_pictures_are_refused(client, content):
    assert refused(client, {"Bytes": content})[0] == "InvalidImageFormatException"


def test_a_picture_that_is_cut_short_is_refused(client, kit):
    photo = kit.photo(0)
    assert refused(client, {"Bytes": photo[: len(photo) // 2]})[0] == "InvalidImageFormatException"


def test_a_phone_photo_on_its_side_is_set_upright(client):
    lying = Image.Exif()
    lying[0x0112] = 6
    photo = saved(cv2.rotate(drawn(0), cv2.ROTATE_90_COUNTERCLOCKWISE), "JPEG", exif=lying)
    (detail,) = client.detect_faces(Image={"Bytes": photo})["FaceDetails"]
    assert abs(detail["Pose"]["Roll"]) < 20


def test_bytes_of_more_than_5_mb_are_refused_by_the_model(client):
    code, message = refused(client, {"Bytes": b"\xff\xd8\xff" + bytes(6 * 1024 * 1024)})
    assert code == "ValidationException"
    assert message.endswith("Member must have length less than or equal to 5242880")


def test_an_object_of_more_than_15_mb_is_refused(client):
    code, message = refused(client, stored("photos/large", b"\xff\xd8\xff" + bytes(15 * 1024 * 1024)))
    assert (code, message) == ("ImageTooLargeException", "Image size is too large: 15728643 > 15728640")


class ReplacedObject(io.BytesIO):
    """An S3 whose object was small when it was asked about, and is not when it is read."""

    def head_object(self, **_):
        return {"ContentLength": 10}

    def get_object(self, **_):
        return {"ContentLength": MOST_IMAGE_BYTES + 1, "Body": self}


def test_an_object_is_measured_as_it_is_read_and_not_before():
    s3 = ReplacedObject()
    with pytest.raises(ServiceError) as error:
        S3Objects(s3).image({"Bucket": BUCKET, "Name": "photos/replaced"})
    assert error.value.code == "ImageTooLargeException"
    assert s3.closed


def test_an_object_of_less_than_15_mb_may_be_larger_than_bytes_may_be(client):
    noise = np.random.default_rng(1).integers(0, 256, (1500, 1500, 3), np.uint8)
    content = saved(noise, "PNG")
    assert len(content) > 5242880
    assert client.detect_faces(Image=stored("photos/noise.png", content))["FaceDetails"] == []


@pytest.mark.parametrize("place", [("nowhere", "a.jpg"), (BUCKET, "nothing.jpg"), (BUCKET, None), (None, "a.jpg")])
def test_an_object_that_is_not_there_is_refused_in_the_services_words(client, place):
    names = {"Bucket": place[0], "Name": place[1]}
    code, message = refused(client, {"S3Object": {name: value for name, value in names.items() if value}})
    assert code == "InvalidS3ObjectException"
    assert message.startswith(NO_OBJECT)


@pytest.mark.parametrize("both", [True, False])
def test_bytes_and_object_together_or_neither_are_refused(client, kit, both):
    image = {"Bytes": kit.photo(0), "S3Object": {"Bucket": BUCKET, "Name": "a.jpg"}} if both else {}
    assert refused(client, image) == ("InvalidParameterException", "Request has invalid parameters")


def test_a_picture_of_less_than_80_pixels_is_refused_with_its_size(client):
    code, message = refused(client, {"Bytes": jpeg(drawn(0)[:79, :200])})
    assert code == "InvalidParameterException"
    assert "200 x 79 pixels" in message
