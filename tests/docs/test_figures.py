"""Figures of the documentation that the code knows: each is shown with the words around it, as the page must have them.

A figure that changes in the code turns its line red here, and so does a page whose words were changed; then both are
looked at. What was measured is not here: docs/accuracy.md and docs/performance.md are written by what measures.
"""

from __future__ import annotations

import re
from inspect import signature

import pytest

from attendance import passwords, patience
from attendance.adapters.dynamodb import reading_packs, table
from attendance.adapters.dynamodb import table as parallel
from attendance.adapters.huey import jobs as jobs_huey
from attendance.adapters.local import photos as local_photos
from attendance.adapters.rekognition import calls as rekognition_calls
from attendance.adapters.rekognition import faces as rekognition
from attendance.adapters.rekognition import matches as rekognition_lines
from attendance.adapters.rekognition import matches as rekognition_matches
from attendance.adapters.rekognition import photos as rekognition_photos
from attendance.adapters.rekognition import probe as rekognition_probe
from attendance.adapters.rekognition import snapshots as rekognition_snapshot
from attendance.adapters.s3 import lock as s3_lock
from attendance.adapters.s3 import upload_record as s3_upload_record
from attendance.model import Course
from attendance.rules.devices import SILENT_AFTER
from attendance.searching import remote as remote_search
from attendance.searching import searches as search_recording
from attendance.settings import SETTINGS, load_settings
from attendance.use_cases import upkeep as sweep
from attendance.use_cases.devices import devices as calibrate_device
from attendance.use_cases.devices import devices as pair_device
from attendance.use_cases.imports import lists as list_lines
from attendance.use_cases.students import photo_sources
from deploy.aws import build_zip
from device_uploader import backoff, bounds, filming, motion
from device_uploader import settings as device_settings
from face_engine import (
    align,
    closer_look,
    frames,
    identify,
    picture_limits,
    quality,
    search,
    search_worker,
    similarity,
    thresholds,
    track,
    unknowns,
)
from lambda_face_search import deadline, searching
from rekognition_local import (
    face_details,
    job_operations,
    jobs_folder,
    pictures,
    s3_objects,
    search_operations,
    user,
    user_operations,
    videos,
)
from rekognition_local.endpoint import Endpoint, EndpointOptions
from rekognition_local.similarity import similarity as service_similarity
from tests.docs.pages import ROOT
from website import config
from website.uploading import direct

SITE = load_settings({})
USUAL = thresholds.Thresholds()
_OF_COURSE = signature(Course).parameters
LATE_AFTER, LEFT_EARLY = (_OF_COURSE[f"{name}_minutes"].default for name in ("late_after", "left_early"))
NUMBERS = {
    3: "three",
    5: "five",
    8: "eight",
    10: "ten",
    15: "fifteen",
    20: "twenty",
    22: "Twenty-two",
    30: "thirty",
    100: "a hundred",
}


def _default(setting: str) -> str:
    return next(str(one.default) for one in SETTINGS if one.name == setting)


def _mb(size: float) -> str:
    return f"{size / 1e6:g}"


def _mib(size: float) -> str:
    return f"{size / 2**20:g}"


def _at(distance: float) -> str:
    return f"{distance:.2f}"


def _where(is_so: bool, words: str) -> str:
    """For a figure that the page says in words."""
    return words if is_so else f"not: {words}"


def _figures() -> list[tuple[str, str]]:
    return [
        *_of_the_pages_for_users(),
        *_of_the_search(),
        *_of_the_engine(),
        *_of_rekognition(),
        *_of_the_local_endpoint(),
        *_of_aws(),
        *_of_devices(),
    ]


def _of_the_pages_for_users() -> list[tuple[str, str]]:
    most_photo, most_upload = _default("ROLLCALL_MAX_PHOTO_MB"), _default("ROLLCALL_MAX_UPLOAD_GB")
    port = "<http://127.0.0.1:5000>"
    smallest = SITE.smallest_face_px
    return [
        ("README.md", port),
        ("README.md", f"Faces should be {smallest} pixels wide or more"),
        ("docs/photos.md", f"the face at least {quality.REGISTRATION_FACE_PX} pixels wide"),
        ("docs/photos.md", f"below {local_photos.LEAST_FACE_PX} pixels it is refused"),
        ("docs/photos.md", f"up to {most_photo} MB each and {NUMBERS[config.MOST_PHOTOS_PER_FORM]} at a time"),
        ("docs/photos.md", f"**Faces {smallest} pixels wide or more**"),
        ("docs/teachers.md", f"AVI, up to {most_upload} GB"),
        ("docs/teachers.md", f"later than the course allows ({LATE_AFTER} minutes, if it was not changed)"),
        ("docs/teachers.md", f"before the end than the course allows ({LEFT_EARLY} minutes, if it was not changed)"),
        ("docs/teachers.md", _where(sweep.KEEP_UPLOADS.days == 7, "within seven days")),
        ("docs/admins.md", f"at most {_mb(list_lines.MOST_BYTES)} MB and {list_lines.MOST_ROWS:,} lines"),
        (
            "docs/admins.md",
            f"at most {photo_sources.MOST_ENTRIES:,} photos and {photo_sources.MOST_TOTAL_BYTES / 1e9:g} GB",
        ),
        ("docs/admins.md", f"at least {passwords.SHORTEST} characters"),
        ("docs/privacy.md", f"no visit for {_default('ROLLCALL_SESSION_HOURS')} hours, "),
        ("docs/privacy.md", f"{int(_default('ROLLCALL_SESSION_MAX_HOURS')) // 24} days at most (settings)"),
        ("docs/privacy.md", f"{_default('ROLLCALL_READINGS_FULL_DAYS')} days in full, thinned to one a minute"),
        ("docs/privacy.md", f"until {_default('ROLLCALL_READINGS_THINNED_DAYS')} (settings)"),
        ("docs/privacy.md", _where(jobs_huey.SWEEP_EVERY_S == 15, "each sweep (every quarter of a minute)")),
        ("docs/architecture.md", _where(jobs_huey.SWEEP_EVERY_S == 15, "every quarter of a minute")),
        ("docs/architecture.md", f"loses its lease within {search_recording.LEASE.seconds} seconds"),
        ("docs/architecture.md", f"kills its worker {NUMBERS[search_recording.MOST_ATTEMPTS]} times"),
    ]


def _of_the_search() -> list[tuple[str, str]]:
    page = "docs/face-search.md"
    alone = USUAL.accept_among(1)
    twice, many = USUAL.accept_among(40) - USUAL.accept_among(80), USUAL.accept_among(40) - USUAL.accept_among(10**6)
    small = USUAL.accept_distance + thresholds.SMALL_FACES_FARTHER
    return [
        (page, f"the accept threshold ({_at(USUAL.accept_distance)})"),
        (page, f"by the margin ({_at(USUAL.margin)} to {_at(USUAL.margin_among(0.0))})"),
        (page, f"`clear_distance` ({_at(USUAL.clear_distance)})"),
        (page, f"up to `review_distance` ({_at(USUAL.review_distance)})"),
        (page, f"accept threshold is {_at(alone)} where one person is enrolled"),
        (page, f"beyond 40 people nearer by {twice:.3f} for each doubling, at most by {many:.3f}"),
        (page, f"for faces of 32 px and less it is {_at(small)}"),
        (page, f"within {_at(identify.JOIN_DISTANCE)} of that person's own tracks"),
        (page, f"Weak tracks within {_at(identify.POOL_DISTANCE)} of the best"),
        (
            page,
            f"are {thresholds.CHORD:.4f} times the chord between directions, {_at(thresholds.CHORD)} is a chord of 1",
        ),
        (page, f"Overlap of {track.SURE_OVERLAP} and a tiny chip that correlates by {track.SURE_LIKENESS}"),
        (page, f"best shots by quality ({NUMBERS[track.BEST_SHOTS]}, after a coarse look one)"),
        (page, f"average linkage up to {unknowns.SAME_UNKNOWN_DISTANCE:.2f}"),
        (page, f"longer side reduced to {frames.LONGEST_SIDE_PX}"),
        (page, f"some {search.CLIP_FRAMES} pictures"),
        (page, _where(search.FIRST_LOOK_S == 20, "every twenty of a lecture, and at least sixty in all")),
        (page, f"tasks of {closer_look._TASK_S:.0f} seconds"),
        (page, f"fewer than {search._FRAMES_WORTH_CHILDREN} pictures"),
        (page, _where(search._LONGEST_SEGMENT_S == 900, "up to a quarter of an hour")),
        (page, f"after {NUMBERS[int(search_worker.IDLE_S // 60)]} idle minutes"),
    ]


def _of_the_engine() -> list[tuple[str, str]]:
    page = "docs/face-engine.md"
    return [
        (page, f"at most {picture_limits.LONGEST_SIDE_PX} px long"),
        (page, f"a {align.CHIP_PX} x {align.CHIP_PX} chip"),
        (page, f"author's threshold is at distance {similarity.SAME_PERSON_DISTANCE}"),
    ]


def _of_rekognition() -> list[tuple[str, str]]:
    page = "docs/rekognition.md"
    photos, probe = rekognition_photos, rekognition_probe
    return [
        (page, f"DeleteFaces, {rekognition_calls.MOST_DELETED_AT_ONCE} at a time"),
        (page, f"for each face, {rekognition_snapshot.MOST_AT_ONCE} at once"),
        (page, f"at most {probe.MOST_BYTES / 1e9:g} GB and {probe.LONGEST_HOURS} hours"),
        (page, f"at most {_mb(probe.MOST_SNAPSHOT_BYTES)} MB"),
        (
            page,
            f"may have {photos._MOST_JPEG_MEGAPIXELS} megapixels as JPEG ({photos._MOST_SCANNED_MEGAPIXELS} where it "
            f"is progressive or CMYK), {photos._MOST_WEBP_MEGAPIXELS} as WebP or AVIF and "
            f"{photos._MOST_MEGAPIXELS} else",
        ),
        (page, f"held for {remote_search.REMOTE_LEASE.seconds // 60} minutes"),
        (
            page,
            f"after {rekognition._FIRST_WAIT_S:.0f} second, then less and less often, at most every "
            f"{rekognition._LONGEST_WAIT_S:.0f} seconds",
        ),
        (page, f"the mean of the {NUMBERS[rekognition_matches.BEST_FRAMES]} nearest frames"),
        (page, f"unseen for more than {rekognition_matches.LONGEST_BREAK_S:.0f} s"),
        (page, f"| threshold, below which Rekognition says nothing | {_default('ROLLCALL_REKOGNITION_THRESHOLD')} |"),
        (page, f"| accept | {rekognition_lines.ACCEPT:.0f} |"),
        (page, f"| margin | {rekognition_lines.MARGIN:.0f} points |"),
        (page, f"| good frames | {rekognition_lines.LEAST_GOOD_FRAMES}; of a snapshot 1 |"),
        (page, f"`ROLLCALL_PRICE_PER_MINUTE` ({_default('ROLLCALL_PRICE_PER_MINUTE')} USD)"),
        (
            page,
            f"boto3 tries {rekognition_calls._ATTEMPTS} times with growing, random waits, for a page no longer than "
            f"{patience.PEOPLE_WAIT_S:.0f} s",
        ),
    ]


def _of_the_local_endpoint() -> list[tuple[str, str]]:
    page = "docs/rekognition-local.md"
    options = EndpointOptions(ROOT)
    distances = (
        0,
        thresholds.ACCEPT_DISTANCE,
        thresholds.REVIEW_DISTANCE,
        similarity.SAME_PERSON_DISTANCE,
        0.7,
        0.8,
        1,
        1.5,
    )
    shown = " | ".join(f"{distance:.2f}" if distance else "0" for distance in distances)
    matched = " | ".join(f"{service_similarity(distance):.0f}" for distance in distances)
    most_image, most_video = s3_objects.MOST_IMAGE_BYTES, s3_objects.MOST_VIDEO_BYTES
    return [
        (page, f"| `--port` | {options.port} |"),
        (page, f"| `--host` | {options.host} |"),
        (page, f"| `--most-jobs N` | {options.most_jobs} |"),
        (page, f"| `--tokens-last SECONDS` | {options.tokens_last_s:.0f} |"),
        (page, f"| distance | {shown} |"),
        (page, f"| similarity | {matched} |"),
        (
            page,
            f"{_at(thresholds.ACCEPT_DISTANCE)} is the engine's accept threshold and "
            f"{_at(thresholds.REVIEW_DISTANCE)} its review",
        ),
        (page, f"5 MB as bytes, {_mib(most_image)} MB and {most_video / 2**30:g} GB from S3"),
        (page, f"{pictures.LEAST_SIDE_PX} pixels at least, {pictures._MOST_FACES} faces a picture"),
        (page, f"MP4 or MOV, {videos.LONGEST_S / 3600:g} hours"),
        (page, f"pages of at most {job_operations.MOST_RESULTS}"),
        (page, f"results are stored for {jobs_folder.KEPT_S / 86400:g} days"),
        (page, f"defaults: threshold 80, {search_operations.DEFAULT_MOST_MATCHES} faces"),
        (page, f"{user.MOST_FACES} faces a user; threshold {user_operations.ASSOCIATION_THRESHOLD:.0f}"),
        (page, f"narrower than {face_details.LEAST_FACE_PX} pixels"),
    ]


def _of_aws() -> list[tuple[str, str]]:
    template = (ROOT / "deploy/aws/template.yaml").read_text()
    visible_s = int(re.findall(r"VisibilityTimeout: (\d+)", template)[0])
    received = int(re.findall(r"maxReceiveCount: (\d+)", template)[0])
    photo_mb = re.findall(r'ROLLCALL_MAX_PHOTO_MB: "(\d+)"', template)[0]
    lambda_page, s3_page, store_page = "docs/lambda.md", "docs/s3.md", "docs/store-dynamodb.md"
    return [
        (lambda_page, f"comes again after {visible_s // 60} minutes"),
        (lambda_page, f"after {NUMBERS[received]} times lies in the dead-letter queue"),
        (lambda_page, f"`ROLLCALL_MAX_PHOTO_MB={photo_mb}`"),
        (lambda_page, f"the lease lapses after {remote_search.REMOTE_LEASE.seconds // 60} minutes"),
        (lambda_page, f"of the {build_zip.MOST_BYTES / 2**20:g} that Lambda takes"),
        (lambda_page, f"for Python {build_zip.PYTHON}"),
        (lambda_page, f"{NUMBERS[int(deadline.SPARE_S)].capitalize()} seconds before its end"),
        (lambda_page, f"{NUMBERS[int(searching.LEAST_FULL_CALL_S // 60)]} minutes and was not done"),
        (
            s3_page,
            f"Parts have {_mib(s3_upload_record._LEAST_PART_BYTES)} MiB, or more where a file would have over "
            f"{s3_upload_record._MOST_PARTS:,}",
        ),
        (s3_page, f"ends {NUMBERS[int(s3_lock.LEASE_S // 60)]} minutes after its holder died"),
        (s3_page, _where(direct.LINKS_LAST_S == 3600, "A link for a part works for an hour")),
        (store_page, f"Up to {table.MOST_IN_TRANSACTION - reading_packs._FOR_THE_PACK} readings of one hour"),
        (store_page, f"a pack of up to {table.MOST_IN_TRANSACTION - reading_packs._FOR_THE_PACK} readings"),
        (store_page, f"run at most {parallel.PARALLEL} at once"),
        (store_page, f"a batch {table._MOST_READ} items"),
        (store_page, f"{NUMBERS[table._ATTEMPTS]} times, after a random wait"),
        (store_page, f"for a page after at most {patience.PEOPLE_WAIT_S:.0f} s"),
    ]


def _of_devices() -> list[tuple[str, str]]:
    page, on_site = "docs/devices.md", "docs/devices-on-the-site.md"
    moved = device_settings.TriggerTable().moved_percent
    across, down = motion.ACROSS * motion.BLOCK_PX, motion.DOWN * motion.BLOCK_PX
    silent, lasts = SILENT_AFTER.seconds // 60, pair_device.CODE_LASTS
    return [
        (page, f"a share of the camera's picture ({moved:g} %)"),
        (page, f"a grey picture of {across}x{down}"),
        (page, _where(filming.STILL_THE_NEWEST_S == 60, "where one is younger than a minute")),
        (page, f"within {NUMBERS[int(filming.STILL_THE_MINUTE_S // 60)]} minutes where the device was off"),
        (page, f"within {backoff.MOST_WAIT_FOR_NETWORK_S:.0f} seconds, at random"),
        (page, f"waits up to {NUMBERS[int(backoff.MOST_WAIT_S // 60)]} minutes at random"),
        (page, f"at most {NUMBERS[bounds.MOST_REFUSED]} are stored"),
        (page, _where(lasts.seconds == 3600, "The code works once, for an hour.")),
        (on_site, f"silent for {NUMBERS[silent]} minutes"),
        (on_site, f"{calibrate_device.PROPOSED_THRESHOLD_C} °C is proposed"),
        (on_site, f"more than {NUMBERS[int(_default('ROLLCALL_DEVICE_OUTBOX_DAYS'))]} days ago"),
    ]


def _in_one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize(("page", "words"), _figures())
def test_the_page_says_what_the_code_does(page: str, words: str) -> None:
    assert _in_one_line(words) in _in_one_line((ROOT / page).read_text())


@pytest.mark.parametrize("measured", ["about 96 in 100", "98 to 99", "about 1 in 10,000", "about 2 in 100"])
def test_the_readme_repeats_what_was_measured_on_people(measured: str) -> None:
    for page in ("README.md", "docs/accuracy.md"):
        assert measured in _in_one_line((ROOT / page).read_text())


def test_the_readme_repeats_how_fast_a_search_was_since_the_vector_model_changed() -> None:
    for page in ("README.md", "docs/performance.md"):
        assert "34 to 38 seconds on two cores" in _in_one_line((ROOT / page).read_text())


def test_the_number_of_operations_is_that_of_the_local_endpoint(tmp_path) -> None:
    with Endpoint(EndpointOptions(tmp_path, port=0)) as endpoint:
        operations = endpoint.operations
    text = (ROOT / "docs/rekognition-local.md").read_text()
    assert f"{NUMBERS[len(operations)]} operations are there" in text
    table = text.partition("| operation | notes |")[2].partition("\n\n")[0]
    assert (
        set(
            re.findall(
                r"\b[A-Z][a-z]+[A-Z]\w+(?=[, |])",
                "\n".join(row.split("|")[1] for row in table.splitlines() if row.count("|") > 2),
            )
        )
        == operations
    )
