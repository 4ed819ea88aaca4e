"""The pickles inside joblib's files, arrays kept inline and in files of their own."""

import importlib
import io

import numpy
from attempts import attempt, attempts


def samples():
    """Yield what joblib's own pickler writes, without the raw arrays that stand between."""
    for place in ("joblib", "sklearn.externals.joblib"):
        library = attempt(importlib.import_module, place)
        if library is not None:
            yield from attempts(
                {
                    f"{place}-{name}": lambda make=make, library=library: pickled(library, make())
                    for name, make in makers().items()
                }
            )


def makers():
    """Return makers of things with arrays."""
    return {
        "array": lambda: numpy.arange(4.0),
        "fortran": lambda: numpy.asfortranarray(numpy.eye(3)),
        "matrix": lambda: numpy.matrix([[1, 2]]),
        "objects": lambda: numpy.array(["a", None], dtype=object),
        "model": lambda: fitted(),
    }


def fitted():
    """Return a small fitted estimator."""
    return importlib.import_module("sklearn.linear_model").LinearRegression().fit([[0.0], [1.0]], [0.0, 1.0])


def pickled(library, thing):
    """Return the stream with every raw array left out, so that it is a plain pickle."""
    numpy_pickle = importlib.import_module(library.__name__ + ".numpy_pickle")
    numpy_pickle.NumpyArrayWrapper.write_array = lambda *_: None
    buffer = io.BytesIO()
    numpy_pickle.NumpyPickler(buffer).dump(thing)
    return buffer.getvalue()
