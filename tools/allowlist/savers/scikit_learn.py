"""Every scikit-learn estimator that fits on tiny data, with each option that brings classes of its own, and their parts."""

import importlib
import inspect

import numpy
from attempts import attempt, attempts

RANDOM = numpy.random.RandomState(0)
ROWS = RANDOM.normal(size=(40, 4))
CLASSES = (ROWS[:, 0] + ROWS[:, 1] > 0).astype(int)
VALUES = ROWS @ numpy.array([1.0, -2.0, 0.5, 0.0]) + 0.1
WORDS = ["a model at the gate", "the truck is weighed", "a gate is a door", "weights and trucks"] * 10

# What estimators are fitted on: the first pair that works.
DATA = (
    (ROWS, CLASSES),
    (ROWS, VALUES),
    (numpy.abs(ROWS), CLASSES),
    (numpy.abs(ROWS), numpy.abs(VALUES) + 0.1),
    ((ROWS > 0).astype(int), CLASSES),
    (ROWS, numpy.column_stack([CLASSES, 1 - CLASSES])),
    (ROWS, numpy.column_stack([VALUES, -VALUES])),
    (ROWS[:, 0], VALUES),
    (CLASSES, None),
    (WORDS, CLASSES),
    ([{"a": 1, "b": 2}, {"a": 3}], None),
    ([["a", "b"], ["b"]], None),
    (ROWS, None),
)

# Parameters whose values bring classes or functions of their own into the pickle, under all the names versions gave them.
OPTIONS = {
    "loss": (
        "squared_error ls squared_loss absolute_error lad huber quantile log_loss deviance log exponential hinge squared_hinge modified_huber "
        "perceptron epsilon_insensitive squared_epsilon_insensitive poisson gamma least_squares least_absolute_deviation auto binary_crossentropy "
        "categorical_crossentropy linear square"
    ).split(),
    "metric": (
        "euclidean manhattan minkowski chebyshev cosine haversine hamming canberra braycurtis jaccard dice russellrao rogerstanimoto sokalmichener "
        "sokalsneath cityblock l1 l2 precomputed matching kulsinski yule correlation sqeuclidean mahalanobis seuclidean infinity p wminkowski nan_euclidean"
    ).split(),
    "affinity": ["euclidean", "manhattan", "cosine", "nearest_neighbors", "rbf"],
    "algorithm": [
        "ball_tree",
        "kd_tree",
        "brute",
        "auto",
        "SAMME",
        "SAMME.R",
        "lloyd",
        "elkan",
        "full",
        "arpack",
        "randomized",
        "lars",
        "cd",
        "prim_kdtree",
        "boruvka_kdtree",
    ],
    "kernel": [
        "linear",
        "poly",
        "rbf",
        "sigmoid",
        "gaussian",
        "tophat",
        "epanechnikov",
        "exponential",
        "cosine",
        "knn",
    ],
    "solver": [
        "lbfgs",
        "liblinear",
        "newton-cg",
        "newton-cholesky",
        "sag",
        "saga",
        "svd",
        "cholesky",
        "lsqr",
        "sparse_cg",
        "eigen",
        "sgd",
        "adam",
        "cd",
        "mu",
    ],
    "svd_solver": ["full", "arpack", "randomized", "covariance_eigh"],
    "criterion": [
        "gini",
        "entropy",
        "log_loss",
        "squared_error",
        "mse",
        "friedman_mse",
        "absolute_error",
        "mae",
        "poisson",
    ],
    "splitter": ["best", "random"],
    "max_leaf_nodes": [4],
    "init": ["zero", "random", "k-means++", "nndsvd", "nndsvda", "pca"],
    "warm_start": [True],
    "early_stopping": [True],
    "oob_score": [True],
    "bootstrap": [True, False],
    "probability": [True],
    "shuffle": [True],
    "novelty": [True],
    "mode": ["regression", "classification", "fpr", "fdr", "k_best", "percentile", "fwe"],
    "strategy": ["uniform", "quantile", "kmeans", "mean", "median", "most_frequent", "constant", "prior", "stratified"],
    "method": [
        "sigmoid",
        "isotonic",
        "yeo-johnson",
        "box-cox",
        "lar",
        "lasso",
        "barnes_hut",
        "exact",
        "standard",
        "modified",
        "hessian",
        "ltsa",
    ],
    "estimator_type": ["classifier"],
    "random_state": [numpy.random.RandomState(3), 5],
    "remainder": ["passthrough"],
    "sparse": [True, False],
    "handle_unknown": ["ignore"],
    "categorical_features": [[0]],
    "monotonic_cst": [[1, 0, 0, 0]],
    "interaction_cst": [[{0, 1}, {2, 3}]],
    "power": [0, 1.5, 2, 3],
    "link": ["log", "identity"],
    "covariance_type": ["full", "tied", "diag", "spherical"],
    "weights": ["distance", "uniform"],
}


# Before 0.22, what needs arguments or special data is left out unless asked for.
EVERYTHING = {"include_meta_estimators": True, "include_other": True, "include_dont_test": True}


def samples():
    """Yield estimators, fitted and not, and the parts that people keep beside them."""
    for name, estimator_class in estimator_classes():
        yield from estimators(name, estimator_class)
    yield from composed()
    yield from parts()


def estimator_classes():
    """List the estimators of this version."""
    for place in ("sklearn.utils", "sklearn.utils.testing"):
        find = getattr(attempt(importlib.import_module, place), "all_estimators", None)
        if find is not None:
            for experiment in ("enable_hist_gradient_boosting", "enable_iterative_imputer", "enable_halving_search_cv"):
                attempt(importlib.import_module, "sklearn.experimental." + experiment)
            return attempt(find, **EVERYTHING) or find()
    raise ImportError("no all_estimators")


def estimators(name, estimator_class):
    """Yield one estimator as it comes, fitted, and fitted with each option."""
    required = attempt(keywords, estimator_class)
    if required is None:
        return
    for label, options in [("", {}), *variants(estimator_class)]:
        made = attempt(lambda options=options: estimator_class(**{**required, **options}))
        if made is None:
            continue
        if not label:
            yield name + "-unfitted", attempt(lambda: estimator_class(**required))
        fitted = fit(made)
        if fitted is not None:
            yield name + label, fitted


def keywords(estimator_class):
    """Return arguments for the parameters that have no default."""
    from sklearn.linear_model import LinearRegression, LogisticRegression
    from sklearn.tree import DecisionTreeClassifier

    given = {}
    for parameter in inspect.signature(estimator_class.__init__).parameters.values():
        if parameter.name in {"estimator", "base_estimator"}:
            regressor = "Regress" in estimator_class.__name__ or "RANSAC" in estimator_class.__name__
            given[parameter.name] = LinearRegression() if regressor else LogisticRegression()
        elif parameter.name in {"estimators", "transformer_list", "transformers", "steps"}:
            given[parameter.name] = {
                "transformers": [("a", scaler(), [0, 1]), ("b", "passthrough", [2])],
                "transformer_list": [("a", scaler())],
                "steps": [("a", scaler()), ("b", LogisticRegression())],
            }.get(parameter.name, [("a", LogisticRegression()), ("b", DecisionTreeClassifier())])
            if "Regress" in estimator_class.__name__:
                given[parameter.name] = [("a", LinearRegression())]
        elif parameter.name in {"param_grid", "param_distributions"}:
            given[parameter.name] = {"fit_intercept": [True, False]}
        elif parameter.name == "dictionary":
            given[parameter.name] = numpy.eye(4)
    return given


def scaler():
    """Return a transformer."""
    from sklearn.preprocessing import StandardScaler

    return StandardScaler()


def variants(estimator_class):
    """Yield a label and options for each option of the class that this program knows."""
    for parameter in inspect.signature(estimator_class.__init__).parameters:
        for value in OPTIONS.get(parameter, ()):
            yield "-{}-{}".format(parameter, str(value)[:20].replace("/", "_").replace("\n", "")), {parameter: value}


def fit(estimator):
    """Fit an estimator on the first data that it takes."""
    for rows, target in DATA:
        given = (rows,) if target is None else (rows, target)
        fitted = attempt(lambda given=given: estimator.fit(*given))
        if fitted is not None:
            return fitted
    return None


def composed():
    """Yield pipelines, searches and transformers that hold functions."""
    sklearn = importlib.import_module
    yield from attempts(
        {
            "pipeline-text": lambda: (
                sklearn("sklearn.pipeline")
                .make_pipeline(
                    sklearn("sklearn.feature_extraction.text").TfidfVectorizer(),
                    sklearn("sklearn.linear_model").LogisticRegression(),
                )
                .fit(WORDS, CLASSES)
            ),
            "pipeline-hashing": lambda: (
                sklearn("sklearn.pipeline")
                .make_pipeline(
                    sklearn("sklearn.feature_extraction.text").HashingVectorizer(n_features=16),
                    sklearn("sklearn.naive_bayes").BernoulliNB(),
                )
                .fit(WORDS, CLASSES)
            ),
            "vectorizer-float32": lambda: (
                sklearn("sklearn.feature_extraction.text").CountVectorizer(dtype=numpy.float32).fit(WORDS)
            ),
            "grid": lambda: (
                sklearn("sklearn.model_selection")
                .GridSearchCV(
                    sklearn("sklearn.svm").SVC(),
                    {"C": [1, 2], "kernel": ["rbf", "linear"]},
                    cv=sklearn("sklearn.model_selection").StratifiedKFold(2),
                )
                .fit(ROWS, CLASSES)
            ),
            "onehot-dtype": lambda: (
                sklearn("sklearn.preprocessing").OneHotEncoder(dtype=numpy.int64).fit([["a"], ["b"]])
            ),
            "ordinal-objects": lambda: sklearn("sklearn.preprocessing").OrdinalEncoder().fit([["a", 1], ["b", 2]]),
            "label-objects": lambda: sklearn("sklearn.preprocessing").LabelEncoder().fit(["a", "b"]),
            "sparse-fit": lambda: sklearn("sklearn.svm").SVC().fit(sklearn("scipy.sparse").csr_matrix(ROWS), CLASSES),
        }
    )
    for library in ("numpy", "scipy.special", "numpy.linalg"):
        for function in functions(library):
            made = attempt(lambda function=function: sklearn("sklearn.preprocessing").FunctionTransformer(function))
            if made is not None:
                yield f"function-{library}-{function.__name__}", made


FUNCTIONS = (
    "abs absolute add arccos arccosh arcsin arcsinh arctan arctanh array asarray asfortranarray ascontiguousarray cbrt ceil clip column_stack cos cosh "
    "cumsum deg2rad degrees diff divide exp exp2 expand_dims expm1 fabs flip float_power floor fmax fmin gradient hstack hypot isfinite isinf isnan "
    "log log10 log1p log2 logaddexp logical_not max maximum mean median min minimum mod multiply nan_to_num nanmax nanmean nanmedian nanmin nanstd nansum "
    "negative ones_like percentile positive power prod ptp quantile rad2deg radians ravel reciprocal remainder reshape rint round sign sin sinh sqrt "
    "square squeeze std subtract sum tan tanh transpose trunc vstack where zeros_like unique norm logit expit softmax log_softmax xlogy boxcox1p inv_boxcox erf gamma gammaln"
).split()


def functions(library):
    """List the functions of a library that transformers are given."""
    module = importlib.import_module(library)
    return [
        getattr(module, name)
        for name in FUNCTIONS
        if callable(getattr(module, name, None)) and hasattr(getattr(module, name), "__name__")
    ]


def parts():
    """Yield splitters, kernels, scorers, trees and data sets."""
    for name in (
        "KFold StratifiedKFold GroupKFold ShuffleSplit StratifiedShuffleSplit TimeSeriesSplit LeaveOneOut RepeatedKFold RepeatedStratifiedKFold "
        "GroupShuffleSplit LeaveOneGroupOut StratifiedGroupKFold ParameterGrid"
    ).split():
        made = attempt(
            lambda name=name: getattr(importlib.import_module("sklearn.model_selection"), name)(
                *([{"a": [1]}] if name == "ParameterGrid" else [])
            )
        )
        if made is not None:
            yield "splitter-" + name, made
    kernels = importlib.import_module("sklearn.gaussian_process.kernels")
    for (
        name
    ) in "RBF Matern RationalQuadratic ExpSineSquared DotProduct WhiteKernel ConstantKernel PairwiseKernel".split():
        yield (
            "kernel-" + name,
            attempt(lambda name=name: kernels.ConstantKernel(1.0) * getattr(kernels, name)() + kernels.WhiteKernel()),
        )
        yield "kernel-power-" + name, attempt(lambda name=name: kernels.Exponentiation(getattr(kernels, name)(), 2))
    yield from scorers()
    for name in ("load_iris", "load_wine", "load_breast_cancer", "load_diabetes"):
        made = attempt(lambda name=name: getattr(importlib.import_module("sklearn.datasets"), name)())
        if made is not None:
            yield (
                "bunch-" + name,
                type(made)(
                    data=made.data[:2], target=made.target[:2], target_names=getattr(made, "target_names", None)
                ),
            )
    neighbors = importlib.import_module("sklearn.neighbors")
    for tree in ("KDTree", "BallTree"):
        for metric in ("euclidean", "manhattan", "chebyshev", "minkowski"):
            yield (
                f"{tree}-{metric}",
                attempt(lambda tree=tree, metric=metric: getattr(neighbors, tree)(ROWS, metric=metric)),
            )
    for holder in ("sklearn.metrics", "sklearn.neighbors"):
        distances = getattr(attempt(importlib.import_module, holder), "DistanceMetric", None)
        for metric in OPTIONS["metric"]:
            made = attempt(distances.get_metric, metric) if distances else None
            if made is not None:
                yield f"distance-{holder}-{metric}", made


def scorers():
    """Yield every named scorer and the metric functions themselves."""
    metrics = importlib.import_module("sklearn.metrics")
    known = attempt(lambda: metrics.get_scorer_names()) or list(getattr(metrics, "SCORERS", ()))
    for name in known:
        yield "scorer-" + name, attempt(metrics.get_scorer, name)
    for name in dir(metrics):
        if name.endswith(("_score", "_error", "_loss")) and callable(getattr(metrics, name)):
            yield "metric-" + name, attempt(metrics.make_scorer, getattr(metrics, name))
            yield "metric-function-" + name, getattr(metrics, name)
    pairwise = importlib.import_module("sklearn.metrics.pairwise")
    for name in dir(pairwise):
        if name.endswith(("_kernel", "_distances", "_similarity")):
            yield "pairwise-" + name, getattr(pairwise, name)
    selection = importlib.import_module("sklearn.feature_selection")
    for name in ("f_classif", "f_regression", "chi2", "mutual_info_classif", "mutual_info_regression", "r_regression"):
        if hasattr(selection, name):
            yield (
                "score-function-" + name,
                attempt(
                    lambda name=name: selection.SelectKBest(getattr(selection, name), k=2).fit(numpy.abs(ROWS), CLASSES)
                ),
            )
