"""flask faces: which engine made the faces, and enrolling all photos anew with another."""

from __future__ import annotations

import click

from attendance.errors import NotFound, SearchStopped
from attendance.services import Services
from attendance.use_cases.students.reindexing import Reindexing, outdated_faces, reindex_faces
from attendance.use_cases.students.removing import forget_strays
from website.commands.plain_errors import FAILED, Commands
from website.commands.progress import counting_bar
from website.commands.text_table import text_table
from website.current import current_services

faces = Commands("faces", help="Face vectors and the engine that makes them.")


@faces.command("status")
def status() -> None:
    """Show which engines enrolled how many photos, and whether searches wait for that."""
    services = current_services()
    engine = services.faces.name
    counts = {one.engine: one for one in services.store.engine_counts()}
    rows = [[name, str(one.faces), str(one.renewed)] for name, one in counts.items()]
    if engine not in counts:
        rows.append([engine, "0", "0"])
    click.echo(text_table(["Engine", "In use", "Anew"], [_marked(row, engine) for row in rows], numbers={1, 2}))
    outdated = outdated_faces(services)
    click.echo(f"\n{outdated.sentence if outdated else 'Searches can compare all photos.'}")


@faces.command("reindex")
@click.option("--skip-missing", is_flag=True, help="Go on without photos that this engine cannot use.")
@click.pass_context
def reindex(ctx: click.Context, skip_missing: bool) -> None:
    """Enrol all stored photos anew with the engine of the settings.

    The old vectors stay in use until the last photo is through. Stopped or killed, the same command goes on from there.
    """
    services = current_services()
    try:
        with counting_bar("enrolling photos anew") as show:
            done = reindex_faces(services, skip_missing=skip_missing, progress=show)
    except KeyboardInterrupt as stopped:
        raise SearchStopped("Stopped. The old vectors are in use; the same command goes on from here.") from stopped
    if done.unusable:
        click.echo(_unusable(services, done) + "\n")
    click.echo(_outcome(done))
    if not done.complete:
        ctx.exit(FAILED)


@faces.command("forget-strays")
def forget() -> None:
    """Make a face service forget faces that no photo here names, as a process leaves that is killed while it enrols.

    The service's collection must be of this site alone. It takes two minutes where there are any.
    """
    services = current_services()
    click.echo("looking for faces that no photo names", err=True)
    count = forget_strays(services)
    click.echo("Every face is of a photo." if not count else f"Forgotten: {count}.")


def _marked(row: list[str], engine: str) -> list[str]:
    return [f"{row[0]} (of the settings)", *row[1:]] if row[0] == engine else row


def _outcome(done: Reindexing) -> str:
    photos = "1 photo" if len(done.unusable) == 1 else f"{len(done.unusable)} photos"
    if not done.complete:
        return (
            f"{photos} cannot be used by {done.engine}, so the old vectors stay in use. Remove or replace these photos "
            "and run this again, or go on without them with --skip-missing."
        )
    without = f", but for {photos}; who has no other can only be marked by hand" if done.unusable else ""
    return (
        f"All photos are enrolled by {done.engine} now{without}. "
        "Start the site and its workers again if they run with other settings."
    )


def _unusable(services: Services, done: Reindexing) -> str:
    rows = []
    for one in done.unusable:
        day = one.face.created_at.date().isoformat()
        rows.append([one.face.student_id, _name(services, one.face.student_id), day, one.reason.sentence])
    return text_table(["Id", "Name", "Photo of", "Reason"], rows)


def _name(services: Services, student_id: str) -> str:
    try:
        return services.store.student(student_id).name
    except NotFound:  # removed a moment ago
        return ""
