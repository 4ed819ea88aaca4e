"""
Fit a random forest and save it with joblib: `python forest.py PATH TREES SAMPLES`.

Run by the interpreter of the environment that has scikit-learn, which the project itself never has.
"""

from __future__ import annotations

import sys


def main(path: str, trees: int, samples: int) -> None:
    """Fit on labels without any structure, so that every tree grows to its full size."""
    import joblib  # type: ignore[import-not-found,import-untyped,unused-ignore]
    import numpy as np
    from sklearn.ensemble import (  # type: ignore[import-not-found,import-untyped,unused-ignore]
        RandomForestClassifier,
    )

    generator = np.random.default_rng(0)
    features = generator.random((samples, 4), dtype=np.float32)
    labels = generator.integers(0, 10, samples)
    model = RandomForestClassifier(n_estimators=trees, max_features=1, random_state=0, n_jobs=-1)
    joblib.dump(model.fit(features, labels), path)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
