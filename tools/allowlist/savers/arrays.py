"""NumPy arrays, types, scalars and random states, SciPy sparse matrices and fitted pieces."""

import importlib

import numpy
from attempts import attempt, attempts

TYPES = "? b B h H i I l L q Q e f d g F D G S5 U5 M8[s] M8[ns] m8[D] O V4".split()


def samples():
    """Yield what numpy and scipy keep."""
    for code in TYPES:
        yield from attempts(
            {
                f"dtype-{code}": lambda code=code: numpy.dtype(code),
                f"array-{code}": lambda code=code: numpy.zeros((2, 3), code),
                f"array-fortran-{code}": lambda code=code: numpy.zeros((2, 3), code, order="F"),
                f"scalar-{code}": lambda code=code: numpy.zeros(1, code)[0],
                f"swapped-{code}": lambda code=code: numpy.zeros(2, numpy.dtype(code).newbyteorder()),
                f"dtype-class-{code}": lambda code=code: type(numpy.dtype(code)),
            }
        )
    yield from attempts(array_makers())
    yield "types", [getattr(numpy, name) for name in SCALAR_TYPES if hasattr(numpy, name)]
    yield from attempts(
        {
            f"dtype-class-{name}": lambda name=name: getattr(importlib.import_module("numpy.dtypes"), name)
            for name in DTYPE_CLASSES
        }
    )
    yield from random_states()
    yield from functions()
    yield from attempts(scipy_makers())
    yield from distributions()


SCALAR_TYPES = (
    "bool_ int8 int16 int32 int64 uint8 uint16 uint32 uint64 intc uintc intp uintp longlong ulonglong float16 float32 float64 longdouble float128 "
    "complex64 complex128 clongdouble complex256 object_ bytes_ str_ string_ unicode_ void datetime64 timedelta64 generic number integer "
    "signedinteger unsignedinteger inexact floating complexfloating flexible character ndarray matrix recarray memmap dtype"
).split()
DTYPE_CLASSES = (
    "BoolDType Int8DType Int16DType Int32DType Int64DType UInt8DType UInt16DType UInt32DType UInt64DType LongDType ULongDType LongLongDType "
    "ULongLongDType IntDType UIntDType ByteDType UByteDType ShortDType UShortDType Float16DType Float32DType Float64DType LongDoubleDType "
    "Complex64DType Complex128DType CLongDoubleDType ObjectDType BytesDType StrDType VoidDType DateTime64DType TimeDelta64DType StringDType"
).split()


def array_makers():
    """Return makers of arrays of every subclass."""
    fields = numpy.dtype([("a", "f4"), ("b", "O"), ("c", "U3", (2,))])
    aligned = numpy.dtype([("a", "i1"), ("b", "f8")], align=True)
    return {
        "structured": lambda: numpy.zeros(2, fields),
        "aligned": lambda: numpy.zeros(2, aligned),
        "structured-scalar": lambda: numpy.zeros(2, [("a", "f4")])[0],
        "record": lambda: numpy.rec.array([(1, 2.0)], dtype=[("x", "i4"), ("y", "f8")]),
        "record-scalar": lambda: numpy.rec.array([(1, 2.0)], dtype=[("x", "i4"), ("y", "f8")])[0],
        "matrix": lambda: numpy.matrix([[1, 2]]),
        "masked": lambda: numpy.ma.array([1, 2], mask=[0, 1]),
        "masked-records": lambda: importlib.import_module("numpy.ma.mrecords").fromarrays(
            [[1, 2], [3, 4]], names="a,b"
        ),
        "masked-constant": lambda: numpy.ma.masked,
        "chararray": lambda: numpy.char.array(["a", "b"]),
        "character": lambda: numpy.char.array([b"a", b"b"]),
        "objects": lambda: numpy.array([1, "a", None], dtype=object),
        "strings": lambda: numpy.array(["a", "b"], dtype=importlib.import_module("numpy.dtypes").StringDType()),
        "metadata": lambda: numpy.dtype("f4", metadata={"a": 1}),
        "polynomial": lambda: [
            getattr(numpy.polynomial, name)([1, 2])
            for name in "Polynomial Chebyshev Legendre Laguerre Hermite HermiteE".split()
        ],
        "poly1d": lambda: numpy.poly1d([1, 2]),
        "out-of-band": lambda: [numpy.arange(5), numpy.asfortranarray(numpy.eye(3)), numpy.eye(4)[::2]],
        "finfo": lambda: [numpy.finfo("f4"), numpy.iinfo("i4")],
    }


def random_states():
    """Yield random generators of all kinds, and their states."""
    random = numpy.random
    yield "random-state", attempt(random.RandomState, 1)
    yield "random-state-global", attempt(random.get_state)
    yield "random-state-dictionary", attempt(random.get_state, legacy=False)
    yield "random-default", attempt(lambda: random.default_rng(1))
    for name in ("MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64"):
        yield from attempts(
            {
                "generator-" + name: lambda name=name: random.Generator(getattr(random, name)(1)),
                "bit-generator-" + name: lambda name=name: getattr(random, name)(1),
                "state-" + name: lambda name=name: random.RandomState(getattr(random, name)(1)),
            }
        )
    yield "seed-sequence", attempt(lambda: random.SeedSequence(1))


def functions():
    """Yield every universal function, by the name each version gives it."""
    for holder in ("numpy", "scipy.special"):
        module = attempt(importlib.import_module, holder)
        for name in sorted(vars(module)) if module else ():
            if isinstance(getattr(module, name), numpy.ufunc):
                yield f"ufunc-{holder}-{name}", getattr(module, name)
    for name in "mean median std var min max sum prod nanmean nanmedian nanstd nansum argmax argmin percentile average size any all".split():
        yield "function-" + name, getattr(numpy, name)


def scipy_makers():
    """Return makers of what scipy keeps."""
    load = importlib.import_module
    eye = numpy.eye(3)
    x = numpy.linspace(0, 1, 8)
    makers = {
        f"sparse-{kind}-{form}": lambda kind=kind, form=form: getattr(load("scipy.sparse"), f"{form}_{kind}")(eye)
        for kind in ("matrix", "array")
        for form in "csr csc coo bsr dia dok lil".split()
    }
    makers.update(
        {
            "interp1d": lambda: load("scipy.interpolate").interp1d(x, x),
            "interp1d-cubic": lambda: load("scipy.interpolate").interp1d(x, x, kind="cubic"),
            "spline-univariate": lambda: load("scipy.interpolate").UnivariateSpline(x, x),
            "spline-interpolated": lambda: load("scipy.interpolate").InterpolatedUnivariateSpline(x, x),
            "spline-lsq": lambda: load("scipy.interpolate").LSQUnivariateSpline(x, x, [0.4]),
            "spline-b": lambda: load("scipy.interpolate").make_interp_spline(x, x),
            "spline-cubic": lambda: load("scipy.interpolate").CubicSpline(x, x),
            "pchip": lambda: load("scipy.interpolate").PchipInterpolator(x, x),
            "akima": lambda: load("scipy.interpolate").Akima1DInterpolator(x, x),
            "polynomial": lambda: load("scipy.interpolate").PPoly(eye, [0, 1, 2, 3]),
            "regular-grid": lambda: load("scipy.interpolate").RegularGridInterpolator((x, x), numpy.outer(x, x)),
            "radial": lambda: load("scipy.interpolate").RBFInterpolator(numpy.eye(4, 2), numpy.arange(4.0)),
            "nearest": lambda: load("scipy.interpolate").NearestNDInterpolator(numpy.eye(4, 2), numpy.arange(4.0)),
            "kd-tree": lambda: load("scipy.spatial").cKDTree(eye),
            "kd-tree-python": lambda: load("scipy.spatial").KDTree(eye),
            "rotation": lambda: load("scipy.spatial.transform").Rotation.from_quat([0, 0, 0, 1]),
            "kde": lambda: load("scipy.stats").gaussian_kde(x),
            "frozen-norm": lambda: load("scipy.stats").norm(0, 1),
            "frozen-uniform": lambda: load("scipy.stats").uniform(0, 1),
            "frozen-randint": lambda: load("scipy.stats").randint(0, 5),
            "distribution": lambda: load("scipy.stats").expon,
            "optimize-result": lambda: load("scipy.optimize").minimize(lambda value: value[0] ** 2, [1.0]),
            "bounds": lambda: load("scipy.optimize").Bounds([0], [1]),
            "linear-constraint": lambda: load("scipy.optimize").LinearConstraint(eye, 0, 1),
        }
    )
    return makers


def distributions():
    """Yield every distribution of scipy, alone and frozen with its default or first arguments."""
    stats = importlib.import_module("scipy.stats")
    for name in sorted(vars(stats)):
        thing = getattr(stats, name)
        if isinstance(thing, (stats.rv_continuous, stats.rv_discrete)):
            yield "distribution-" + name, thing
            yield "frozen-" + name, attempt(lambda thing=thing: thing(*[0.5] * thing.numargs))
