"""Alarms, and the pictures that were taken with readings, in DynamoDB."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import islice

from attendance.adapters.dynamodb import keys
from attendance.adapters.dynamodb.actions import check, delete, update
from attendance.adapters.dynamodb.alarm_items import add_alarms, near_alarms
from attendance.adapters.dynamodb.devices import device_of
from attendance.adapters.dynamodb.keys import moment
from attendance.adapters.dynamodb.media_items import placing, recording_key, stored_picture
from attendance.adapters.dynamodb.table import TablePart
from attendance.adapters.dynamodb.values import Item, read, text, whole
from attendance.model import Alarm, DevicePicture, NearAlarms, Page
from attendance.sentences import no_alarm, no_recording


class DynamoAlarms(TablePart):
    """The AlarmStore."""

    def _add_alarms(self, device_id: str, new: Sequence[Alarm], quiet: timedelta) -> None:
        """Raises NotFound, MovedOn."""
        add_alarms(self.table, device_id, new, quiet)

    def near_alarms(self, device_id: str, alarms: Sequence[Alarm], quiet: timedelta) -> NearAlarms:
        """By their times and their readings."""
        return near_alarms(self.table, device_id, alarms, quiet)

    def alarm(self, alarm_id: str) -> Alarm:
        """Raises NotFound."""
        item = self.table.get(keys.alarm(alarm_id))
        if item is None:
            raise no_alarm()
        return read(Alarm, item)

    def alarms(
        self, *, device_id: str | None = None, unseen_only: bool = False, page: int = 1, size: int = 50
    ) -> Page[Alarm]:
        """Newest first. What is read grows with the number of the page; of unseen ones all leads are read."""
        page, size = max(1, page), max(1, size)
        first = (page - 1) * size
        if unseen_only:
            unseen = self.table.query(keys.UNSEEN, backwards=True)
            leads = [lead for lead in unseen if device_id in (None, text(lead, "device_id"))]
            return Page(self._alarms(leads[first : first + size]), page, size, len(leads))
        count = keys.ALARM_COUNT if device_id is None else keys.alarm_count(device_id)
        total = whole(self.table.get(count), "alarms")
        if first >= total:
            return Page([], page, size, total)
        partition = keys.ALARMS if device_id is None else keys.alarms_of(device_id)
        found = self.table.query(partition, keys.AT, backwards=True, most=first + size)
        return Page(self._alarms(islice(found, first, None)), page, size, total)

    def unseen_alarms(self) -> Counter[str]:
        """By device id; all leads are read, once."""
        return Counter(text(lead, "device_id") for lead in self.table.query(keys.UNSEEN, only=("device_id",)))

    def see_alarm(self, alarm_id: str, by: str, at: datetime) -> None:
        """Raises NotFound."""
        self.table.again(partial(self._see, alarm_id, by, at))

    def store_picture(self, picture: DevicePicture) -> None:
        """Raises NotFound."""
        device_of(self.table, picture.device_id)
        self.table.again(partial(self._keep, picture))

    def pictures(self, device_id: str, from_at: datetime, before_at: datetime) -> Sequence[DevicePicture]:
        """Sorted by time."""
        if from_at >= before_at:
            return []
        between = (moment(from_at), moment(before_at))
        return [read(DevicePicture, item) for item in self.table.query(keys.pictures_of(device_id), between=between)]

    def _alarms(self, leads: Iterable[Item]) -> list[Alarm]:
        wanted = [keys.alarm(text(lead, "alarm_id")) for lead in leads]
        found = self.table.get_many(wanted)
        return [read(Alarm, found[key]) for key in wanted]

    def _see(self, alarm_id: str, by: str, at: datetime) -> None:
        alarm = self.alarm(alarm_id)
        if alarm.seen_at is None:
            seeing = "SET #seen_by = :by, #seen_at = :at"
            seen = update(keys.alarm(alarm_id), seeing, "attribute_not_exists(#seen_at)", by=by, at=at)
            self.table.transact([seen, delete((keys.UNSEEN, keys.alarm_at(alarm.at, alarm_id)))])

    def _keep(self, picture: DevicePicture) -> None:
        recording = recording_key(self.table, picture.recording_id)
        if recording is None:
            raise no_recording()
        before = stored_picture(self.table, picture.recording_id)
        self.table.transact([check(recording, refused=no_recording()), *placing(picture, before)])
