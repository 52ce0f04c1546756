"""The Store on SQLAlchemy: SQLite in WAL mode by default, and by URL MariaDB and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import groupby

from attendance.adapters.sql.account_links import SqlAccountLinks, SqlSite
from attendance.adapters.sql.appeals import SqlAppeals
from attendance.adapters.sql.audit import SqlAudit
from attendance.adapters.sql.check_ins import SqlCheckIns
from attendance.adapters.sql.connection import make_engine
from attendance.adapters.sql.courses import SqlCourses
from attendance.adapters.sql.devices import SqlDevices, SqlTimetable
from attendance.adapters.sql.external import SqlExternalIds
from attendance.adapters.sql.lectures import SqlLectures
from attendance.adapters.sql.live import SqlLive
from attendance.adapters.sql.log import SqlLog
from attendance.adapters.sql.marks import SqlMarks
from attendance.adapters.sql.notices import SqlNotices
from attendance.adapters.sql.outbox import SqlOutbox
from attendance.adapters.sql.platforms import SqlPlatforms
from attendance.adapters.sql.preparing import SqlPreparation, SqlPurging
from attendance.adapters.sql.readings import SqlAlarms, SqlReadings
from attendance.adapters.sql.risks import SqlRisks
from attendance.adapters.sql.searches import SqlSearches, SqlSpending
from attendance.adapters.sql.sign_ins import SqlSignIns
from attendance.adapters.sql.students import SqlRenewals, SqlStudents
from attendance.adapters.sql.tokens import SqlRequests, SqlTokens
from attendance.adapters.sql.unknowns import SqlUnknowns
from attendance.adapters.sql.users import SqlSessions, SqlUsers
from attendance.adapters.sql.visits import SqlVisits
from attendance.adapters.sql.webhooks import SqlWebhooks
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
from attendance.ports import Store
from attendance.settings import Settings


class SqlStore(
    SqlPreparation,
    SqlPurging,
    SqlUsers,
    SqlAccountLinks,
    SqlSessions,
    SqlTokens,
    SqlRequests,
    SqlCourses,
    SqlStudents,
    SqlExternalIds,
    SqlRenewals,
    SqlLectures,
    SqlSearches,
    SqlUnknowns,
    SqlAppeals,
    SqlLive,
    SqlLog,
    SqlSpending,
    SqlDevices,
    SqlTimetable,
    SqlReadings,
    SqlAlarms,
    SqlVisits,
    SqlCheckIns,
    SqlAudit,
    SqlSite,
    SqlOutbox,
    SqlNotices,
    SqlRisks,
    SqlWebhooks,
    SqlPlatforms,
    SqlSignIns,
):
    """All that is remembered, in one SQL database."""

    def commit(self, *parts: Part) -> None:
        """In one transaction."""
        changes = change_set(parts)
        with self._together():
            for kind, run in groupby(changes.changes, type):
                alike = [values_of(change) for change in run]
                if len(alike) > 1 and kind in _APPLIED_TOGETHER:
                    _APPLIED_TOGETHER[kind](self, alike)
                    continue
                for values in alike:
                    _APPLIED_BY[kind](self, *values)
            if changes.forget is not None:
                self._forget_names(changes.forget.names)
            for entry in changes.audit:
                self._add_audit(entry)
            self._add_to_outbox(changes.outbox)


_APPLIED_BY: Mapping[type, Callable[..., object]] = {
    AddUser: SqlUsers._add_user,
    SaveUser: SqlUsers._save_user,
    RemoveUser: SqlUsers._remove_user,
    AddAccessToken: SqlTokens._add_access_token,
    RevokeAccessToken: SqlTokens._revoke_access_token,
    SaveAccountLink: SqlAccountLinks._save_account_link,
    RemoveAccountLink: SqlAccountLinks._remove_account_link,
    UseAccountLink: SqlAccountLinks._use_account_link,
    SaveSiteSettings: SqlSite._save_site_settings,
    AddCourse: SqlCourses._add_course,
    SaveCourse: SqlCourses._save_course,
    RemoveCourse: SqlCourses._remove_course,
    SetTeachers: SqlCourses._set_teachers,
    AddToRoster: SqlCourses._add_to_roster,
    RemoveFromRoster: SqlCourses._remove_from_roster,
    AddStudent: SqlStudents._add_student,
    SaveStudent: SqlStudents._save_student,
    SaveConsents: SqlStudents._save_consents,
    RemoveStudent: SqlStudents._remove_student,
    RemoveEvidence: SqlStudents._remove_evidence,
    AddFace: SqlStudents._add_face,
    RemoveFace: SqlStudents._remove_face,
    UseRenewedFaces: SqlRenewals._use_renewed_faces,
    AddRenewedFace: SqlRenewals._add_renewed_face,
    AddLecture: SqlLectures._add_lecture,
    SaveLecture: SqlLectures._save_lecture,
    RemoveLecture: SqlLectures._remove_lecture,
    RemoveEmptyLecture: SqlLectures._remove_empty_lecture,
    AddRecording: SqlLectures._add_recording,
    RemoveRecording: SqlLectures._remove_recording,
    AddDevice: SqlDevices._add_device,
    SaveDevice: SqlDevices._save_device,
    RemoveDevice: SqlDevices._remove_device,
    RevokeDevice: SqlDevices._revoke_device,
    NoteSilence: SqlDevices._note_silence,
    TakePairing: SqlDevices._take_pairing,
    OfferPairing: SqlDevices._offer_pairing,
    AddAlarms: SqlAlarms._add_alarms,
    AddVisits: SqlVisits._add_visits,
    NameVisit: SqlVisits._name_visit,
    RemoveVisits: SqlVisits._remove_visits,
    AddSlot: SqlTimetable._add_slot,
    RemoveSlot: SqlTimetable._remove_slot,
    SaveMarks: SqlMarks._save_marks,
    FinishSearch: SqlSearches._finish_search,
    QueueSearch: SqlSearches._queue_search,
    AddUnknownDecision: SqlUnknowns._add_unknown_decision,
    RemoveUnknownDecision: SqlUnknowns._remove_unknown_decision,
    SetUnknownsSwitch: SqlUnknowns._set_unknowns_switch,
    AddAppeal: SqlAppeals._add_appeal,
    SaveAppeal: SqlAppeals._save_appeal,
    SaveMeeting: SqlLive._save_meeting,
    AddPost: SqlLive._add_post,
    SavePost: SqlLive._save_post,
    AddWitness: SqlLive._add_witness,
    AddNotice: SqlNotices._add_notice,
    SaveNotice: SqlNotices._save_notice,
    SaveExternalIds: SqlExternalIds._save_external_ids,
    SaveAtRisk: SqlRisks._save_at_risk,
    AddWebhook: SqlWebhooks._add_webhook,
    SaveWebhook: SqlWebhooks._save_webhook,
    RemoveWebhook: SqlWebhooks._remove_webhook,
    AddPlatform: SqlPlatforms._add_platform,
    SavePlatform: SqlPlatforms._save_platform,
    RemovePlatform: SqlPlatforms._remove_platform,
    LinkCourse: SqlPlatforms._link_course,
    SavePlatformCourse: SqlPlatforms._save_platform_course,
    UnlinkCourse: SqlPlatforms._unlink_course,
    LinkAccount: SqlPlatforms._link_account,
    UnlinkAccount: SqlPlatforms._unlink_account,
    AddToolKey: SqlPlatforms._add_tool_key,
    LinkSignOn: SqlSignIns._link_sign_on,
    UnlinkSignOn: SqlSignIns._unlink_sign_on,
    AddPasskey: SqlSignIns._add_passkey,
    SavePasskey: SqlSignIns._save_passkey,
    RemovePasskey: SqlSignIns._remove_passkey,
    SaveFaceLogin: SqlSignIns._save_face_login,
    RemoveFaceLogin: SqlSignIns._remove_face_login,
    SaveCheckIns: SqlCheckIns._save_check_ins,
    RecordAttempt: SqlCheckIns._record_attempt,
    RemoveAttempts: SqlCheckIns._remove_attempts,
    RemoveRegistration: SqlCheckIns._remove_registration,
    SavePin: SqlCheckIns._save_pin,
    RemovePin: SqlCheckIns._remove_pin,
}
"""Which method applies which change; a new kind of change is one line more."""

_APPLIED_TOGETHER: Mapping[type, Callable[..., object]] = {
    AddStudent: SqlStudents._add_students,
    AddUser: SqlUsers._add_users,
}
"""Which method applies many changes of a kind that follow each other, in a few statements, as imports make them."""


_keeps_the_port: type[Store] = SqlStore  # not a base class: a method that is missing here would be found there


def open_store(url: str, settings: Settings) -> SqlStore:
    """The store at a database URL. Connects to nothing yet. Raises SettingsError."""
    return SqlStore(make_engine(url))
