"""What the commands of ``attnconn`` do, each from a study file; the parser is `__main__`."""

import re
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from attnconn_assets.assets.catalogue import specs, store_of, tracking_of
from attnconn_assets.building.lost_store import why_store_is_away
from attnconn_assets.building.partitions import add_sessions
from attnconn_assets.building.registering import registrations
from attnconn_assets.building.user_copies import changed_copies, write_copies
from attnconn_assets.instance.home import (
    ensure_home,
    home_folder,
    open_instance,
    settings_notice,
    telemetry_notice,
)
from attnconn_assets.instance.run_locks import announced_command, end_orphans
from attnconn_assets.operation import cleaning
from attnconn_assets.operation.calling import opening
from attnconn_assets.operation.check.check import check as check_study
from attnconn_assets.operation.check.regions import other_regions_than_stored
from attnconn_assets.operation.conclusion import complain, conclude
from attnconn_assets.operation.disks import naming_disks
from attnconn_assets.operation.outcome import Step
from attnconn_assets.operation.runner import materialise_stale
from attnconn_assets.operation.servers.dev import dev
from attnconn_assets.operation.servers.pages import first_pages
from attnconn_assets.output import TITLE, bar
from attnconn_assets.storage import trace
from attnconn_assets.storage.scan_content import changed_scans, files_read
from attnconn_assets.storage.store import Store
from attnconn_assets.storage.verification import Finding, inventory
from attnconn_assets.storage.verification import verify as examined
from attnconn_assets.study.claim import (
    called_before,
    claim,
    claimed_by_another,
    has_results,
    namesake,
    used_otherwise,
)
from attnconn_assets.study.study import Study, load_study
from attnconn_core.errors import InputError, StoreError
from attnconn_core.sources import fetches
from attnconn_core.wording import few_and_more

if TYPE_CHECKING:
    from tqdm import tqdm

__all__ = ["check", "clean", "dev", "opened", "run", "seed", "tell", "verify"]

_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_CHECKED = 1.0  # seconds that a run spends on reading headers before it begins
_SHOWN = 5  # most names in one line
_LINES = 20  # most lines on one topic; the rest is counted


def opened(file: Path) -> Study:
    """Load a study for a command, create Dagster's home if needed, and claim the study's store."""
    home = ensure_home(file)
    study = load_study(file)
    if problem := why_store_is_away(study, file, home):
        raise StoreError(problem)
    former = "" if has_results(study.store_folder) else called_before(study, file)
    with naming_disks(study):
        claim(study, file, home)
    notices = (former, telemetry_notice(home), settings_notice(home), _escape_notice(study))
    for notice in filter(None, notices):
        print(f"attnconn: {notice}", file=sys.stderr)
    return study


def _escape_notice(study: Study) -> str:
    """Return a notice if MLflow can't load models from the folder that a study tracks in."""
    folder = study.tracking_folder.resolve()
    if not _ESCAPE.search(str(folder)):
        return ""
    return (
        f"{folder} holds a percent sign and two digits, which MLflow takes for another character: "
        "it can't load models from there. Rename the folder"
    )


def check(file: Path) -> int:
    """Print errors, warnings and the plan of a study; write nothing. Return the exit status."""
    study, home = load_study(file), home_folder(file)
    print(f"Study {study.name}: {study.title}")
    findings = check_study(study)
    findings.warnings += filter(None, (called_before(study, file), _escape_notice(study)))
    if problem := claimed_by_another(study, file, home) or used_otherwise(study, file):
        findings.errors.append(problem)
    elif problem := namesake(study, file):
        findings.warnings.append(problem)
    if problem := why_store_is_away(study, file, home):
        findings.errors.append(problem)
    print(*findings.lines(), sep="\n")
    return 1 if findings.errors else 0


def clean(file: Path, *, every: bool, asked: bool) -> int:
    """Remove the results of a study, or of all that Dagster knows, if the user agrees."""
    home = ensure_home(file)
    chosen, unknown = cleaning.studies_of(home) if every else ({file: load_study(file)}, {})
    for name, why in unknown.items():
        print(
            f"attnconn: {name} is kept, because its study file can't be read: {why}",
            file=sys.stderr,
        )
    for study_file, study in chosen.items():
        if problem := claimed_by_another(study, study_file, home):
            raise InputError(f"nothing was removed: {problem}")
    if not chosen:
        print("There is nothing to remove")
        return 1 if unknown else 0
    print("These stores would be removed, with all runs, registered models and history:")
    for study in chosen.values():
        print(f"  {study.name}: {study.store_folder}")
    if not asked and not _agrees():
        print("Nothing was removed")
        return 1
    with open_instance() as instance:
        for study in chosen.values():
            print(*cleaning.clean(study, instance, home).lines(), sep="\n")
            if study.automation.request_runs or study.automation.nightly:
                print("  Its `automation` is on: `attnconn dev` would make its results again")
    return 1 if unknown else 0


def _agrees() -> bool:
    try:
        return input("Remove it? Write yes: ").strip().lower() in ("y", "yes")
    except EOFError:  # input isn't a terminal
        return False


def seed(study: Study) -> int:
    """Add the study's sessions to Dagster as partitions."""
    with open_instance() as instance:
        end_orphans(instance)
        listing = study.make_source().listing()
        new = add_sessions(study, instance, listing.sessions, deleted_too=True)
    print(f"{study.name}: {len(new)} new sessions")
    complain("isn't a session:", {name: str(why) for name, why in listing.refused.items()})
    return 0


def tell(study: Study, what: str) -> int:
    """Print the scans behind a result, or the results of a scan."""
    store = store_of(study)
    for line in trace.trace_lines(store, tracking_of(study).result_of(what) or what):
        print(line)
    return 0


def verify(study: Study, repair: bool, scans: bool = False) -> int:
    """Hash all stored files, and print those that are damaged or that no manifest names.

    If `scans`, also hash what the series were read from.
    """
    store = store_of(study)
    places = inventory(store)
    files = files_read(store) if scans else {}
    with bar(len(places) + len(files), "verify") as progress:
        findings = list(examined(store, places, repair=repair, looked_at=progress.update))
        replaced = list(changed_scans(files, progress.update))
    findings += _examined_models(study, store, places, repair)
    for finding in (*findings, *replaced):
        print(f"{finding.what:10} {finding.where}{f'  {finding.why}' if finding.why else ''}")
    copies = (write_copies if repair else changed_copies)(specs(study), store)
    for place in copies:
        then = "written again" if repair else "`attnconn run` or --repair writes it again"
        print(f"{'copy':10} {place}  was missing or changed; {then}")
    print(_verdict(len(places), findings, repair))
    if scans:
        print(f"{len(files)} files of scans, {len(replaced) or 'none'} replaced unnoticed")
    if foreign := cleaning.foreign_in_store(study):
        names = few_and_more([path.relative_to(study.store_folder) for path in foreign], _SHOWN)
        print(f"Not written by attnconn, and left alone: {names}")
    wrong = any(finding.what == "damaged" or not finding.repaired for finding in findings)
    return int(wrong or bool(replaced) or bool(copies and not repair))


def _examined_models(
    study: Study, store: Store, places: Sequence[tuple[str, str]], repair: bool
) -> list[Finding]:
    """Check whether MLflow can load the model versions that the study has registered."""
    entries = filter(None, (store.readable(*place) for place in places))
    known = list(registrations(study.name, store, entries))
    names = {registration.name for registration in known}
    stored = {registration.tags["sha256"] for registration in known}
    return tracking_of(study).verify_models(names, stored, repair=repair)


def _verdict(n_places: int, findings: Sequence[Finding], repair: bool) -> str:
    """Return a summary of the findings, and what to do."""
    counts = Counter(finding.what for finding in findings)
    summary = ", ".join(f"{counts[what]} {what}" for what in ("damaged", "orphan", "abandoned"))
    if not findings:
        return f"{n_places} partitions, all intact"
    lines = [f"{n_places} partitions: {summary}"]
    left = [finding for finding in findings if not finding.repaired]
    if not repair:
        lines.append("`attnconn verify --repair` marks damaged results and removes the other files")
    elif left:
        lines.append(f"{len(left)} of these couldn't be repaired: is the store read-only?")
    if counts["damaged"] > sum(finding.what == "damaged" for finding in left):
        lines.append("Damaged results are marked: `attnconn run` makes them again")
    return "\n".join(lines)


def run(study: Study, file: Path) -> int:
    """Make what is missing or stale, and print the scores. Return the exit status."""
    source = study.make_source()
    print(f"Study {study.name}: {study.title}")
    if source.notice:
        print(source.notice)
    print(
        f"Results are stored in {study.store_folder}, MLflow runs in {study.tracking_folder}, "
        f"Dagster runs in {home_folder()}"
    )
    if fetches(source):
        print(f"Data: {source.fetch()}")
    findings = check_study(study, seconds=_CHECKED)
    for line in filter(None, (*findings.errors, other_regions_than_stored(study, source))):
        print(f"  {line}", file=sys.stderr)
    started = time.monotonic()
    with (
        open_instance() as instance,
        announced_command(instance, study.name),
        Progress() as progress,
    ):
        outcome = materialise_stale(
            study, instance, progress, blocked=findings.blocked, inapplicable=findings.inapplicable
        )
    conclude(study, outcome, time.monotonic() - started)
    pages = first_pages("http://127.0.0.1:3000", study.tracking_page)
    print(f"Browse   {opening(file)}  ({', '.join(pages)})")
    return 1 if outcome.failed or outcome.waiting else 0


class Progress:
    """A bar per asset; where the output isn't a terminal, a line when it is made."""

    def __enter__(self) -> "Progress":
        self._bar: "tqdm | None" = None
        self._step: Step | None = None
        self._made = 0
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def step(self, step: Step) -> None:
        """Start the bar of the next asset."""
        self._close()
        if step.to_make == 0:
            standing = f"up to date ({step.standing})" if step.standing else ""
            waiting = f"cannot be made ({step.waiting}), see below" if step.waiting else ""
            status = ", ".join(filter(None, [standing, waiting])) or "nothing to make"
            print(f"{step.title:{TITLE}} {status}")
            return
        self._step, self._made = step, 0
        self._bar = bar(step.to_make, step.title, "{postfix}")

    def made(self) -> None:
        """Advance the bar by one partition."""
        self._made += 1
        if self._bar is not None:
            self._bar.update()

    def said(self, message: str) -> None:
        """Show an asset's progress message after its bar."""
        if self._bar is not None:
            self._bar.set_postfix_str(message[:60])

    def _close(self) -> None:
        if self._bar is None or self._step is None:
            return
        if self._bar.disable:
            made = f"made {self._made} of {self._step.to_make}"
            print(f"{self._step.title:{TITLE}} {made}", flush=True)
        self._bar.close()
        self._bar = None
