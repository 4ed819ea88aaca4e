"""XGBoost, LightGBM and CatBoost: estimators, boosters and data sets, fitted."""

import importlib

import numpy
from attempts import attempt, attempts

RANDOM = numpy.random.RandomState(0)
ROWS = RANDOM.normal(size=(60, 4))
CLASSES = (ROWS[:, 0] > 0).astype(int)
THREE = numpy.arange(60) % 3
VALUES = ROWS[:, 0] * 2.0
GROUPS = [20, 20, 20]


def samples():
    """Yield what is installed."""
    for library, makers in (("xgboost", xgboost), ("lightgbm", lightgbm), ("catboost", catboost)):
        module = attempt(importlib.import_module, library)
        if module is not None:
            yield from attempts({f"{library}-{name}": make for name, make in makers(module).items()})


def xgboost(library):
    """Return makers of XGBoost models."""
    matrix = library.DMatrix(ROWS, label=CLASSES)
    return {
        "classifier": lambda: library.XGBClassifier(n_estimators=3).fit(ROWS, CLASSES),
        "classifier-unfitted": lambda: library.XGBClassifier(n_estimators=3),
        "classifier-three": lambda: library.XGBClassifier(n_estimators=3).fit(ROWS, THREE),
        "classifier-early": lambda: library.XGBClassifier(n_estimators=9, early_stopping_rounds=2).fit(
            ROWS, CLASSES, eval_set=[(ROWS, CLASSES)], verbose=False
        ),
        "classifier-metric": lambda: library.XGBClassifier(n_estimators=3, eval_metric=["auc", "logloss"]).fit(
            ROWS, CLASSES, eval_set=[(ROWS, CLASSES)]
        ),
        "regressor": lambda: library.XGBRegressor(n_estimators=3).fit(ROWS, VALUES),
        "regressor-linear": lambda: library.XGBRegressor(n_estimators=3, booster="gblinear").fit(ROWS, VALUES),
        "regressor-dart": lambda: library.XGBRegressor(n_estimators=3, booster="dart").fit(ROWS, VALUES),
        "ranker": lambda: library.XGBRanker(n_estimators=3).fit(ROWS, CLASSES, group=GROUPS),
        "forest-classifier": lambda: library.XGBRFClassifier(n_estimators=3).fit(ROWS, CLASSES),
        "forest-regressor": lambda: library.XGBRFRegressor(n_estimators=3).fit(ROWS, VALUES),
        "booster": lambda: library.train({"objective": "binary:logistic"}, matrix, 3),
        "callback": lambda: library.callback.EarlyStopping(2),
    }


def lightgbm(library):
    """Return makers of LightGBM models."""
    quiet = {"verbosity": -1}
    return {
        "classifier": lambda: library.LGBMClassifier(n_estimators=3, **quiet).fit(ROWS, CLASSES),
        "classifier-unfitted": lambda: library.LGBMClassifier(),
        "classifier-three": lambda: library.LGBMClassifier(n_estimators=3, **quiet).fit(ROWS, THREE),
        "classifier-evaluated": lambda: library.LGBMClassifier(n_estimators=3, **quiet).fit(
            ROWS, CLASSES, eval_set=[(ROWS, CLASSES)]
        ),
        "regressor": lambda: library.LGBMRegressor(n_estimators=3, **quiet).fit(ROWS, VALUES),
        "regressor-dart": lambda: library.LGBMRegressor(n_estimators=3, boosting_type="dart", **quiet).fit(
            ROWS, VALUES
        ),
        "ranker": lambda: library.LGBMRanker(n_estimators=3, **quiet).fit(ROWS, CLASSES, group=GROUPS),
        "booster": lambda: library.train({"objective": "binary", **quiet}, library.Dataset(ROWS, CLASSES), 3),
        "folds": lambda: library.cv(
            {"objective": "binary", **quiet}, library.Dataset(ROWS, CLASSES), 3, return_cvbooster=True
        ),
    }


def catboost(library):
    """Return makers of CatBoost models."""
    options = {"iterations": 3, "verbose": False, "allow_writing_files": False}
    words = [["a", 1.0], ["b", 2.0]] * 10
    return {
        "classifier": lambda: library.CatBoostClassifier(**options).fit(ROWS, CLASSES),
        "classifier-unfitted": lambda: library.CatBoostClassifier(),
        "classifier-three": lambda: library.CatBoostClassifier(**options).fit(ROWS, THREE),
        "classifier-words": lambda: library.CatBoostClassifier(cat_features=[0], **options).fit(words, [0, 1] * 10),
        "regressor": lambda: library.CatBoostRegressor(**options).fit(ROWS, VALUES),
        "base": lambda: library.CatBoost(options).fit(ROWS, VALUES),
        "ranker": lambda: library.CatBoostRanker(**options).fit(ROWS, VALUES, group_id=sorted(THREE)),
    }
