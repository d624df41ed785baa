"""The conclusion of a run: what was made, what wasn't and why, and the scores."""

import sys
from collections.abc import Collection, Iterator, Mapping

from attnconn_assets.assets.catalogue import specs, store_of
from attnconn_assets.assets.report.further_scores import further_score_text
from attnconn_assets.assets.report.headline_table import scores_text
from attnconn_assets.assets.report.specs import report_path
from attnconn_assets.assets.scores.specs import scored
from attnconn_assets.building.cohort import left_out_by_rules, removed_sessions
from attnconn_assets.building.likeness import suspicious_beside_others, unlike_others
from attnconn_assets.building.motion import motion_beside_others
from attnconn_assets.building.narrowed import NARROWED, off_the_table
from attnconn_assets.building.partitions import deletion_in_words
from attnconn_assets.building.recorded import recorded_facts
from attnconn_assets.building.user_copies import write_copies
from attnconn_assets.operation.outcome import Outcome
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.storage.formats import read_table
from attnconn_assets.storage.store import Store
from attnconn_assets.storage.suspicions import suspicions_of
from attnconn_assets.study.study import Study
from attnconn_core.records import subject_of
from attnconn_core.scoring import Comparable
from attnconn_core.sources import DESIGN_LABELS, nearly_one_subject
from attnconn_core.wording import agreeing, few_and_more, told_once

__all__ = ["complain", "conclude"]

_SHOWN = 5  # most names in one line
_LINES = 20  # most lines on one topic; the rest is counted


def conclude(study: Study, outcome: Outcome, seconds: float) -> None:
    """Print the outcome of a run: counts, failures, partitions not made, and the scores."""
    print(
        f"\n{outcome.made} partitions made, {outcome.standing} up to date, "
        f"{len(outcome.failed)} failed, in {seconds:.0f} s"
    )
    if again := outcome.again_in_words():
        print(f"  {again}")
    for line in (*outcome.heals(), *outcome.failures(), *outcome.waits()):
        print(f"  {line}", file=sys.stderr)
    complain("isn't made:", outcome.inapplicable)
    complain("isn't a session:", outcome.refused)
    for line in filter(None, (deletion_in_words(study, outcome.deleted), *outcome.moved)):
        print(f"  {line}", file=sys.stderr)
    store = store_of(study)
    aside = off_the_table(study, store)
    complain("isn't there any more:", _removed(study, store, outcome, aside))
    if aside:
        print(
            f"  stored results of {few_and_more(sorted(aside), _SHOWN)} stay, and group results "
            f"are made without them: {NARROWED}",
            file=sys.stderr,
        )
    _complain_of_sessions(study, outcome, store)
    _print_scores(study, outcome, store)


def _complain_of_sessions(study: Study, outcome: Outcome, store: Store) -> None:
    """Print which sessions are left out or suspicious, and why."""
    sessions = store.partitions("time_series")
    # Sessions whose scan was removed, and those the study excludes, aren't compared with others.
    compared = [
        key
        for key in sessions
        if (outcome.sessions is None or key in outcome.sessions) and not study.exclude.names(key)
    ]
    facts = recorded_facts(store, "time_series", compared)
    left_out = unlike_others(facts)
    complain("is left out:", left_out)
    if alike := nearly_one_subject(subject_of(key) for key in sessions):
        print(f"  {alike}", file=sys.stderr)
    if nobody := study.exclude.names_nobody(sessions):
        print(
            f"  {nobody}: correct it, or keep it to stay without that subject if its scans return",
            file=sys.stderr,
        )
    complain("is suspicious:", suspicions_of(store, store.partitions("quality")))
    kept = {key: recorded for key, recorded in facts.items() if key not in left_out}
    complain("is suspicious:", suspicious_beside_others(kept))
    of_quality = recorded_facts(store, "quality", sessions)
    complain("is suspicious:", motion_beside_others(of_quality, study.exclude))
    _say_whom_rules_leave_out(left_out_by_rules(study, store, sessions), len(sessions))
    if kept_results := _kept_of_excluded(study, store):
        print(f"  {kept_results}", file=sys.stderr)


def _print_scores(study: Study, outcome: Outcome, store: Store) -> None:
    """Print the table of the stored report and where the page is, if there is one."""
    entry = store.readable("report", WHOLE)
    if entry is None:
        return
    if "report of all" in outcome.waiting or "report of all" in outcome.failed:
        print("\nThe report could not be made: the scores below are those of the previous report.")
    if "chance" not in entry.facts:
        print("\nThe stored report was made by an older version; its table can't be shown here.")
        return
    rows, cells = (
        read_table(store.path(entry, f"{name}.parquet")) for name in ("headline", "cells")
    )
    print(f"\n{scores_text(DESIGN_LABELS[study.make_source().design], rows, cells, entry.facts)}")
    if further := "\n".join(_further_scores(study, store)):
        print(f"\n{further}")
    for place in write_copies(specs(study), store):
        print(f"\n{place} was missing or changed, and is written again from the store")
    print(f"\nReport   {report_path(study)}")


def _further_scores(study: Study, store: Store) -> Iterator[str]:
    """Yield a line for each score that is made and on which methods aren't compared."""
    for score in scored(study):
        entry = store.readable(score.name, WHOLE)
        if entry is not None and not isinstance(score, Comparable):
            table = read_table(store.path(entry, "scores.parquet"))
            yield further_score_text(score.label, table)


def complain(what: str, reasons: Mapping[str, str]) -> None:
    """Print one line per reason, with the names it concerns; the first 20 reasons only."""
    groups = told_once(reasons.items())
    for group in groups[:_LINES]:
        who = few_and_more(group.names, _SHOWN)
        print(f"  {who} {agreeing(group.names, what)} {group.message}", file=sys.stderr)
    if more := sum(len(group.names) for group in groups[_LINES:]):
        print(f"  {more} more {agreeing(range(more), what)} …", file=sys.stderr)


def _removed(
    study: Study, store: Store, outcome: Outcome, aside: Collection[str] | None
) -> dict[str, str]:
    """Return the stored sessions whose scans were removed → what that means for the results."""
    if outcome.sessions is None or aside is None:
        return {}
    known = {*outcome.sessions, *outcome.deleted, *aside}
    return dict.fromkeys(
        removed_sessions(study, store, known, outcome.refused),
        "its scan was removed. Its stored results stay; group results are made without it. If that "
        "is intended, name it under exclude.sessions",
    )


def _kept_of_excluded(study: Study, store: Store) -> str:
    """Return a line on stored results of sessions that the study excludes by name; or empty."""
    kept = [key for key in store.partitions("time_series") if study.exclude.names(key)]
    if not kept:
        return ""
    return (
        f"results of {few_and_more(kept, _SHOWN)} from before exclude.sessions named them stay in "
        f"the store and in MLflow; `attnconn trace {kept[0]}` lists them, and docs/faq.md says how "
        "to remove a subject for good"
    )


def _say_whom_rules_leave_out(reasons: Mapping[str, str], n_sessions: int) -> None:
    """Print how many sessions the study excludes, which, and why, in one line."""
    if reasons:
        excluded = few_and_more([f"{key} ({why})" for key, why in reasons.items()], _SHOWN)
        verb = "is" if len(reasons) == 1 else "are"
        print(
            f"  {len(reasons)} of {n_sessions} sessions {verb} left out by the study: {excluded}",
            file=sys.stderr,
        )
