"""The further scores of a study: those without a key of their own in the study file."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from attnconn_core.errors import ParameterError
from attnconn_core.scoring import Score, score_from, scores

__all__ = ["ScoreChoice", "further_scores"]

#: How a study file names a further score: by its name, or with settings.
ScoreChoice = str | dict[str, dict[str, Any] | None]


def further_scores(choices: Sequence[ScoreChoice], own: Collection[str]) -> Iterator[Score]:
    """Make the scores that a study names under ``scores``.

    Parameters
    ----------
    choices
        What the study file says.
    own
        Names of the scores whose settings have a key of their own in the study file.

    Raises
    ------
    ParameterError
        Naming a score that there isn't, that has a key of its own, or that is named twice,
        or a setting that it doesn't take.
    """
    known = {name: kind for name, kind in scores().items() if name not in own}
    seen: set[str] = set()
    for choice in choices:
        named = {choice: None} if isinstance(choice, str) else choice
        for name, settings in named.items():
            if name in own:
                raise ParameterError(f"the settings of {name} have a key of their own")
            if name not in known:
                others = ", ".join(known) or "there is none, and no package brings one"
                raise ParameterError(f"must be among the further scores ({others}); got {name}")
            if name in seen:
                raise ParameterError(f"may name a score once; more often: {name}")
            seen.add(name)
            yield score_from(known[name], settings or {})
