"""What dill and cloudpickle write for plain data; what they write for functions is code and is not sampled."""

import collections
import datetime
import decimal
import importlib
import pathlib
import types
import uuid

import numpy
from attempts import attempt, attempts

KINDS = ("dill", "cloudpickle")


def samples():
    """Yield data by each pickler."""
    for place in KINDS:
        library = attempt(importlib.import_module, place)
        if library is not None:
            yield from attempts(
                {
                    f"{place}-{name}-{protocol}": lambda library=library, thing=thing, protocol=protocol: library.dumps(
                        thing, protocol=protocol
                    )
                    for name, thing in things().items()
                    for protocol in (2, 4, 5)
                }
            )


def things():
    """Return data that travels between workers."""
    found = {
        "containers": [
            {1},
            frozenset({2}),
            (3,),
            bytearray(b"4"),
            slice(1),
            range(2),
            1j,
            collections.OrderedDict(a=1),
            collections.defaultdict(list),
            collections.deque([1]),
            collections.Counter("a"),
        ],
        "times": [
            datetime.datetime(2020, 1, 2),  # noqa: DTZ001 - as data often is
            datetime.date(2020, 1, 2),
            datetime.timedelta(1),
            datetime.timezone.utc,  # noqa: UP017 - Python 3.8 knows no other name
        ],
        "numbers": [decimal.Decimal(1), 1 << 80],
        "paths": [pathlib.PurePosixPath("a")],
        "identifiers": [uuid.UUID(int=1)],
        "singletons": [None, Ellipsis, NotImplemented, type(None), type(...), type(NotImplemented)],
        "types": [int, str, dict, object, type, types.SimpleNamespace],
        "views": [{1: 2}.keys(), {1: 2}.values(), {1: 2}.items()],
        "functions": [len, abs, numpy.mean, numpy.log, str.lower],
        "arrays": [numpy.arange(3), numpy.float32(1), numpy.dtype("f4"), numpy.array(["a"], dtype=object)],
        "mapping": types.MappingProxyType({1: 2}),
        "ordered-views": [
            collections.OrderedDict(a=1).keys(),
            collections.OrderedDict(a=1).values(),
            collections.OrderedDict(a=1).items(),
        ],
    }
    pandas = attempt(importlib.import_module, "pandas")
    if pandas is not None:
        found["frames"] = [
            pandas.DataFrame({"a": [1], "b": ["x"]}),
            pandas.Series([1.5]),
            pandas.Timestamp("2020-01-01"),
        ]
    return found
