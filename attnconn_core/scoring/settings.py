"""Settings of a score: its fields, converted to JSON and back."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_jsonable_python

from attnconn_core.errors import AttnconnError, ParameterError
from attnconn_core.wording import rule_of

__all__ = ["score_from", "settings_of"]


# Any: a class of a protocol with data attributes can't be checked by the tests' type checker.
def settings_of(score: Any) -> dict[str, Any]:
    """Return the settings of a score, as JSON."""
    return {field.name: to_jsonable_python(getattr(score, field.name)) for field in fields(score)}


def score_from(kind: type[Any], settings: Mapping[str, Any]) -> Any:
    """Return a score made from its settings.

    Parameters
    ----------
    kind
        Class of the score.
    settings
        Settings by the names of its fields, as in a study file or from `settings_of`; missing
        fields keep their defaults.

    Raises
    ------
    ParameterError
        If settings aren't known, are missing, or have a wrong type or value; names all of them.
        If the class raises another error, names that.
    """
    known = {field.name: field for field in fields(kind) if field.init}
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
    try:
        return kind(**values)
    except AttnconnError:
        raise
    except Exception as error:  # any error of another package's code
        raise ParameterError(
            f"{kind.name}: {kind.__module__}.{kind.__name__} can't be made from these settings: "
            f"{type(error).__name__}: {error}"
        ) from error


def _reasons(error: ValidationError) -> list[str]:
    """Return every rule that a value breaks, once, with the value."""
    rules = []
    for details in error.errors():
        rule = rule_of(details["type"], details["msg"], details["input"])
        rules.append(f"{rule[:1].lower()}{rule[1:]}; got {details['input']!r}")
    return list(dict.fromkeys(rules))
