"""pandas frames, series, indexes and types."""

import importlib

import numpy
import pandas
from attempts import attempts

TYPES = (
    "bool boolean int8 int16 int32 int64 uint8 uint64 Int8 Int16 Int32 Int64 UInt8 UInt16 UInt32 UInt64 float32 float64 Float32 Float64 complex128 "
    "object string str category datetime64[ns] datetime64[s] timedelta64[ns] Sparse[int] Sparse[float] period[D] string[python] string[pyarrow] "
    "int64[pyarrow] double[pyarrow] bool[pyarrow] timestamp[ns][pyarrow]"
).split()


def samples():
    """Yield frames and their parts."""
    for name in TYPES:
        yield from attempts(
            {
                f"series-{name}": lambda name=name: pandas.Series([0, 1], name="s").astype(name),
                f"frame-{name}": lambda name=name: pandas.DataFrame(
                    {"a": pandas.Series([0, 1]).astype(name), "b": [1.5, 2.5]}
                ),
                f"index-{name}": lambda name=name: pandas.Index([0, 1]).astype(name),
                f"dtype-{name}": lambda name=name: pandas.Series([0, 1]).astype(name).dtype,
                f"array-{name}": lambda name=name: pandas.Series([0, 1]).astype(name).array,
            }
        )
    yield from attempts(index_makers())
    yield from attempts(frame_makers())
    yield from attempts(offset_makers())


def index_makers():
    """Return makers of every kind of index."""
    return {
        "range-index": lambda: pandas.RangeIndex(5),
        "multi-index": lambda: pandas.MultiIndex.from_product([["a", "b"], [1, 2]], names=["x", "y"]),
        "datetime-index": lambda: pandas.date_range("2020-01-01", periods=3),
        "datetime-index-zone": lambda: pandas.date_range("2020-01-01", periods=3, tz="UTC"),
        "datetime-index-berlin": lambda: pandas.date_range("2020-01-01", periods=3, tz="Europe/Berlin"),
        "datetime-index-hourly": lambda: pandas.date_range("2020-01-01", periods=3, freq="h"),
        "datetime-index-monthly": lambda: pandas.date_range("2020-01-01", periods=3, freq="MS"),
        "timedelta-index": lambda: pandas.to_timedelta([1, 2], unit="s"),
        "period-index": lambda: pandas.period_range("2020-01", periods=3, freq="M"),
        "interval-index": lambda: pandas.interval_range(0, 3),
        "categorical-index": lambda: pandas.CategoricalIndex(["a", "b", "a"]),
        "int-index": lambda: pandas.Index([1, 2, 5]),
        "uint-index": lambda: pandas.Index(numpy.array([1, 2], "uint64")),
        "float-index": lambda: pandas.Index([1.5, 2.5]),
        "object-index": lambda: pandas.Index(["a", 1]),
    }


def frame_makers():
    """Return makers of frames, scalars and intermediate objects."""
    frame = pandas.DataFrame(
        {"a": [1, 2], "b": ["x", "y"], "c": [1.0, None], "d": pandas.to_datetime(["2020-01-01", "2020-01-02"])}
    )
    return {
        "frame-mixed": lambda: frame,
        "frame-row": lambda: frame.iloc[0],
        "frame-categories": lambda: frame.astype({"b": "category"}),
        "frame-ordered": lambda: frame.assign(b=pandas.Categorical(["x", "y"], ["x", "y"], ordered=True)),
        "frame-dummies": lambda: pandas.get_dummies(frame),
        "frame-attributes": lambda: attributes(frame),
        "frame-flags": lambda: frame.set_flags(allows_duplicate_labels=False),
        "frame-columns": lambda: frame.columns,
        "frame-types": lambda: frame.dtypes,
        "frame-describe": lambda: frame.describe(),
        "frame-multi": lambda: frame.set_index(["a", "b"]),
        "frame-empty": lambda: pandas.DataFrame(),
        "interval-cut": lambda: pandas.cut(pandas.Series([1.0, 2.0, 3.0]), 2),
        "scalars": lambda: [
            pandas.Timestamp("2020-01-01"),
            pandas.Timedelta("1s"),
            pandas.Period("2020-01"),
            pandas.Interval(0, 1),
        ],
        "scalar-zone": lambda: pandas.Timestamp("2020-01-01", tz="Europe/Berlin"),
        "missing": lambda: pandas.NaT,
        "missing-value": lambda: pandas.NA,
        "sparse": lambda: pandas.Series(pandas.arrays.SparseArray([0, 0, 1])),
        "types": lambda: [
            pandas.DataFrame,
            pandas.Series,
            pandas.Index,
            pandas.Timestamp,
            pandas.Timedelta,
            pandas.Categorical,
            pandas.CategoricalDtype,
        ],
        "zone-pytz": lambda: importlib.import_module("pytz").timezone("Europe/Berlin"),
        "zone-pytz-utc": lambda: importlib.import_module("pytz").utc,
        "zone-pytz-fixed": lambda: importlib.import_module("pytz").FixedOffset(60),
        "zone-dateutil": lambda: importlib.import_module("dateutil.tz").tzutc(),
        "zone-dateutil-offset": lambda: importlib.import_module("dateutil.tz").tzoffset("a", 60),
        "zone-info": lambda: importlib.import_module("zoneinfo").ZoneInfo("Europe/Berlin"),
        "relative": lambda: importlib.import_module("dateutil.relativedelta").relativedelta(days=1),
    }


def attributes(frame):
    """Return a frame with attributes of its own."""
    copy = frame.copy()
    copy.attrs["source"] = "scale"
    return copy


def offset_makers():
    """Return makers of every date offset."""
    offsets = importlib.import_module("pandas.tseries.offsets")
    makers = {}
    for name in getattr(offsets, "__all__", ()):
        makers["offset-" + name] = lambda name=name: getattr(offsets, name)()
    return makers
