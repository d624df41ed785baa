"""The command line: `run`, `check`, `seed`, `dev`, `clean`, `trace` and `verify`.

Arguments are parsed before anything heavy is imported: help, and the word on a typo, come at
once.
"""

import argparse
import importlib.metadata
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from attnconn_assets.study.selection import default_study, study_file
from attnconn_assets.study.shipped import shipped_names
from attnconn_core.errors import AttnconnError
from attnconn_core.extras import import_extra

__all__ = ["main"]

# Libraries of the platform that commands import when they first need them.
_USED_LATER = ("dagster_webserver", "jinja2", "mlflow", "safetensors", "torch")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        given = options.study if "study" in options else default_study()
        return _command(options, study_file(given))
    except AttnconnError as error:
        print(f"attnconn: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # whoever reads has read enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("\nattnconn: interrupted; what was done is kept", file=sys.stderr)
        return 130


def _command(options: argparse.Namespace, file: Path) -> int:
    if options.command == "dev":
        print("Dagster and MLflow are starting (up to a minute) …", flush=True)
    what = f"`attnconn {options.command}`"
    import_extra("attnconn_assets.commands", "platform", what, later=_USED_LATER)
    from attnconn_assets import commands

    if options.command == "check":
        return commands.check(file)
    if options.command == "clean":
        return commands.clean(file, every=options.all, asked=options.yes)
    study = commands.opened(file)
    match options.command:
        case "run":
            return commands.run(study, file)
        case "seed":
            return commands.seed(study)
        case "dev":
            return commands.dev(study, file, options.dagster_port, options.mlflow_port)
        case "verify":
            return commands.verify(study, options.repair)
        case _:
            return commands.tell(study, options.what)


def _parser() -> argparse.ArgumentParser:
    # Before the command or after it; given twice, the later one holds.
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
        description="Directed connectivity from resting-state fMRI: what is stored is made from "
        "scans as a study file says, and made anew where scans, code or settings change.",
        parents=[chosen],
    )
    version = importlib.metadata.version("attnconn")
    parser.add_argument("--version", action="version", version=f"attnconn {version}")
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, what: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=what, description=what, parents=[chosen])

    command("run", "make what is missing or out of date, and show the scores")
    command("check", "say what can't be made and what it would take, before computing anything")
    command("seed", "add the study's sessions to Dagster as partitions")
    dev = command("dev", "open Dagster and MLflow side by side")
    dev.add_argument("--dagster-port", type=int, default=3000)
    dev.add_argument("--mlflow-port", type=int, help="default: that of the study's tracking_page")
    cleaning = command("clean", "remove what was made of the study; scans and study files stay")
    cleaning.add_argument("--all", action="store_true", help="of every study that Dagster knows")
    cleaning.add_argument("--yes", action="store_true", help="don't ask")
    tracing = command(
        "trace", "walk from a result to the scans behind it, or from a scan to its results"
    )
    tracing.add_argument(
        "what",
        help="an asset (fingerprint), one partition of it (pearson/sub-100307_ses-test), a run of "
        "MLflow, or a file of yours or its SHA-256",
    )
    verifying = command(
        "verify", "hash everything that is stored; exit status 1 if something is damaged"
    )
    verifying.add_argument(
        "--repair",
        action="store_true",
        help="mark what is damaged, so that the next run makes it again, and remove files that "
        "nothing names",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
