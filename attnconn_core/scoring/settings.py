"""Settings of a score: its fields, as JSON, and back."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_jsonable_python

from attnconn_core.errors import ParameterError
from attnconn_core.wording import rule_of

__all__ = ["score_from", "settings_of"]


# Any: a class of a protocol with data can't be checked where tests check types.
def settings_of(score: Any) -> dict[str, Any]:
    """Return the settings of a score, as JSON."""
    return {each.name: to_jsonable_python(getattr(score, each.name)) for each in fields(score)}


def score_from(kind: type[Any], settings: Mapping[str, Any]) -> Any:
    """Make a score from its settings.

    Parameters
    ----------
    kind
        A score's class.
    settings
        By the names of its fields, as a study file or `settings_of` holds them; fields that
        aren't named keep their defaults.

    Raises
    ------
    ParameterError
        Naming every setting that isn't known, is missing, or whose type or value is wrong.
    """
    known = {each.name: each for each in fields(kind) if each.init}
    hints = get_type_hints(kind, include_extras=True)
    problems = [
        f"{kind.name}.{key}: isn't a setting of this score; "
        + (f"it has {', '.join(known)}" if known else "it has none")
        for key in settings
        if key not in known
    ]
    values: dict[str, Any] = {}
    for key, field in known.items():
        if key in settings:
            try:
                values[key] = TypeAdapter(hints[key]).validate_python(settings[key])
            except ValidationError as error:
                problems += [f"{kind.name}.{key}: {why}" for why in _reasons(error)]
        elif field.default is MISSING and field.default_factory is MISSING:
            problems.append(f"{kind.name}.{key}: must be given")
    if problems:
        raise ParameterError("; ".join(problems))
    return kind(**values)


def _reasons(error: ValidationError) -> list[str]:
    """Say every rule that a value breaks, once, with the value."""
    rules = []
    for each in error.errors():
        rule = rule_of(each["type"], each["msg"], each["input"])
        rules.append(f"{rule[:1].lower()}{rule[1:]}; got {each['input']!r}")
    return list(dict.fromkeys(rules))
