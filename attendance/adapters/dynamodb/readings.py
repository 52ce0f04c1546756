"""What thermal sensors measured, in DynamoDB: packs of readings, a partition for each device and hour.

A batch is as many transactions as it needs, each of which stands for itself: where a process dies between two of them,
the same batch again stores what is missing. The ids of readings are items of their own, so that none comes twice.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import islice

from attendance.adapters.dynamodb import keys
from attendance.adapters.dynamodb.devices import device_of
from attendance.adapters.dynamodb.keys import moment
from attendance.adapters.dynamodb.reading_packs import (
    EPOCH,
    SUMMARY,
    Summary,
    in_time,
    microseconds,
    remove_readings,
    summaries,
    thin_readings,
    transactions,
    unpacked,
)
from attendance.adapters.dynamodb.table import TablePart, together
from attendance.adapters.dynamodb.values import Item, text
from attendance.model import Reading, ReadingSpan
from attendance.sentences import no_reading

_LAST = "~"  # sorts after all moments
_MINUTE_US = 60_000_000


class DynamoReadings(TablePart):
    """The ReadingStore."""

    def add_readings(self, device_id: str, batch: Sequence[Reading]) -> int:
        """How many were new. Raises NotFound."""
        device_of(self.table, device_id)
        by_id = {reading.id: reading for reading in batch}
        stored: list[int] = []

        def store() -> None:
            known = self.known_readings(device_id, list(by_id))
            new = [reading for reading_id, reading in by_id.items() if reading_id not in known]
            for count, actions in transactions(device_id, new):
                self.table.transact(actions)
                stored.append(count)

        self.table.again(store)
        return sum(stored)

    def known_readings(self, device_id: str, reading_ids: Sequence[str]) -> set[str]:
        """Those that are here."""
        wanted = {keys.reading(device_id, reading_id): reading_id for reading_id in reading_ids}
        return {wanted[key] for key in self.table.get_many(wanted)}

    def reading(self, device_id: str, reading_id: str) -> Reading:
        """Raises NotFound."""
        lead = self.table.get(keys.reading(device_id, reading_id))
        pack = self.table.get((text(lead, "pack_pk"), text(lead, "pack_sk"))) if lead else None
        for reading in unpacked(device_id, pack) if pack else ():
            if reading.id == reading_id:
                return reading
        raise no_reading()

    def latest_reading(self, device_id: str) -> Reading | None:
        """By its time."""
        for hour in self._newest_first(keys.of_device(device_id), keys.HOUR):
            latest = self._latest_of(device_id, text(hour, "sk").removeprefix(keys.HOUR))
            if latest is not None:
                return latest
        return None

    def hottest_reading(self, device_id: str, from_at: datetime, before_at: datetime) -> Reading | None:
        """None where none has an estimate."""
        hours = self._hours(device_id, from_at, before_at)
        found = together(partial(self._readings_of, device_id, from_at, before_at), hours)
        estimated = [(-one.skin_c, in_time(one), one) for its in found for one in its if one.skin_c is not None]
        return min(estimated)[-1] if estimated else None

    def readings(self, device_id: str, from_at: datetime, before_at: datetime, limit: int = 1000) -> Sequence[Reading]:
        """Sorted by time."""
        found: list[Reading] = []
        for hour in self._hours(device_id, from_at, before_at):
            if len(found) >= limit:
                break
            found += self._readings_of(device_id, from_at, before_at, hour)
        return found[:limit]

    def reading_spans(
        self, device_id: str, from_at: datetime, before_at: datetime, minutes: int
    ) -> Sequence[ReadingSpan]:
        """Sorted by time."""

        from_us, before_us, span_us = microseconds(from_at), microseconds(before_at), minutes * _MINUTE_US

        def of_hour(hour: str) -> list[Summary]:
            packs = self._packs(device_id, hour, from_at, SUMMARY)
            return [one for pack in packs for one in summaries(pack) if from_us <= one[0] < before_us]

        spans: dict[int, list[Summary]] = {}
        for its in together(of_hour, self._hours(device_id, from_at, before_at)):
            for one in its:
                spans.setdefault(one[0] // span_us, []).append(one)
        return [_span(EPOCH + timedelta(microseconds=number * span_us), spans[number]) for number in sorted(spans)]

    def thin_readings(self, device_id: str, before_at: datetime, most_minutes: int = 60) -> int:
        """The hottest of each minute stays."""
        return self.table.again(partial(thin_readings, self.table, device_id, before_at, most_minutes))

    def remove_readings(self, device_id: str, before_at: datetime, most: int = 5000) -> int:
        """The oldest first."""
        return self.table.again(partial(remove_readings, self.table, device_id, before_at, most))

    def _hours(self, device_id: str, from_at: datetime, before_at: datetime) -> list[str]:
        """Those between these moments in which the device measured, sorted."""
        if from_at >= before_at:
            return []
        between = (keys.HOUR + keys.hour_of(from_at), keys.HOUR + keys.hour_of(before_at))
        items = self.table.query(keys.of_device(device_id), between=between, only=("sk",))
        return [text(item, "sk").removeprefix(keys.HOUR) for item in items]

    def _packs(self, device_id: str, hour: str, from_at: datetime, only: Sequence[str] = ()) -> Iterator[Item]:
        """Those of an hour that end at this moment or later; they are sorted by their ends."""
        return self.table.query(keys.packs_of(device_id, hour), between=(moment(from_at), _LAST), only=only)

    def _readings_of(self, device_id: str, from_at: datetime, before_at: datetime, hour: str) -> list[Reading]:
        packs = self._packs(device_id, hour, from_at)
        found = [one for pack in packs for one in unpacked(device_id, pack) if from_at <= one.at < before_at]
        return sorted(found, key=in_time)

    def _latest_of(self, device_id: str, hour: str) -> Reading | None:
        """A pack's key says when it ended before it was thinned: none after it can hold a later reading."""
        latest: Reading | None = None
        for pack in self._newest_first(keys.packs_of(device_id, hour)):
            last = max(unpacked(device_id, pack), key=in_time)
            latest = max((latest or last), last, key=in_time)
            if moment(latest.at) >= text(pack, "sk").partition("#")[0]:
                break
        return latest

    def _newest_first(self, partition: str, begins: str = "") -> Iterator[Item]:
        """The first one by a request of its own, because it is mostly enough."""
        first = list(self.table.query(partition, begins, backwards=True, most=1))
        yield from first
        if first:
            yield from islice(self.table.query(partition, begins, backwards=True), 1, None)


def _span(at: datetime, its: Sequence[Summary]) -> ReadingSpan:
    _, coolest_c, mean_c, hottest_c, skins_c = zip(*its, strict=True)
    skin_c = max((one for one in skins_c if not math.isnan(one)), default=None)
    return ReadingSpan(at, len(its), min(coolest_c), sum(mean_c) / len(its), max(hottest_c), skin_c)
