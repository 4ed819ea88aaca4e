"""Plain data, as training scripts keep it beside a model."""

import argparse
import collections
import datetime
import decimal
import enum
import fractions
import itertools
import pathlib
import random
import types
import uuid

from attempts import attempts


def samples():
    """Yield containers, numbers, times and paths of the standard library."""
    utc = datetime.timezone.utc  # noqa: UP017 - runs in Python 3.6 too
    yield from attempts(
        {
            "containers": lambda: [
                {1, 2},
                frozenset({3}),
                (1, [2], {3: 4}),
                bytearray(b"5"),
                slice(1, 2),
                range(3),
                complex(1, 2),
                collections.OrderedDict(a=1),
                collections.defaultdict(list, b=[2]),
                collections.defaultdict(int),
                collections.defaultdict(dict),
                collections.defaultdict(set),
                collections.defaultdict(float),
                collections.defaultdict(collections.Counter),
                collections.Counter("abc"),
                collections.deque([1], maxlen=3),
                collections.ChainMap({1: 2}),
                collections.UserDict(a=1),
                collections.UserList([1]),
                collections.UserString("s"),
                types.SimpleNamespace(a=1),
                argparse.Namespace(learning_rate=0.1),
            ],
            "singletons": lambda: [None, Ellipsis, NotImplemented, type(None)],
            "times": lambda: [
                datetime.datetime(2020, 1, 2, 3, 4, 5, 6, utc),
                datetime.date(2020, 1, 2),
                datetime.time(1, 2, 3, 4, utc),
                datetime.timedelta(1, 2, 3),
                datetime.timezone(datetime.timedelta(hours=2), "x"),
            ],
            "numbers": lambda: [decimal.Decimal("1.5"), fractions.Fraction(1, 3), 1 << 100, 1.5],
            "paths": lambda: [pathlib.Path("a/b"), pathlib.PurePosixPath("a"), pathlib.PureWindowsPath("b")],
            "identifiers": lambda: [uuid.UUID(int=5), uuid.uuid4()],
            "random": lambda: [random.Random(1), random.getstate()],
            "types": lambda: [
                int,
                float,
                str,
                bytes,
                bytearray,
                bool,
                list,
                dict,
                tuple,
                set,
                frozenset,
                object,
                complex,
                type,
                slice,
                range,
                memoryview,
            ],
            "iterators": lambda: [
                iter([1]),
                iter((1,)),
                iter({1: 2}),
                iter("s"),
                itertools.count(3),
                reversed([1]),
                enumerate([1]),
                zip([1]),
            ],
            "functions": lambda: [len, abs, max, min, sum, sorted, str.lower, str.upper, str.strip, str.split],
            "errors": lambda: [
                ValueError("a"),
                TypeError("b"),
                KeyError("c"),
                RuntimeError("d"),
                StopIteration(),
                UserWarning("e"),
                OSError(2, "f"),
                FileNotFoundError(2, "g"),
            ],
            "flags": lambda: [enum.auto()],
        },
    )
