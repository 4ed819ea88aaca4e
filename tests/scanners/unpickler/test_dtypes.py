"""Array types whose code and state contradict each other are told from honest ones."""

import pytest

from scanners.unpickler.dtypes import OBJECT, code_of, disagreement
from scanners.unpickler.values import Global, Made

NUMBERS = (3, "<", None, None, None, -1, -1, 0)
OBJECTS = (3, "|", None, None, None, -1, -1, 63)
RECORDS = (3, "|", None, ("x",), ("x", 0), 12, 1, 16)


def made(*arguments: object, module: str = "numpy", name: str = "dtype") -> Made:
    """Return what a call of a name gave."""
    return Made(Global(module, name, 4, 0), arguments)


def with_state(value: Made, state: object) -> Made:
    """Return a value that has its state."""
    value.state = state
    return value


RECORD = Global("numpy", "record", 4, 0)


@pytest.mark.parametrize(
    ("value", "state"),
    [
        (made("f8", False, True), NUMBERS),
        (made("O8", False, True), OBJECTS),
        (made("S5", False, True), (3, "|", None, None, None, 5, 1, 0)),
        (made("U5", False, True), (3, "<", None, None, None, 20, 4, 8)),
        (made("V8", False, True), (3, "|", (made("i4"), (2,)), None, None, 8, 4, 0)),
        (made("V8", False, True), (3, "|", (with_state(made("O8"), OBJECTS), (1,)), None, None, 8, 8, 63)),
        (made(RECORD, False, True), RECORDS),
        (made("quaternion", False, True), NUMBERS),
    ],
)
def test_what_numpy_writes_agrees(value: Made, state: object) -> None:
    """No alarm for the states of honest types."""
    assert disagreement(value, state) is None


@pytest.mark.parametrize(
    ("value", "state"),
    [
        (made("f8", False, True), OBJECTS),
        (made("O8", False, True), NUMBERS),
        (made("f8", False, True), (*NUMBERS[:7], None)),
        (made("f8", False, True), NUMBERS[:7]),
        (made("f8", False, True), None),
        (made("S5", False, True), (3, "|", None, None, None, 50, 1, 0)),
        (made("V8", False, True), (3, "|", (with_state(made("O8"), OBJECTS), (1,)), None, None, 8, 8, 0)),
        (made("V8", False, True), (3, "|", (made("i4"), (2,)), None, None, 8, 4, 63)),
        (made(7, False, True), NUMBERS),
        (made(), NUMBERS),
        (with_state(made("f8", False, True), NUMBERS), NUMBERS),
    ],
)
def test_what_numpy_never_writes_does_not(value: Made, state: object) -> None:
    """Flags against the code, other sizes, other forms, second states."""
    assert disagreement(value, state)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (with_state(made("f8", False, True), NUMBERS), "f8"),
        (with_state(made("V8"), (3, "|", (with_state(made("O8"), OBJECTS), (1,)), None, None, 8, 8, 63)), OBJECT),
        (with_state(made(RECORD), RECORDS), "V12"),
        (made(1, module="numpy._core._internal", name="_convert_to_stringdtype_kwargs"), OBJECT),
        (made("f8", module="collections", name="OrderedDict"), None),
        ("f8", None),
    ],
)
def test_codes_are_those_of_array_types_only(value: object, code: str | None) -> None:
    """What something else made is no array type, whatever it was given."""
    assert code_of(value) == code
