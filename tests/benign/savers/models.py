"""Save small models in the formats of their own libraries: `python models.py DIRECTORY SAVERS-OF-THE-ALLOWLIST`."""

import sys
import warnings
from pathlib import Path
from zipfile import ZIP_DEFLATED

import numpy as np

warnings.simplefilter("ignore")
DIRECTORY = Path(sys.argv[1])
random = np.random.default_rng(0)
ROWS = random.normal(size=(60, 4)).round(2)
LABELS = (ROWS[:, 0] + ROWS[:, 1] > 0).astype(int)
TARGETS = ROWS[:, 0] * 2 + ROWS[:, 2]


def boosted():
    """XGBoost in both formats, LightGBM, CatBoost."""
    import catboost
    import lightgbm
    import xgboost

    models = {
        "binary": xgboost.XGBClassifier(n_estimators=3, max_depth=2).fit(ROWS, LABELS),
        "dart": xgboost.XGBRegressor(n_estimators=2, max_depth=2, booster="dart").fit(ROWS, TARGETS),
        "pruned": xgboost.XGBRegressor(n_estimators=2, max_depth=4, tree_method="exact", gamma=5).fit(ROWS, TARGETS),
    }
    for name, model in models.items():
        for suffix in ("json", "ubj"):
            model.save_model(DIRECTORY / f"xgboost-{name}.{suffix}")
    for name, options in {"binary": {"objective": "binary"}, "linear": {"linear_tree": True}}.items():
        chosen = {"verbose": -1, "num_leaves": 4, "min_data_in_leaf": 5, **options}
        data = lightgbm.Dataset(ROWS, LABELS if name == "binary" else TARGETS)
        lightgbm.train(chosen, data, 2).save_model(DIRECTORY / f"lightgbm-{name}.txt")
    plain = {"iterations": 2, "depth": 2, "allow_writing_files": False, "thread_count": 1, "verbose": False}
    catboost.CatBoostClassifier(**plain).fit(ROWS, LABELS).save_model(DIRECTORY / "catboost-binary.cbm")
    words = [[f"word{label}", *row] for label, row in zip(LABELS, ROWS.tolist(), strict=True)]
    categories = catboost.CatBoostClassifier(**plain, cat_features=[0]).fit(words, LABELS)
    categories.save_model(DIRECTORY / "catboost-categories.cbm")


def scikit_learn():
    """Estimators by skops."""
    import scipy.sparse
    import skops.io
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, StandardScaler

    columns = ColumnTransformer([("scaled", StandardScaler(), [0, 1]), ("logs", FunctionTransformer(np.log1p), [2])])
    things = {
        "logistic": LogisticRegression().fit(ROWS, LABELS),
        "forest": RandomForestClassifier(2, max_depth=2).fit(ROWS, LABELS),
        "neighbours": KNeighborsClassifier(3).fit(ROWS[:10], LABELS[:10]),
        "pipeline": make_pipeline(columns, LogisticRegression()).fit(abs(ROWS), LABELS),
        "values": {"a": [1, 2.5, "x", None], "b": (1, 2), "c": np.arange(4), "d": scipy.sparse.csr_matrix(np.eye(3))},
    }
    for name, thing in things.items():
        skops.io.dump(thing, DIRECTORY / f"{name}.skops", compression=ZIP_DEFLATED)


def tensors():
    """GGUF, safetensors, Flax."""
    import flax.serialization
    import gguf
    import jax.numpy as jnp
    import safetensors.numpy

    writer = gguf.GGUFWriter(DIRECTORY / "model.gguf", "llama")
    writer.add_token_list(["<s>", "größe", "word"])
    writer.add_chat_template("{% for message in messages %}{{ message['content'] }}{% endfor %}")
    writer.add_tensor("token_embd.weight", np.ones((3, 32), dtype=np.float16))
    quantised = gguf.quants.quantize(np.ones((2, 32), dtype=np.float32), gguf.GGMLQuantizationType.Q8_0)
    writer.add_tensor("output.weight", quantised, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    weights = {"a": np.ones((2, 3), dtype=np.float32), "b": np.zeros(0, dtype=np.int64), "c": np.array(True)}
    safetensors.numpy.save_file(weights, DIRECTORY / "model.safetensors", {"format": "np"})
    parameters = {"params": {"kernel": jnp.ones((2, 3), jnp.bfloat16), "bias": jnp.zeros(3)}, "step": 7, "z": 1j}
    (DIRECTORY / "flax_model.msgpack").write_bytes(flax.serialization.to_bytes(parameters))


def main():
    """Write all of them."""
    DIRECTORY.mkdir(parents=True)
    boosted()
    scikit_learn()
    tensors()


if __name__ == "__main__":
    main()
