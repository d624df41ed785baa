"""What is known about one method: its name, its traits, what it needs and can be set to."""

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
"""What a method is estimated from, beside the series itself: nothing; something that is
chosen or learnt from the cohort; a forecaster trained on the cohort; one trained on the
session; or the cohort's, fine-tuned on the session."""

#: The needs of methods that read a trained forecaster: what they find may depend on its seed.
TRAINED: frozenset[Need] = frozenset({"cohort model", "session model", "fine-tuned model"})


@dataclass(frozen=True)
class Method:
    """A way to compute connectivity, as studies, figures and reports know it.

    Attributes
    ----------
    name
        In study files, tables and the store, such as ``"granger_log_ratio"``.
    label
        In figures and reports, such as ``"Granger (log-ratio)"``. The name of a parameter in
        braces is replaced by its value.
    family
        The kind of method, such as ``"partial correlation"``; figures colour by it.
    estimator
        The class that computes it.
    needs
        What it is estimated from beside the series; see `Need`.
    parameters
        Arguments of the estimator that differ from its defaults.
    settable
        Parameters that a study may set. None: every field of the estimator that has a
        default.
    citation
        Author and year.
    cohort_informed
        Whether a session's values rest on other subjects' data. None, which becomes true or
        false: so where it needs a cohort model or a fine-tuned model. Such a matrix takes
        after the cohort, so that scores which compare subjects must say so.
    penalty
        What its matrices are also made at for scores that choose a penalty; None where there
        is nothing to choose.
    configuration, base
        For a method that reads a cohort model of one configuration: the configuration's
        name, and that of the registered method; otherwise None. `of` sets both.
    studied
        Whether a study may ask for it.
    template
        The label before the values of parameters were filled in, such as
        ``"Likelihood ratio ({measure})"``; made from the label.
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
    def directed(self) -> bool:
        """Whether [target, source] and [source, target] may differ."""
        return self.estimator.directed

    @property
    def signed(self) -> bool:
        """Whether values below 0 have a meaning."""
        return self.estimator.signed

    @property
    def penalties(self) -> tuple[float, ...]:
        """The penalties that a score may choose from, ascending; none without a penalty."""
        return self.penalty.values if self.penalty else ()

    @property
    def module(self) -> str:
        """Name of the module that defines the estimator."""
        return self.estimator.__module__

    @property
    def description(self) -> str:
        """Summary of the estimator's docstring, without its full stop; else the label."""
        summary = cleandoc(self.estimator.__doc__ or "").partition("\n\n")[0]
        return " ".join(summary.split()).removesuffix(".") or self.label

    @property
    def defaults(self) -> Mapping[str, Any]:
        """Every parameter that can be set → its value; None if it is chosen from the data."""
        return {
            name: self.parameters.get(name, _default(each, None))
            for name, each in self._settable_fields()
        }

    def with_parameters(self, **values: Any) -> "Method":
        """Set parameters of the estimator; the others keep their values.

        Values may be given as JSON and YAML have them: a list for a tuple.

        Raises
        ------
        ParameterError
            If a parameter can't be set, a value is of another type, or the estimator, where
            it needs no more than these parameters, refuses a value as out of its range.
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
            # A value that is the default anyway makes no other method.
            if typed != _default(able[name], MISSING):
                parameters[name] = typed
        changed = replace(self, parameters=parameters, label=self.template, template="")
        changed._require_in_range()
        return changed

    def of(self, configuration: str) -> "Method":
        """Read the cohort model of one configuration, as a method with a name of its own.

        Raises
        ------
        ParameterError
            Unless the method needs a cohort model, and has no configuration yet.
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
        """Make the estimator from the parameters, and from what the method needs.

        Parameters
        ----------
        **more
            Further arguments of the estimator, such as a trained forecaster.
        """
        return self.estimator(**self.parameters, **more)

    def named(self, connectivity: Connectivity) -> Connectivity:
        """Return what the estimator made, under this method's name.

        Where it rests on other subjects' data, or a model made it that saw some subject or
        not (`saw_subject`), the metric ``cohort_informed`` says so, by 1 or 0.
        """
        metrics = dict(connectivity.metrics)
        if self.cohort_informed or "saw_subject" in metrics:
            metrics.setdefault("cohort_informed", float(bool(self.cohort_informed)))
        return replace(connectivity, method=self.name, metrics=metrics)

    def settings(self) -> dict[str, Any]:
        """Return what determines the method's values beside its code, as JSON has it."""
        return {
            "estimator": self.estimator.__name__,
            "parameters": to_jsonable_python(self.parameters),
            "configuration": self.configuration,
        }

    def _settable_fields(self) -> list[tuple[str, Field[Any]]]:
        """Parameters that a study may set, in their order in the estimator."""
        return [
            (each.name, each)
            for each in self._fields()
            if (each.name in self.settable if self.settable is not None else _has_default(each))
        ]

    def _fields(self) -> tuple[Field[Any], ...]:
        return fields(self.estimator) if is_dataclass(self.estimator) else ()

    def _typed(self, parameter: str, value: Any, hint: Any) -> Any:
        if isinstance(value, float) and not isfinite(value):
            raise ParameterError(f"method {self.name}: {parameter} must be finite; got {value}")
        try:
            # By way of JSON, whose arrays are tuples where the type says so.
            return TypeAdapter(hint).validate_json(json.dumps(value), strict=True)
        except (TypeError, ValueError, PydanticUserError) as error:
            kind = hint.__name__ if isinstance(hint, type) else hint
            raise ParameterError(
                f"method {self.name}: {parameter} must be of type {kind}; got {value!r}"
            ) from error

    def _require_in_range(self) -> None:
        """Make the estimator, whose own checks refuse what is out of range."""
        if any(
            each.init and each.name not in self.parameters and not _has_default(each)
            for each in self._fields()
        ):
            return  # what the cohort or a forecaster gives is still to come
        try:
            self.make()
        except (TypeError, ValueError) as error:
            raise ParameterError(f"method {self.name}: {error}") from error


def _has_default(each: Field[Any]) -> bool:
    return each.init and _default(each, MISSING) is not MISSING


def _default(each: Field[Any], otherwise: Any) -> Any:
    if each.default_factory is not MISSING:
        return each.default_factory()
    return otherwise if each.default is MISSING else each.default
