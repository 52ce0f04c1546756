"""The Store on one table of Amazon DynamoDB; docs/store-dynamodb.md says what is read for each question."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from attendance.adapters.dynamodb.account_links import DynamoAccountLinks, DynamoSite
from attendance.adapters.dynamodb.alarms import DynamoAlarms
from attendance.adapters.dynamodb.appeals import DynamoAppeals
from attendance.adapters.dynamodb.audit import DynamoAudit, adding_audit
from attendance.adapters.dynamodb.check_ins import DynamoCheckIns
from attendance.adapters.dynamodb.courses import DynamoCourses
from attendance.adapters.dynamodb.devices import DynamoDevices
from attendance.adapters.dynamodb.external import DynamoExternalIds
from attendance.adapters.dynamodb.faces import DynamoFaces, DynamoRenewals
from attendance.adapters.dynamodb.lectures import DynamoLectures
from attendance.adapters.dynamodb.live import DynamoLive
from attendance.adapters.dynamodb.log import DynamoLog
from attendance.adapters.dynamodb.marks import DynamoMarks
from attendance.adapters.dynamodb.notices import DynamoNotices
from attendance.adapters.dynamodb.outbox import DynamoOutbox, adding_to_outbox
from attendance.adapters.dynamodb.platforms import DynamoPlatforms
from attendance.adapters.dynamodb.preparing import DynamoPreparation
from attendance.adapters.dynamodb.readings import DynamoReadings
from attendance.adapters.dynamodb.risks import DynamoRisks
from attendance.adapters.dynamodb.searches import DynamoSearches, DynamoSpending
from attendance.adapters.dynamodb.sign_ins import DynamoSignIns
from attendance.adapters.dynamodb.students import DynamoStudents
from attendance.adapters.dynamodb.table import LastStep, Table
from attendance.adapters.dynamodb.timetable import DynamoTimetable
from attendance.adapters.dynamodb.tokens import DynamoRequests, DynamoTokens
from attendance.adapters.dynamodb.unknowns import DynamoUnknowns
from attendance.adapters.dynamodb.users import DynamoSessions, DynamoUsers
from attendance.adapters.dynamodb.visits import DynamoVisits
from attendance.adapters.dynamodb.webhooks import DynamoWebhooks
from attendance.changes import (
    AddAccessToken,
    AddAlarms,
    AddAppeal,
    AddCourse,
    AddDevice,
    AddFace,
    AddLecture,
    AddNotice,
    AddPasskey,
    AddPlatform,
    AddPost,
    AddRecording,
    AddRenewedFace,
    AddSlot,
    AddStudent,
    AddToolKey,
    AddToRoster,
    AddUnknownDecision,
    AddUser,
    AddVisits,
    AddWebhook,
    AddWitness,
    FinishSearch,
    LinkAccount,
    LinkCourse,
    LinkSignOn,
    NameVisit,
    NoteSilence,
    OfferPairing,
    Part,
    QueueSearch,
    RecordAttempt,
    RemoveAccountLink,
    RemoveAttempts,
    RemoveCourse,
    RemoveDevice,
    RemoveEmptyLecture,
    RemoveEvidence,
    RemoveFace,
    RemoveFaceLogin,
    RemoveFromRoster,
    RemoveLecture,
    RemovePasskey,
    RemovePin,
    RemovePlatform,
    RemoveRecording,
    RemoveRegistration,
    RemoveSlot,
    RemoveStudent,
    RemoveUnknownDecision,
    RemoveUser,
    RemoveVisits,
    RemoveWebhook,
    RevokeAccessToken,
    RevokeDevice,
    SaveAccountLink,
    SaveAppeal,
    SaveAtRisk,
    SaveCheckIns,
    SaveConsents,
    SaveCourse,
    SaveDevice,
    SaveExternalIds,
    SaveFaceLogin,
    SaveLecture,
    SaveMarks,
    SaveMeeting,
    SaveNotice,
    SavePasskey,
    SavePin,
    SavePlatform,
    SavePlatformCourse,
    SavePost,
    SaveSiteSettings,
    SaveStudent,
    SaveUser,
    SaveWebhook,
    SetTeachers,
    SetUnknownsSwitch,
    TakePairing,
    UnlinkAccount,
    UnlinkCourse,
    UnlinkSignOn,
    UseAccountLink,
    UseRenewedFaces,
    change_set,
    values_of,
)
from attendance.errors import SettingsError
from attendance.ports import Store
from attendance.settings import Settings

_NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}")


class DynamoStore(
    DynamoPreparation,
    DynamoUsers,
    DynamoAccountLinks,
    DynamoSessions,
    DynamoTokens,
    DynamoRequests,
    DynamoCourses,
    DynamoStudents,
    DynamoExternalIds,
    DynamoRenewals,
    DynamoLectures,
    DynamoSearches,
    DynamoMarks,
    DynamoUnknowns,
    DynamoAppeals,
    DynamoLive,
    DynamoLog,
    DynamoSpending,
    DynamoDevices,
    DynamoTimetable,
    DynamoReadings,
    DynamoAlarms,
    DynamoVisits,
    DynamoCheckIns,
    DynamoAudit,
    DynamoSite,
    DynamoOutbox,
    DynamoNotices,
    DynamoRisks,
    DynamoWebhooks,
    DynamoPlatforms,
    DynamoSignIns,
):
    """All that is remembered, in one table."""

    def __init__(self, name: str, client: Any = None, pause: Callable[[float], object] = time.sleep) -> None:
        super().__init__(Table(name, client, pause))

    def commit(self, *parts: Part) -> None:
        """In one transaction, or in steps whose last is one; see docs/store-dynamodb.md."""
        changes = change_set(parts)
        if changes.forget is not None:
            self._forget_names(changes.forget.names)
        last = LastStep(self.table, [*adding_audit(changes.audit), *adding_to_outbox(changes.outbox)])
        for number, change in enumerate(changes.changes, start=1):
            table = last if number == len(changes.changes) == 1 else self.table
            _APPLIED_BY[type(change)](_Parts(table), *values_of(change))
        last.finish()


class _Parts(DynamoStore):
    """The store's methods on a table on which the last transaction takes more along."""

    def __init__(self, table: Table) -> None:
        self.table = table


_APPLIED_BY: Mapping[type, Callable[..., object]] = {
    AddUser: DynamoUsers._add_user,
    SaveUser: DynamoUsers._save_user,
    RemoveUser: DynamoUsers._remove_user,
    AddAccessToken: DynamoTokens._add_access_token,
    RevokeAccessToken: DynamoTokens._revoke_access_token,
    SaveAccountLink: DynamoAccountLinks._save_account_link,
    RemoveAccountLink: DynamoAccountLinks._remove_account_link,
    UseAccountLink: DynamoAccountLinks._use_account_link,
    SaveSiteSettings: DynamoSite._save_site_settings,
    AddCourse: DynamoCourses._add_course,
    SaveCourse: DynamoCourses._save_course,
    RemoveCourse: DynamoLectures._remove_course,
    SetTeachers: DynamoCourses._set_teachers,
    AddToRoster: DynamoCourses._add_to_roster,
    RemoveFromRoster: DynamoCourses._remove_from_roster,
    AddStudent: DynamoStudents._add_student,
    SaveStudent: DynamoStudents._save_student,
    SaveConsents: DynamoStudents._save_consents,
    RemoveStudent: DynamoStudents._remove_student,
    RemoveEvidence: DynamoStudents._remove_evidence,
    AddFace: DynamoFaces._add_face,
    RemoveFace: DynamoFaces._remove_face,
    UseRenewedFaces: DynamoRenewals._use_renewed_faces,
    AddRenewedFace: DynamoRenewals._add_renewed_face,
    AddLecture: DynamoLectures._add_lecture,
    SaveLecture: DynamoLectures._save_lecture,
    RemoveLecture: DynamoLectures._remove_lecture,
    RemoveEmptyLecture: DynamoLectures._remove_empty_lecture,
    AddRecording: DynamoLectures._add_recording,
    RemoveRecording: DynamoLectures._remove_recording,
    AddDevice: DynamoDevices._add_device,
    SaveDevice: DynamoDevices._save_device,
    RemoveDevice: DynamoDevices._remove_device,
    RevokeDevice: DynamoDevices._revoke_device,
    NoteSilence: DynamoDevices._note_silence,
    TakePairing: DynamoDevices._take_pairing,
    OfferPairing: DynamoDevices._offer_pairing,
    AddAlarms: DynamoAlarms._add_alarms,
    AddVisits: DynamoVisits._add_visits,
    NameVisit: DynamoVisits._name_visit,
    RemoveVisits: DynamoVisits._remove_visits,
    AddSlot: DynamoTimetable._add_slot,
    RemoveSlot: DynamoTimetable._remove_slot,
    SaveMarks: DynamoMarks._save_marks,
    FinishSearch: DynamoSearches._finish_search,
    QueueSearch: DynamoSearches._queue_search,
    AddUnknownDecision: DynamoUnknowns._add_unknown_decision,
    RemoveUnknownDecision: DynamoUnknowns._remove_unknown_decision,
    SetUnknownsSwitch: DynamoUnknowns._set_unknowns_switch,
    AddAppeal: DynamoAppeals._add_appeal,
    SaveAppeal: DynamoAppeals._save_appeal,
    SaveMeeting: DynamoLive._save_meeting,
    AddPost: DynamoLive._add_post,
    SavePost: DynamoLive._save_post,
    AddWitness: DynamoLive._add_witness,
    AddNotice: DynamoNotices._add_notice,
    SaveNotice: DynamoNotices._save_notice,
    SaveExternalIds: DynamoExternalIds._save_external_ids,
    SaveAtRisk: DynamoRisks._save_at_risk,
    AddWebhook: DynamoWebhooks._add_webhook,
    SaveWebhook: DynamoWebhooks._save_webhook,
    RemoveWebhook: DynamoWebhooks._remove_webhook,
    AddPlatform: DynamoPlatforms._add_platform,
    SavePlatform: DynamoPlatforms._save_platform,
    RemovePlatform: DynamoPlatforms._remove_platform,
    LinkCourse: DynamoPlatforms._link_course,
    SavePlatformCourse: DynamoPlatforms._save_platform_course,
    UnlinkCourse: DynamoPlatforms._unlink_course,
    LinkAccount: DynamoPlatforms._link_account,
    UnlinkAccount: DynamoPlatforms._unlink_account,
    AddToolKey: DynamoPlatforms._add_tool_key,
    LinkSignOn: DynamoSignIns._link_sign_on,
    UnlinkSignOn: DynamoSignIns._unlink_sign_on,
    AddPasskey: DynamoSignIns._add_passkey,
    SavePasskey: DynamoSignIns._save_passkey,
    RemovePasskey: DynamoSignIns._remove_passkey,
    SaveFaceLogin: DynamoSignIns._save_face_login,
    RemoveFaceLogin: DynamoSignIns._remove_face_login,
    SaveCheckIns: DynamoCheckIns._save_check_ins,
    RecordAttempt: DynamoCheckIns._record_attempt,
    RemoveAttempts: DynamoCheckIns._remove_attempts,
    RemoveRegistration: DynamoCheckIns._remove_registration,
    SavePin: DynamoCheckIns._save_pin,
    RemovePin: DynamoCheckIns._remove_pin,
}
"""Which method applies which change; a new kind of change is one line more."""


_keeps_the_port: type[Store] = DynamoStore  # not a base class: a method that is missing here would be found there


def open_store(url: str, settings: Settings) -> DynamoStore:
    """The store of `dynamodb://TABLE`. Connects to nothing yet. Raises SettingsError."""
    name = url.removeprefix("dynamodb://").rstrip("/")
    if not url.startswith("dynamodb://") or not _NAME.fullmatch(name):
        raise SettingsError("ROLLCALL_STORE must name a table, such as dynamodb://rollcall.")
    return DynamoStore(name)
