"""What ``attnconn export`` prints."""

import sys
from pathlib import Path

from attnconn_assets.operation.export.exporting import Exported, export_study
from attnconn_assets.operation.export.request import Request
from attnconn_assets.output import bar
from attnconn_assets.study.study import Study
from attnconn_core.wording import agreeing, few_and_more, told_once

__all__ = ["export"]

_SHOWN = 3


def export(study: Study, request: Request, folder: Path) -> int:
    """Export a study, and print what was written and what is missing or stale.

    Returns
    -------
    status
        The exit status: 1 if something is missing or stale.
    """
    with bar(len(request.sessions), "export") as progress:
        outcome = export_study(study, request, folder, progress.update)
    size = sum(outcome.folder.written.values()) / 1e6
    print(
        f"{len(outcome.folder.written)} files ({size:.1f} MB) of {len(outcome.sessions)} "
        f"sessions in {outcome.folder.path}: {', '.join(request.formats)}"
    )
    for alike in told_once(request.gone.items()):
        print(
            f"  not exported: {few_and_more(alike.names, _SHOWN)}, because {alike.message}; "
            "--sessions exports them",
            file=sys.stderr,
        )
    for line in _notes(outcome):
        print(f"  {line}", file=sys.stderr)
    state = outcome.state
    return 1 if state.missing or state.stale or outcome.refused else 0


def _notes(outcome: Exported) -> list[str]:
    """Return lines on what was removed, and on what is missing or stale."""
    folder, state = outcome.folder, outcome.state
    lines = []
    if folder.removed:
        lines.append(f"removed from the earlier export: {few_and_more(folder.removed, _SHOWN)}")
    if folder.overwritten:
        lines.append(
            "written again, although they were changed since the earlier export: "
            f"{few_and_more(folder.overwritten, _SHOWN)}"
        )
    if folder.changed:
        lines.append(
            "kept from the earlier export, because they were changed since: "
            f"{few_and_more(folder.changed, _SHOWN)}"
        )
    lines += [
        f"missing: {few_and_more(alike.names, _SHOWN)} {agreeing(alike.names, alike.message)}"
        for alike in told_once(state.missing.items())
    ]
    lines += [
        "not exported, because it isn't stored, and the study excludes the session: "
        f"{few_and_more(alike.names, _SHOWN)} ({alike.message})"
        for alike in told_once(state.left_out.items())
    ]
    if state.stale:
        lines.append(
            "exported, but stale: today's code, settings or inputs differ from those of "
            f"{few_and_more(state.stale, _SHOWN)}"
        )
    if state.aside:
        lines.append(
            f"exported as stored: {few_and_more(state.aside, _SHOWN)}, which the study has no scan "
            "of today, or its table of subjects (subjects) doesn't name: `attnconn run` doesn't "
            "make their results again, so they may be of earlier code or settings"
        )
    lines += [f"not exported: {name}: {why}" for name, why in outcome.refused.items()]
    if state.missing or state.stale or outcome.refused:
        lines.append("`attnconn run` makes what is missing or stale")
    if state.unknown:
        lines.append(
            "whether the results are up to date isn't known, nor which sessions were removed or "
            f"renamed: {state.unknown}"
        )
    return lines
