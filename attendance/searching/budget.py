"""What searches by a service that charges cost, and the month's budget for them, which they never go past."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePath

from attendance.errors import BadRecording, RollcallError
from attendance.model import Recording, RecordingKind
from attendance.services import Services

_PICTURES = {".jpg", ".jpeg", ".png"}


class BudgetUsedUp(BadRecording):
    """A search would cost more than is left of the month's budget."""


@dataclass(frozen=True, slots=True)
class Budget:
    """A month (`YYYY-MM`, UTC), and in US dollars what was ordered in it; `most` is None where nothing limits it."""

    month: str
    spent: float
    most: float | None

    @property
    def left(self) -> float | None:
        """What may still be ordered; None where nothing limits it."""
        return None if self.most is None else max(0.0, self.most - self.spent)


def estimate(services: Services, duration_s: float) -> float | None:
    """What searching a video of this length costs, in US dollars; None where nothing is charged."""
    if not services.faces.charges_by_minute:
        return None
    return _billed_s(duration_s) / 60 * services.settings.price_per_minute


def budget(services: Services) -> Budget | None:
    """How this month stands; None where nothing is charged."""
    if not services.faces.charges_by_minute:
        return None
    month = _month(services)
    spent = services.store.ordered_seconds(month) / 60 * services.settings.price_per_minute
    return Budget(month, spent, services.settings.monthly_budget)


def order(services: Services, recording: Recording) -> None:
    """Write down a search before it is paid for. Raises BudgetUsedUp. Pictures are not counted: they cost cents.

    An order is that of the claim under which it is made: whoever claims the recording anew orders anew, because the
    service may have done the work already.
    """
    if not _is_paid_for(services, recording):
        return
    length_s = _billed_s(recording.duration_s)
    if not services.store.order_search(_month(services), _token(recording), length_s, _most_s(services)):
        raise _used_up(services)


@contextmanager
def ordered(services: Services, recording: Recording, *refusals: type[RollcallError]) -> Iterator[None]:
    """Order what is begun within, and take that back where it ends by a refusal: then nothing was begun."""
    order(services, recording)
    try:
        yield
    except refusals:
        if _is_paid_for(services, recording):
            back = _token(recording, "back")
            services.store.order_search(_month(services), back, -_billed_s(recording.duration_s), None)
        raise


def refuse_upload_over_budget(services: Services, original_name: str) -> None:
    """Raises BudgetUsedUp where nothing is left for a video, so that nobody sends gigabytes in vain."""
    now = budget(services)
    is_picture = PurePath(original_name.strip().lower()).suffix in _PICTURES
    if now is not None and now.left is not None and not is_picture and now.left < (estimate(services, 1) or 0.0):
        raise BudgetUsedUp(
            "This month's budget for searches by Rekognition (%(most)s USD) is used up. Upload the recording next "
            "month, or ask an admin to raise the limit.",
            most=f"{now.most:g}",
        )


def _is_paid_for(services: Services, recording: Recording) -> bool:
    return services.faces.charges_by_minute and recording.kind is RecordingKind.VIDEO


def _token(recording: Recording, what: str = "") -> str:
    return sha256(f"{recording.id} {recording.claimed_by} {what}".encode()).hexdigest()


def _billed_s(duration_s: float) -> float:
    """The price is by the minute, and parts of a minute are counted by the second."""
    return float(math.ceil(duration_s))


def _most_s(services: Services) -> float | None:
    price, most = services.settings.price_per_minute, services.settings.monthly_budget
    return None if most is None or price == 0 else round(most / price * 60, 3)  # 0.15 / 0.10 is less than 1.5


def _month(services: Services) -> str:
    return services.now().strftime("%Y-%m")


def _used_up(services: Services) -> BudgetUsedUp:
    return BudgetUsedUp(
        "This month's budget for searches by Rekognition (%(most)s USD) is used up; the recording is stored. Search it "
        "again next month, or ask an admin to raise the limit.",
        most=f"{services.settings.monthly_budget or 0:g}",
    )
