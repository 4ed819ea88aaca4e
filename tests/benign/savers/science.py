"""Save what people save with scikit-learn, pandas, NumPy and SciPy: `python science.py DIRECTORY SAVERS-OF-THE-ALLOWLIST`."""

import gzip
import importlib
import pickle
import sys
import warnings
from pathlib import Path

warnings.simplefilter("ignore")
DIRECTORY = Path(sys.argv[1])
sys.path.insert(0, sys.argv[2])

import numpy  # noqa: E402 - after the path
import pandas  # noqa: E402
from arrays import array_makers, random_states, scipy_makers  # noqa: E402
from attempts import attempt, attempts  # noqa: E402
from frames import frame_makers, index_makers  # noqa: E402
from scikit_learn import CLASSES, ROWS, WORDS, estimator_classes, fit, keywords, scorers  # noqa: E402


def joblib():
    """Return joblib, or the copy that scikit-learn carried."""
    return attempt(importlib.import_module, "joblib") or importlib.import_module("sklearn.externals.joblib")


def fitted():
    """Yield every estimator, fitted."""
    for _, estimator_class in estimator_classes():
        required = attempt(keywords, estimator_class)
        made = attempt(lambda estimator_class=estimator_class, required=required: estimator_class(**required))
        if made is not None:
            for parameter in ("n_estimators", "max_iter"):  # small files
                attempt(lambda made=made, parameter=parameter: made.set_params(**{parameter: 3}))
            yield fit(made)


def pipeline():
    """Return a text classifier, tuned."""
    from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
    from sklearn.linear_model import SGDClassifier
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import Pipeline

    steps = Pipeline(
        [("count", CountVectorizer()), ("weigh", TfidfTransformer()), ("judge", SGDClassifier(max_iter=5, tol=None))]
    )
    return GridSearchCV(steps, {"count__ngram_range": [(1, 1), (1, 2)]}).fit(WORDS, CLASSES)


def search():
    """Return a randomised search over distributions of SciPy."""
    from scipy.stats import randint, uniform
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.model_selection import RandomizedSearchCV

    ranges = {"max_depth": randint(1, 4), "min_samples_split": uniform(0.1, 0.5)}
    return RandomizedSearchCV(RandomForestClassifier(n_estimators=2), ranges, n_iter=2).fit(ROWS, CLASSES)


def forest():
    """Return a random forest."""
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(n_estimators=5, random_state=0).fit(ROWS, CLASSES)


def table():
    """Return a frame of several types."""
    return pandas.DataFrame(
        {
            "a": [1, 2],
            "b": ["x", "y"],
            "c": pandas.Categorical(["u", "v"]),
            "d": pandas.to_datetime(["2020-01-01", "2021-01-01"]),
        }
    )


def main():
    """Write the files."""
    DIRECTORY.mkdir(parents=True)
    joblib().dump(
        [item for item in fitted() if item is not None], str(DIRECTORY / "estimators.joblib"), compress=("xz", 6)
    )
    joblib().dump(forest(), str(DIRECTORY / "forest.joblib"), compress=3)
    joblib().dump(forest(), str(DIRECTORY / "forest-inline.joblib"))
    (DIRECTORY / "pipeline.pkl").write_bytes(pickle.dumps(pipeline(), 2))
    (DIRECTORY / "search.pkl").write_bytes(pickle.dumps(attempt(search)))
    (DIRECTORY / "protocol-0.pkl").write_bytes(pickle.dumps(pipeline(), 0))
    (DIRECTORY / "scorers.pkl").write_bytes(pickle.dumps(dict(scorers()), 4))
    table().to_pickle(str(DIRECTORY / "table.pkl"))
    parts = [
        thing
        for makers in (index_makers(), frame_makers())
        for _, thing in attempts(makers)
        if attempt(pickle.dumps, thing)
    ]
    with gzip.open(str(DIRECTORY / "frames.pkl.gz"), "wb") as file:
        file.write(pickle.dumps(parts, pickle.HIGHEST_PROTOCOL))
    parts = [
        *(thing for _, thing in attempts({**array_makers(), **scipy_makers()})),
        *(thing for _, thing in random_states()),
    ]
    (DIRECTORY / "arrays.pkl").write_bytes(
        pickle.dumps([thing for thing in parts if attempt(pickle.dumps, thing)], pickle.HIGHEST_PROTOCOL)
    )
    numpy.save(str(DIRECTORY / "objects.npy"), numpy.array([1, "a", None, {"b": ROWS[:2]}], dtype=object))
    numpy.savez(str(DIRECTORY / "archive.npz"), rows=ROWS[:4], words=numpy.array(WORDS[:3], dtype=object))


if __name__ == "__main__":
    main()
