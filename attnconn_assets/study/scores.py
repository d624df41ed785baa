"""The further scores of a study: those without a key at the top of the study file."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from attnconn_core.errors import ParameterError
from attnconn_core.scoring import Score, score_from, scores

__all__ = ["ScoreChoice", "further_scores"]

#: A further score in a study file: its name, or its name with settings.
ScoreChoice = str | dict[str, dict[str, Any] | None]


def further_scores(choices: Sequence[ScoreChoice], own: Collection[str]) -> Iterator[Score]:
    """Yield the scores that a study names under ``scores``.

    Parameters
    ----------
    choices
        The study's key ``scores``.
    own
        Names of the scores that have a key at the top of the study file.

    Raises
    ------
    ParameterError
        Naming a score that is unknown or broken, has its own key or is named twice, or a
        setting that it doesn't have.
    """
    every = scores()
    further = ", ".join(name for name in every if name not in own) or "none is installed"
    seen: set[str] = set()
    for choice in choices:
        named = {choice: None} if isinstance(choice, str) else choice
        for name, settings in named.items():
            if name in own:
                raise ParameterError(
                    f"{name} is set by its own key at the top of the file, not under scores"
                )
            kind = every.get(name)
            if kind is None:
                raise ParameterError(f"must be among the further scores ({further}); got {name}")
            if name in seen:
                raise ParameterError(f"may name each score once; named more often: {name}")
            seen.add(name)
            yield score_from(kind, settings or {})
