"""The command line: `run`, `check`, `dev`, `methods` and others; see `_parser`.

Arguments are parsed before any slow import, so that help and usage errors appear at once.
"""

import argparse
import importlib.metadata
import io
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from attnconn_assets.environment import require_own_environment
from attnconn_assets.output import can_be_written
from attnconn_assets.study.selection import default_study, study_file
from attnconn_assets.study.shipped import shipped_names
from attnconn_core.errors import AttnconnError, StudyError
from attnconn_core.extras import import_extra

if TYPE_CHECKING:
    from attnconn_assets.study.study import Study

__all__ = ["main"]

# Libraries of the platform that commands import when they first need them.
_USED_LATER = ("dagster_webserver", "jinja2", "mlflow", "safetensors", "torch")

# Commands of which nothing is lost if their output isn't read to the end.
_ONLY_PRINT = frozenset({"methods", "keys", "trace", "check"})

# What an interruption leaves; of other commands, what is finished is kept.
_INTERRUPTED = {"clean": "some may be removed already: `attnconn clean` removes the rest"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status."""
    options = _parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):  # a terminal may lack a character, such as †
        if isinstance(stream, io.TextIOWrapper):
            # Lines of both streams that go into one file stay in order.
            stream.reconfigure(errors="replace", line_buffering=True)
    try:
        require_own_environment(sys.argv[0])
        given = options.study if "study" in options else default_study()
        return _command(options, study_file(given))
    except AttnconnError as error:
        print(f"attnconn: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader has closed the pipe, as `head` does
        _drop_output()
        if options.command in _ONLY_PRINT:
            return 0
        print(
            f"attnconn: what reads the output of `attnconn {options.command}` has closed it, so "
            "the command ended; finished partitions are kept",
            file=sys.stderr,
        )
        return 1
    except OSError as error:
        if isinstance(error, PermissionError) and error.filename:
            print(f"attnconn: {_no_permission(error)}", file=sys.stderr)
            return 1
        if can_be_written(sys.stdout):
            raise
        _drop_output()
        kept = "" if options.command in _ONLY_PRINT else "; finished partitions are kept"
        print(
            f"attnconn: the output of `attnconn {options.command}` can't be written "
            f"({error.strerror}){kept}. Send it elsewhere, and run again",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C finds nothing to interrupt
        what = _INTERRUPTED.get(options.command, "finished partitions are kept")
        print(f"\nattnconn: interrupted; {what}", file=sys.stderr)
        return 130


def _no_permission(error: PermissionError) -> str:
    return (
        f"{error.filename}: must be readable and writable by you, but the system refuses "
        f"({error.strerror}). Change its permissions, or ask its owner; `check`, `trace` and "
        "`export` need no permission to write in a study's folders"
    )


def _drop_output() -> None:
    """Send what is still to be printed nowhere, so that it raises no second error at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _command(options: argparse.Namespace, file: Path) -> int:
    if options.command == "dev":
        print("Dagster and MLflow are starting (up to a minute) …", flush=True)
    if options.command == "methods":
        return _methods(options.method)
    what = f"`attnconn {options.command}`"
    if options.command == "keys":
        import_extra("attnconn_assets.study.keys", "platform", what)
        return _keys(options.word, options.schema)
    import_extra("attnconn_assets.commands", "platform", what, later=_USED_LATER)
    from attnconn_assets import commands

    if options.command == "init":
        return _init(options)
    if options.command == "check":
        return commands.check(file)
    if options.command == "clean":
        return commands.clean(file, every=options.all, asked=options.yes)
    from attnconn_assets.operation.disks import naming_disks

    study = commands.opened(file)
    with naming_disks(study):
        return _of_study(options, study, file)


def _init(options: argparse.Namespace) -> int:
    import yaml

    from attnconn_assets.operation.draft.draft import draft_study

    keys = {}
    for given in options.set:
        name, equals, value = given.partition("=")
        if not equals:
            raise StudyError(f"--set must be KEY=VALUE; got {given}")
        keys[name.strip()] = yaml.safe_load(value)
    draft = draft_study(Path(options.folder), options.output, options.source, keys)
    print(*draft.findings.lines(), sep="\n")
    wrong = bool(draft.findings.errors)
    then = "check   (when the errors are corrected)" if wrong else "run"
    print(f"\nWritten: {draft.file}\nNext:    attnconn --study {draft.file} {then}")
    return int(wrong)


def _methods(name: str | None) -> int:
    from attnconn_core.connectivity.method_text import method_text, methods_text

    print(methods_text() if name is None else method_text(name))
    return 0


def _keys(word: str | None, schema: str | None) -> int:
    from attnconn_assets.study.key_text import keys_text
    from attnconn_assets.study.schema import experiment_schema, study_schema

    if schema is None:
        print(keys_text(word))
    else:
        of = experiment_schema if schema == "experiment" else study_schema
        print(json.dumps(of(), indent=1, ensure_ascii=False))
    return 0


def _of_study(options: argparse.Namespace, study: "Study", file: Path) -> int:
    from attnconn_assets import commands

    match options.command:
        case "run":
            return commands.run(study, file)
        case "seed":
            return commands.seed(study)
        case "dev":
            return commands.dev(study, file, options.dagster_port, options.mlflow_port)
        case "verify":
            return commands.verify(study, options.repair, options.scans)
        case "export":
            return _export(study, options)
        case _:
            return commands.tell(study, options.what)


def _export(study: "Study", options: argparse.Namespace) -> int:
    from attnconn_assets.operation.export.command import export
    from attnconn_assets.operation.export.request import requested

    request = requested(
        study,
        formats=options.formats,
        methods=options.methods,
        sessions=options.sessions,
        models=options.models,
        parcellation=options.parcellation,
    )
    return export(study, request, options.folder)


def _parser() -> argparse.ArgumentParser:
    # Accepted before and after the command; if given twice, the last one counts.
    chosen = argparse.ArgumentParser(add_help=False)
    chosen.add_argument(
        "--study",
        metavar="FILE",
        default=argparse.SUPPRESS,
        help="study file, or the name of a study that comes with attnconn: "
        f"{', '.join(shipped_names('studies'))} (default: {default_study()})",
    )
    parser = argparse.ArgumentParser(
        prog="attnconn",
        description="Directed connectivity from resting-state fMRI. Makes the results that a study "
        "file asks for, and makes them again when scans, code or settings change.",
        parents=[chosen],
    )
    version = importlib.metadata.version("attnconn")
    parser.add_argument("--version", action="version", version=f"attnconn {version}")
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, what: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=what, description=what, parents=[chosen])

    command("run", "make results that are missing or stale, and show the scores")
    command(
        "check", "report errors in the study and its data, and the expected cost; computes nothing"
    )
    starting = command("init", "look at a folder of scans, and write a commented study file")
    starting.add_argument("folder", help="the folder of the scans")
    starting.add_argument("--source", help="bids, hcp, arrays or another; default: guessed")
    starting.add_argument(
        "--output", metavar="FILE", type=Path, help="default: <name>.yaml in the current folder"
    )
    starting.add_argument(
        "--set",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="a key of the study, such as atlas=FILE or repetition_time=0.72; may be repeated",
    )
    listing = command("methods", "list the methods that a study may name, or describe one")
    listing.add_argument("method", nargs="?", help="name of a method, such as granger")
    keys = command("keys", "list the keys of study files with values, defaults and meanings")
    keys.add_argument("word", nargs="?", help="a key, a group of keys or a source")
    keys.add_argument(
        "--schema",
        nargs="?",
        const="study",
        choices=("study", "experiment"),
        help="print the JSON schema instead, by which editors complete and check the files",
    )
    command("seed", "add the study's sessions to Dagster as partitions")
    dev = command("dev", "open Dagster and MLflow side by side")
    dev.add_argument("--dagster-port", type=int, default=3000)
    dev.add_argument(
        "--mlflow-port", type=int, help="default: the port in the study's tracking_page"
    )
    cleaning = command("clean", "remove all results of the study; scans and study files stay")
    cleaning.add_argument("--all", action="store_true", help="for every study that Dagster knows")
    cleaning.add_argument("--yes", action="store_true", help="don't ask for confirmation")
    tracing = command("trace", "list the scans behind a result, or the results of a scan")
    tracing.add_argument(
        "what",
        help="an asset (fingerprint), one of its partitions (pearson/sub-100307_ses-test), an "
        "MLflow run, or one of your files or its SHA-256",
    )
    verifying = command(
        "verify", "check the hash of every stored file; exit status 1 if one is damaged"
    )
    verifying.add_argument(
        "--repair",
        action="store_true",
        help="mark damaged results, so that the next run makes them again, and remove files "
        "that belong to no result",
    )
    verifying.add_argument(
        "--scans",
        action="store_true",
        help="also hash the scans: finds those that were replaced by files of the same size and "
        "time of change, which a run doesn't notice",
    )
    _add_export(command("export", "write stored results as files for other programs"))
    return parser


def _add_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder",
        type=Path,
        metavar="FOLDER",
        help="a new or empty folder, or one with an earlier export of this study, to replace",
    )
    parser.add_argument(
        "--formats",
        nargs="+",
        default=(),
        metavar="FORMAT",
        help="bids (tables with sidecars), cifti, graphml, edges, scores, weights; default: those "
        "of the study's key export, or else bids, scores and, with an atlas in CIFTI, cifti",
    )
    for name, what in (
        ("methods", "only matrices of these methods"),
        ("sessions", "only these sessions (sub-100307_ses-test) or subjects (sub-100307)"),
        ("models", "models whose weights are exported, as ASSET/PARTITION"),
    ):
        parser.add_argument(f"--{name}", nargs="+", default=(), metavar="NAME", help=what)
    parser.add_argument(
        "--parcellation",
        metavar="NAME",
        help="name of the parcellation in file names; default: the name of an atlas in CIFTI, "
        "otherwise the number of regions",
    )


if __name__ == "__main__":
    sys.exit(main())
