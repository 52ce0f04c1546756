"""The errors that this endpoint answers with, named and worded as the service's own, and why it cannot start."""

from __future__ import annotations


class ServiceError(Exception):
    """An answer that is an error: the service's name for it, its sentence, and the status of HTTP."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        self.code = code
        self.message = message
        self.status = status
        super().__init__(f"{code}: {message}")


class Stopped(Exception):
    """The server ends before the work is done; it is begun again at the next start."""


class StartRefused(Exception):
    """The endpoint cannot start; `str` of it is one plain sentence."""


def invalid_parameter(message: str = "Request has invalid parameters") -> ServiceError:
    """What passes the model's rules and is wrong all the same."""
    return ServiceError("InvalidParameterException", message)


def no_collection(collection_id: str) -> ServiceError:
    """There is no collection of this name."""
    return ServiceError("ResourceNotFoundException", f"The collection id: {collection_id} does not exist")


def bad_object(reason: str = "") -> ServiceError:
    """S3 does not give the object; the service does not say more either, `reason` is ours."""
    message = "Unable to get object metadata from S3. Check object key, region and/or access permissions."
    return ServiceError("InvalidS3ObjectException", f"{message} {reason}".strip())


def bad_image() -> ServiceError:
    """The picture is no JPEG and no PNG, or it is damaged."""
    return ServiceError("InvalidImageFormatException", "Request has invalid image format")


def image_too_large(size: int, most: int) -> ServiceError:
    """The picture's file is larger than the service takes."""
    return ServiceError("ImageTooLargeException", f"Image size is too large: {size} > {most}")


def mismatch() -> ServiceError:
    """The token was used for another request."""
    return ServiceError(
        "IdempotentParameterMismatchException",
        "A ClientRequestToken input parameter was reused with an operation, but at least one of the other input "
        "parameters is different from the previous call to the operation.",
    )


def bad_token() -> ServiceError:
    """The token was not made by the answer before, or it has expired."""
    return ServiceError("InvalidPaginationTokenException", "Pagination token in the request is not valid.")


def not_readable(message: str) -> ServiceError:
    """The request is not made of what the model says, so that nothing can be checked."""
    return ServiceError("SerializationException", message)
