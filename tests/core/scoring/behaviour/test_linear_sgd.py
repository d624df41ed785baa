import json

import numpy as np
import pytest
import torch

from attnconn_core.errors import ParameterError
from attnconn_core.scoring import LinearSgd, edge_features, predict_behaviour
from attnconn_core.scoring.behaviour.folds import assign_folds


@pytest.mark.parametrize("keep", ["last", "best"])
@pytest.mark.parametrize("case", [0, 1])
def test_golden_predictions_are_met(golden, case, keep):
    expected = json.loads((golden / "golden.json").read_text())["behaviour"]["cases"][case]
    with np.load(golden / "behaviour.npz") as data:
        score = predict_behaviour(
            edge_features(data["matrices"], True, "all"),
            data["target"],
            model="linear_sgd",
            keep=keep,
            folds=expected["k"],
            **{key: expected[key] for key in ("epochs", "learning_rate", "l2_penalty", "patience")},
        )
        predictions = data[f"case{case}_predictions_{keep}_epoch"]
        targets = data[f"case{case}_targets_in_fold_order"]
        weights = data[f"case{case}_mean_weights_{keep}_epoch"]
    order = np.argsort(score.fold, kind="stable")
    np.testing.assert_allclose(score.targets[order], targets)
    np.testing.assert_allclose(score.predictions[order], predictions, rtol=1e-6)
    np.testing.assert_allclose(
        score.weights.reshape(10, 10), weights, atol=1e-5 * np.abs(weights).max()
    )
    metrics = expected[f"metrics_{keep}_epoch"]
    assert score.mse == pytest.approx(metrics["mse"], rel=1e-6)
    assert score.mae == pytest.approx(metrics["mae"], rel=1e-6)
    assert score.r == pytest.approx(metrics["correlation"], abs=1e-6)
    assert score.r2 == pytest.approx(metrics["r_squared"], abs=1e-6)


def descend(x, y, train, validated, options):
    """One fold, epoch by epoch, by torch's own optimiser."""
    model = torch.nn.Linear(x.shape[1], 1).double()
    torch.nn.init.zeros_(model.weight)
    torch.nn.init.zeros_(model.bias)
    optimiser = torch.optim.SGD(
        model.parameters(), lr=options["learning_rate"], weight_decay=options["l2_penalty"]
    )
    best, waited, kept, states = np.inf, 0, 0, []
    for _ in range(options["epochs"]):
        optimiser.zero_grad()
        ((model(x[train])[:, 0] - y[train]) ** 2).mean().backward()
        optimiser.step()
        with torch.no_grad():
            states.append(model(x)[:, 0].numpy().copy())
            loss = float(((model(x[validated])[:, 0] - y[validated]) ** 2).mean())
        best, waited, kept = (loss, 0, len(states)) if loss < best else (best, waited + 1, kept)
        if waited >= options["patience"]:
            break
    return kept, states


@pytest.mark.parametrize(
    ("learning_rate", "l2_penalty"), [(0.01, 0.0), (0.05, 0.5), (0.001, 10.0), (0.4, 0.1)]
)
def test_the_closed_form_is_what_torch_descends_to(learning_rate, l2_penalty):
    rng = np.random.default_rng(0)
    features = rng.normal(size=(36, 25))
    targets = features[:, :1] + rng.normal(size=(36, 1)) + 5
    fold = assign_folds(36, 4, 0)
    options = {"learning_rate": learning_rate, "l2_penalty": l2_penalty, "epochs": 60}
    options["patience"] = 3
    best = LinearSgd(keep="best", **options).descend(features, targets, fold)
    last = LinearSgd(keep="last", **options).descend(features, targets, fold)
    for number in range(4):
        known = fold != number
        validated = fold == (number + 1) % 4
        x = (features - features[known].mean(axis=0)) / features[known].std(axis=0)
        centre, spread = targets[known].mean(), targets[known].std()
        kept, states = descend(
            torch.from_numpy(x),
            torch.from_numpy((targets[:, 0] - centre) / spread),
            torch.from_numpy(known & ~validated),
            torch.from_numpy(validated),
            options,
        )
        assert best.chosen["epoch"][number, 0] == kept
        assert last.chosen["epoch"][number, 0] == len(states)
        for result, state in ((best, states[kept - 1]), (last, states[-1])):
            np.testing.assert_allclose(
                result.predictions[~known, 0], centre + spread * state[~known], rtol=1e-8
            )


def test_targets_side_by_side_are_as_each_alone():
    rng = np.random.default_rng(1)
    features, targets = rng.normal(size=(30, 12)), rng.normal(size=(30, 70))
    fold = assign_folds(30, 5, 1)
    options = {"learning_rate": 0.02, "l2_penalty": 1.0, "epochs": 40, "patience": 3}
    together = LinearSgd(keep="best", **options).descend(features, targets, fold)
    for target in (0, 40, 69):
        alone = LinearSgd(keep="best", **options).descend(features, targets[:, [target]], fold)
        assert np.array_equal(together.chosen["epoch"][:, [target]], alone.chosen["epoch"])
        np.testing.assert_allclose(together.predictions[:, [target]], alone.predictions, rtol=1e-9)


def test_descent_that_diverges_is_refused():
    rng = np.random.default_rng(2)
    features, targets = rng.normal(size=(20, 5)), rng.normal(size=(20, 1))
    model = LinearSgd(keep="last", learning_rate=1e200, l2_penalty=1.0, epochs=9, patience=9)
    with pytest.raises(ParameterError, match=r"learning rate of 1e\+200 fold 0 diverges"):
        model.descend(features, targets, assign_folds(20, 4, 0))
