"""The methods of a study: all that are available, the chosen ones, and their parameters."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from attnconn_core.connectivity.method import Method
from attnconn_core.connectivity.peers.registry import missing_peer
from attnconn_core.connectivity.registry import methods
from attnconn_core.errors import StudyError
from attnconn_core.wording import agreeing, meant

__all__ = ["MethodChoice", "chosen_methods", "every_method", "own_key_hint", "require_known"]

#: A method in a study file: its name, or its name with parameters, ``{granger: {lags: 2}}``.
MethodChoice = str | dict[str, dict[str, Any] | None]

# The original study's methods: the default of a study, and the first in every list.
_USUAL = (
    *("pearson", "partial", "granger"),
    *("attention_group", "attention_subject", "attention_finetuned"),
)


def every_method(
    choices: Sequence[MethodChoice], configurations: Sequence[str]
) -> dict[str, Method]:
    """Return every available method of a study by name, in the order of display.

    Parameters
    ----------
    choices
        The study's key ``methods``, whose parameters are applied.
    configurations
        Cohort-model configurations that are read; methods that read one occur once for each.

    Raises
    ------
    ParameterError
        If a parameter doesn't exist, or can't have that value.
    """
    known = methods()
    ordered = [*_USUAL, *(name for name in known if name not in _USUAL)]
    every = [
        method
        for name in ordered
        if known[name].studied
        for method in _for_configurations(known[name], configurations)
    ]
    parameters = _parameters(choices)
    return {
        method.name: method.with_parameters(**parameters[method.name])
        if parameters.get(method.name)
        else method
        for method in every
    }


def chosen_methods(
    choices: Sequence[MethodChoice], every: Mapping[str, Method]
) -> tuple[Method, ...]:
    """Return the methods that a study names; if none, the original study's six.

    Of these six, the one that reads a cohort model occurs once for each configuration.
    """
    names = [name for choice in choices for name in _names(choice)]
    if not names:
        return tuple(method for method in every.values() if (method.base or method.name) in _USUAL)
    return tuple(method for method in every.values() if method.name in names)


def require_known(
    path: Path,
    key: str,
    choices: Sequence[MethodChoice],
    every: Iterable[str],
    configurations: Sequence[str],
) -> None:
    """Raise an error if a study file names an unknown method, or one twice.

    Parameters
    ----------
    path, key
        The study file, and its key.
    choices
        The value of the key.
    every
        Names of the methods that are available.
    configurations
        Every cohort-model configuration of the study, whether or not it is read.

    Raises
    ------
    StudyError
        Naming the file, the key and the allowed names.
    """
    names = [name for choice in choices for name in _names(choice)]
    known = list(every)
    unknown = [name for name in names if name not in known]
    unread = every_method((), configurations)
    for name in unknown:
        why = missing_peer(name) or methods().unusable.get(name) or _unread(unread.get(name))
        if why:
            raise StudyError(f"{path}: {key}: {why}")
    if unknown:
        raise StudyError(f"{path}: {key}: {_not_known(key, unknown, known)}")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise StudyError(
            f"{path}: {key} may name each method once; named more often: {', '.join(twice)}"
        )


def own_key_hint(choices: Sequence[MethodChoice], study: BaseModel) -> str:
    """Return where a study sets what was given as a parameter of a method; empty if nowhere.

    Parameters
    ----------
    choices
        The study's key ``methods``.
    study
        The study, some of whose keys have the name of a method and settings of their own.
    """
    for name, values in _parameters(choices).items():
        section = getattr(study, name, None)
        if not isinstance(section, BaseModel):
            continue
        taken = methods()[name].defaults if name in methods() else {}
        theirs = [key for key in values if key in type(section).model_fields and key not in taken]
        if theirs:
            given = ", ".join(f"{key}: {values[key]}" for key in theirs)
            subject = f"{', '.join(theirs)} {agreeing(theirs, 'is')}"
            return (
                f"; {subject} set by the study's own key {name}: write {name}: {{{given}}} at the "
                "top of the file"
            )
    return ""


def _not_known(key: str, unknown: Sequence[str], known: Sequence[str]) -> str:
    """Return what is wrong with unknown names of methods, each with the nearest known name."""
    near = {name: meant(name, known) for name in unknown}
    text = "; ".join(f"no method is called {name}{hint}" for name, hint in near.items())
    if all(near.values()):
        return text
    return (
        f"{text}; {key} must be among {', '.join(known)}, or be a method of another package, "
        "which must be installed"
    )


def _unread(method: Method | None) -> str:
    if method is None:
        return ""
    return (
        f"{method.name} reads the cohort models of {method.configuration}, which must be among "
        "group_configurations"
    )


def _for_configurations(method: Method, configurations: Sequence[str]) -> list[Method]:
    if method.needs != "cohort model":
        return [method]
    return [method.of(configuration) for configuration in configurations]


def _names(choice: MethodChoice) -> list[str]:
    return [choice] if isinstance(choice, str) else list(choice)


def _parameters(choices: Sequence[MethodChoice]) -> dict[str, dict[str, Any]]:
    parameters: dict[str, dict[str, Any]] = {}
    for choice in choices:
        if isinstance(choice, dict):
            parameters |= {name: values or {} for name, values in choice.items()}
    return parameters
