"""Description of one method: its name, traits, needs and parameters."""

import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass, replace
from inspect import cleandoc
from math import isfinite
from typing import Any, Literal, get_type_hints

from pydantic import PydanticUserError, TypeAdapter
from pydantic_core import to_jsonable_python

from attnconn_core.connectivity.estimator import Estimator
from attnconn_core.connectivity.penalty import Penalty
from attnconn_core.errors import ParameterError
from attnconn_core.records import Connectivity

__all__ = ["TRAINED", "Method", "Need"]

Need = Literal["series", "cohort", "cohort model", "session model", "fine-tuned model"]
"""What a method is estimated from besides the series itself: nothing (``"series"``); something
chosen or learnt from the cohort (``"cohort"``); a forecaster trained on the cohort, on the
session, or on the cohort and then fine-tuned on the session."""

#: Needs of methods that read a trained forecaster: their values may depend on its seed.
TRAINED: frozenset[Need] = frozenset({"cohort model", "session model", "fine-tuned model"})


@dataclass(frozen=True)
class Method:
    """A method of computing connectivity, as used by studies, figures and reports.

    Attributes
    ----------
    name
        Name in study files, tables and the store, such as ``"granger_log_ratio"``.
    label
        Name in figures and reports, such as ``"Granger (log-ratio)"``. A parameter's name in
        braces is replaced by its value.
    family
        Kind of method, such as ``"partial correlation"``; it sets the colour in figures.
    estimator
        The class that computes the method.
    needs
        What the method is estimated from besides the series; see `Need`.
    parameters
        Arguments of the estimator that differ from its defaults.
    settable
        Parameters that a study may set. None: every field of the estimator that has a
        default.
    citation
        Author and year.
    cohort_informed
        Whether a session's values depend on other subjects' data. Scores that compare subjects
        must report this. None is replaced by True if the method needs a cohort model or a
        fine-tuned model, and by False otherwise.
    penalty
        Penalties at which matrices are also computed, for scores that choose one; None if the
        method has none to choose.
    configuration, base
        For a method that reads a cohort model of one configuration: the name of the
        configuration, and the name of the registered method; otherwise None. Set by `of`.
    studied
        Whether a study may name the method.
    template
        The label before parameter values were filled in, such as
        ``"Likelihood ratio ({measure})"``; derived from the label.
    """

    name: str
    label: str
    family: str
    estimator: type[Any]
    needs: Need = "series"
    parameters: Mapping[str, Any] = field(default_factory=dict, hash=False)
    settable: tuple[str, ...] | None = None
    citation: str = ""
    cohort_informed: bool | None = None
    penalty: Penalty | None = None
    configuration: str | None = None
    base: str | None = None
    studied: bool = True
    template: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", dict(self.parameters))
        if self.cohort_informed is None:
            informed = self.needs in ("cohort model", "fine-tuned model")
            object.__setattr__(self, "cohort_informed", informed)
        if not self.template:
            object.__setattr__(self, "template", self.label)
            object.__setattr__(self, "label", self.label.format(**self.defaults))

    @property
    def study_name(self) -> str:
        """Name as a study file has it; ``<configuration>`` stands for a configuration's name."""
        open_ended = self.needs == "cohort model" and self.configuration is None
        return f"{self.name}_<configuration>" if open_ended else self.name

    @property
    def equation(self) -> str:
        """What the method computes, in LaTeX; empty if its estimator doesn't say."""
        return str(getattr(self.estimator, "equation", ""))

    @property
    def directed(self) -> bool:
        """Whether [target, source] and [source, target] may differ."""
        return bool(self.estimator.directed)

    @property
    def signed(self) -> bool:
        """Whether negative values have a meaning."""
        return bool(self.estimator.signed)

    @property
    def penalties(self) -> tuple[float, ...]:
        """The penalties that a score may choose from, ascending; empty without a penalty."""
        return self.penalty.values if self.penalty else ()

    @property
    def module(self) -> str:
        """Name of the module that defines the estimator."""
        return self.estimator.__module__

    @property
    def description(self) -> str:
        """Summary line of the estimator's docstring, without its full stop; else the label."""
        summary = cleandoc(self.estimator.__doc__ or "").partition("\n\n")[0]
        return " ".join(summary.split()).removesuffix(".") or self.label

    @property
    def defaults(self) -> Mapping[str, Any]:
        """Every settable parameter → its value; None if it is chosen from the data."""
        return {
            name: self.parameters.get(name, _default(parameter, None))
            for name, parameter in self._settable_fields()
        }

    def with_parameters(self, **values: Any) -> "Method":
        """Return the method with some parameters changed; the others keep their values.

        Values may have the types of JSON and YAML: a list for a tuple.

        Raises
        ------
        ParameterError
            If a parameter can't be set, a value has the wrong type, or the estimator rejects
            a value as out of range (checked only if it needs no other arguments).
        """
        able = dict(self._settable_fields())
        for name in values:
            if name not in able:
                raise ParameterError(
                    f"method {self.name} has no parameter {name!r} to set; "
                    f"it has: {', '.join(able) or 'none'}"
                )
        hints = get_type_hints(self.estimator)
        parameters = dict(self.parameters)
        for name, value in values.items():
            parameters.pop(name, None)
            typed = self._typed(name, value, hints[name])
            # Setting a value to its default doesn't make another method.
            if typed != _default(able[name], MISSING):
                parameters[name] = typed
        changed = replace(self, parameters=parameters, label=self.template, template="")
        changed._require_in_range()
        return changed

    def of(self, configuration: str) -> "Method":
        """Return the method that reads the cohort model of one configuration, under its own name.

        Raises
        ------
        ParameterError
            Unless the method needs a cohort model and has no configuration yet.
        """
        if self.needs != "cohort model" or self.configuration is not None:
            raise ParameterError(
                f"only a method that needs a cohort model has configurations; got {self.name}"
                f" for {configuration}"
            )
        return replace(
            self,
            name=f"{self.name}_{configuration}",
            label=f"{self.label.removesuffix(')')}, {configuration.replace('_', ' ')})",
            configuration=configuration,
            base=self.name,
        )

    def make(self, **more: Any) -> Estimator:
        """Return the estimator, made from the parameters and from what the method needs.

        Parameters
        ----------
        **more
            Further arguments of the estimator, such as a trained forecaster.
        """
        estimator: Estimator = self.estimator(**self.parameters, **more)
        return estimator

    # object: an estimator of another package may return anything.
    def named(self, connectivity: object) -> Connectivity:
        """Return a matrix of the estimator under this method's name.

        If the method depends on other subjects' data, or its model records whether it saw the
        subject (`saw_subject`), the metric ``cohort_informed`` is set to 1 or 0.

        Raises
        ------
        ParameterError
            If the estimator returned anything else than a `Connectivity`.
        """
        if not isinstance(connectivity, Connectivity):
            raise ParameterError(
                f"estimate must return a Connectivity; got {type(connectivity).__name__} (method "
                f"{self.name}, class {self.estimator.__module__}.{self.estimator.__qualname__})"
            )
        metrics = dict(connectivity.metrics)
        if self.cohort_informed or "saw_subject" in metrics:
            metrics.setdefault("cohort_informed", float(bool(self.cohort_informed)))
        return replace(connectivity, method=self.name, metrics=metrics)

    def settings(self) -> dict[str, Any]:
        """Return what determines the method's values apart from its code, in JSON types."""
        return {
            "estimator": self.estimator.__name__,
            "parameters": to_jsonable_python(self.parameters),
            "configuration": self.configuration,
        }

    def _settable_fields(self) -> list[tuple[str, Field[Any]]]:
        """Parameters that a study may set, in the order of the estimator's fields."""
        return [
            (parameter.name, parameter)
            for parameter in self._fields()
            if (
                parameter.name in self.settable
                if self.settable is not None
                else _has_default(parameter)
            )
        ]

    def _fields(self) -> tuple[Field[Any], ...]:
        return fields(self.estimator) if is_dataclass(self.estimator) else ()

    def _typed(self, parameter: str, value: Any, hint: Any) -> Any:
        if isinstance(value, float) and not isfinite(value):
            raise ParameterError(f"method {self.name}: {parameter} must be finite; got {value}")
        try:
            # Validated as JSON, whose arrays become tuples where the type requires it.
            return TypeAdapter(hint).validate_json(json.dumps(value), strict=True)
        except (TypeError, ValueError, PydanticUserError) as error:
            kind = hint.__name__ if isinstance(hint, type) else hint
            raise ParameterError(
                f"method {self.name}: {parameter} must be of type {kind}; got {value!r}"
            ) from error

    def _require_in_range(self) -> None:
        """Make the estimator, whose own checks reject values that are out of range."""
        if any(
            parameter.init and parameter.name not in self.parameters and not _has_default(parameter)
            for parameter in self._fields()
        ):
            return  # arguments from the cohort or a forecaster are not known yet
        try:
            self.make()
        except (TypeError, ValueError) as error:
            raise ParameterError(f"method {self.name}: {error}") from error


def _has_default(parameter: Field[Any]) -> bool:
    return parameter.init and _default(parameter, MISSING) is not MISSING


def _default(parameter: Field[Any], otherwise: Any) -> Any:
    if parameter.default_factory is not MISSING:
        return parameter.default_factory()
    return otherwise if parameter.default is MISSING else parameter.default
