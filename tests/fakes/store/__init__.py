"""A Store in memory that behaves as the SQL store does; the contract suite holds both to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

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
from tests.fakes.store.account_links import FakeAccountLinks, FakeSite
from tests.fakes.store.appeals import FakeAppeals
from tests.fakes.store.check_ins import FakeCheckIns
from tests.fakes.store.devices import FakeAlarms, FakeDevices, FakeReadings, FakeTimetable, FakeVisits
from tests.fakes.store.external import FakeExternalIds
from tests.fakes.store.lectures import FakeLectures, FakeSearches
from tests.fakes.store.live import FakeLive
from tests.fakes.store.marks import FakeAudit, FakeMarks, FakeOutbox
from tests.fakes.store.notices import FakeNotices
from tests.fakes.store.people import FakeCourses, FakeSessions, FakeStudents, FakeUsers
from tests.fakes.store.platforms import FakePlatforms
from tests.fakes.store.renewals import FakeRenewals
from tests.fakes.store.risks import FakeRisks
from tests.fakes.store.sign_ins import FakeSignIns
from tests.fakes.store.spending import FakeSpending
from tests.fakes.store.tokens import FakeRequests, FakeTokens
from tests.fakes.store.unknowns import FakeUnknowns
from tests.fakes.store.webhooks import FakeWebhooks


class FakeStore(
    FakeAccountLinks,
    FakeUsers,
    FakeSessions,
    FakeTokens,
    FakeRequests,
    FakeCourses,
    FakeStudents,
    FakeExternalIds,
    FakeRenewals,
    FakeLectures,
    FakeSearches,
    FakeMarks,
    FakeUnknowns,
    FakeAppeals,
    FakeLive,
    FakeSpending,
    FakeDevices,
    FakeTimetable,
    FakeReadings,
    FakeAlarms,
    FakeVisits,
    FakeCheckIns,
    FakeAudit,
    FakeSite,
    FakeOutbox,
    FakeNotices,
    FakeRisks,
    FakeWebhooks,
    FakePlatforms,
    FakeSignIns,
):
    """All that is remembered, until the test ends."""

    def commit(self, *parts: Part) -> None:
        changes = change_set(parts)
        with self._lock, self._all_or_nothing():
            for change in changes.changes:
                _APPLIED_BY[type(change)](self, *values_of(change))
            if changes.forget is not None:
                self._forget_names(changes.forget.names)
            for entry in changes.audit:
                self._add_audit(entry)
            self._add_to_outbox(changes.outbox)

    def prepare(self) -> None:
        """Nothing to make."""

    def check(self) -> None:
        """Always there."""

    def purge(self) -> bool:
        """It has no files."""
        return True


_APPLIED_BY: Mapping[type, Callable[..., object]] = {
    AddUser: FakeUsers._add_user,
    SaveUser: FakeUsers._save_user,
    RemoveUser: FakeUsers._remove_user,
    AddAccessToken: FakeTokens._add_access_token,
    RevokeAccessToken: FakeTokens._revoke_access_token,
    SaveAccountLink: FakeAccountLinks._save_account_link,
    RemoveAccountLink: FakeAccountLinks._remove_account_link,
    UseAccountLink: FakeAccountLinks._use_account_link,
    SaveSiteSettings: FakeSite._save_site_settings,
    AddCourse: FakeCourses._add_course,
    SaveCourse: FakeCourses._save_course,
    RemoveCourse: FakeCourses._remove_course,
    SetTeachers: FakeCourses._set_teachers,
    AddToRoster: FakeCourses._add_to_roster,
    RemoveFromRoster: FakeCourses._remove_from_roster,
    AddStudent: FakeStudents._add_student,
    SaveStudent: FakeStudents._save_student,
    SaveConsents: FakeStudents._save_consents,
    RemoveStudent: FakeStudents._remove_student,
    RemoveEvidence: FakeStudents._remove_evidence,
    AddFace: FakeStudents._add_face,
    RemoveFace: FakeStudents._remove_face,
    UseRenewedFaces: FakeRenewals._use_renewed_faces,
    AddRenewedFace: FakeRenewals._add_renewed_face,
    AddLecture: FakeLectures._add_lecture,
    SaveLecture: FakeLectures._save_lecture,
    RemoveLecture: FakeLectures._remove_lecture,
    RemoveEmptyLecture: FakeLectures._remove_empty_lecture,
    AddRecording: FakeLectures._add_recording,
    RemoveRecording: FakeLectures._remove_recording,
    AddDevice: FakeDevices._add_device,
    SaveDevice: FakeDevices._save_device,
    RemoveDevice: FakeDevices._remove_device,
    RevokeDevice: FakeDevices._revoke_device,
    NoteSilence: FakeDevices._note_silence,
    TakePairing: FakeDevices._take_pairing,
    OfferPairing: FakeDevices._offer_pairing,
    AddAlarms: FakeAlarms._add_alarms,
    AddVisits: FakeVisits._add_visits,
    NameVisit: FakeVisits._name_visit,
    RemoveVisits: FakeVisits._remove_visits,
    AddSlot: FakeTimetable._add_slot,
    RemoveSlot: FakeTimetable._remove_slot,
    SaveMarks: FakeMarks._save_marks,
    FinishSearch: FakeSearches._finish_search,
    QueueSearch: FakeSearches._queue_search,
    AddUnknownDecision: FakeUnknowns._add_unknown_decision,
    RemoveUnknownDecision: FakeUnknowns._remove_unknown_decision,
    SetUnknownsSwitch: FakeUnknowns._set_unknowns_switch,
    AddAppeal: FakeAppeals._add_appeal,
    SaveAppeal: FakeAppeals._save_appeal,
    SaveMeeting: FakeLive._save_meeting,
    AddPost: FakeLive._add_post,
    SavePost: FakeLive._save_post,
    AddWitness: FakeLive._add_witness,
    AddNotice: FakeNotices._add_notice,
    SaveNotice: FakeNotices._save_notice,
    SaveExternalIds: FakeExternalIds._save_external_ids,
    SaveAtRisk: FakeRisks._save_at_risk,
    AddWebhook: FakeWebhooks._add_webhook,
    SaveWebhook: FakeWebhooks._save_webhook,
    RemoveWebhook: FakeWebhooks._remove_webhook,
    AddPlatform: FakePlatforms._add_platform,
    SavePlatform: FakePlatforms._save_platform,
    RemovePlatform: FakePlatforms._remove_platform,
    LinkCourse: FakePlatforms._link_course,
    SavePlatformCourse: FakePlatforms._save_platform_course,
    UnlinkCourse: FakePlatforms._unlink_course,
    LinkAccount: FakePlatforms._link_account,
    UnlinkAccount: FakePlatforms._unlink_account,
    AddToolKey: FakePlatforms._add_tool_key,
    LinkSignOn: FakeSignIns._link_sign_on,
    UnlinkSignOn: FakeSignIns._unlink_sign_on,
    AddPasskey: FakeSignIns._add_passkey,
    SavePasskey: FakeSignIns._save_passkey,
    RemovePasskey: FakeSignIns._remove_passkey,
    SaveFaceLogin: FakeSignIns._save_face_login,
    RemoveFaceLogin: FakeSignIns._remove_face_login,
    SaveCheckIns: FakeCheckIns._save_check_ins,
    RecordAttempt: FakeCheckIns._record_attempt,
    RemoveAttempts: FakeCheckIns._remove_attempts,
    RemoveRegistration: FakeCheckIns._remove_registration,
    SavePin: FakeCheckIns._save_pin,
    RemovePin: FakeCheckIns._remove_pin,
}
"""Which method applies which change; a new kind of change is one line more."""
