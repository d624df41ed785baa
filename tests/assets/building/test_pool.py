"""The pool of training: whatever trains takes a place of it, and nothing else."""

from attnconn_assets.assets.catalogue import specs
from attnconn_assets.building import asset
from attnconn_assets.instance.pools import TRAINING
from attnconn_assets.study.study import load_study
from attnconn_core.forecasting import fitting


def test_every_asset_whose_body_trains_takes_a_place_of_the_pool(
    write_study, instance, run_line, monkeypatch
):
    study = load_study(
        write_study(
            n_subjects=3,
            significance={"methods": ["pearson", "attention_subject"], "surrogates": 1},
        )
    )
    made, trained = [], set()
    make, trainer = asset.make, fitting.Trainer

    def making(platform, spec, partition):
        made.append(spec.name)
        return make(platform, spec, partition)

    def training(*given):
        trained.add(made[-1])
        return trainer(*given)

    monkeypatch.setattr(asset, "make", making)
    monkeypatch.setattr(fitting, "Trainer", training)
    run_line(study, instance)
    every = {spec.name: spec.pool for spec in specs(study)}
    assert trained == {name for name, pool in every.items() if pool == TRAINING}
