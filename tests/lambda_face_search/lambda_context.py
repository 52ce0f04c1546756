"""The context that Lambda gives to a handler, with a clock that tests can turn."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class FakeContext:
    """`remaining_s` is what is left of the call."""

    remaining_s: float = 900.0
    aws_request_id: str = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
    function_name: str = "rollcall-start"
    memory_limit_in_mb: int = 2048
    invoked_function_arn: str = "arn:aws:lambda:ap-northeast-2:123456789012:function:rollcall-start"

    def get_remaining_time_in_millis(self) -> int:
        return int(self.remaining_s * 1000)
