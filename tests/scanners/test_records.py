"""Frozen records behave as frozen dataclasses with slots and keyword-only fields do."""

from __future__ import annotations

import pytest

from scanners.records import Record, replace


class Weight(Record):
    """A record with a rule."""

    grams: int
    unit: str = "g"

    def __post_init__(self) -> None:
        if self.grams < 0:
            raise ValueError("below nothing")


def test_fields_are_given_by_name_and_defaults_fill_the_rest() -> None:
    """A field without a value beside it must be given."""
    weight = Weight(grams=5)
    assert (weight.grams, weight.unit) == (5, "g")
    with pytest.raises(TypeError, match="grams"):
        Weight()  # type: ignore[call-arg]


def test_an_unknown_field_is_refused() -> None:
    """A name that is no field is a mistake of the caller."""
    with pytest.raises(TypeError, match="stones"):
        Weight(grams=5, stones=1)  # type: ignore[call-arg]


@pytest.mark.parametrize("name", ["grams", "stones"])
def test_nothing_can_be_set_or_deleted(name: str) -> None:
    """A record is what it was made as."""
    weight = Weight(grams=5)
    with pytest.raises(AttributeError, match="frozen"):
        setattr(weight, name, 6)
    with pytest.raises(AttributeError, match="frozen"):
        delattr(weight, name)
    assert weight.grams == 5


def test_equal_values_are_equal_and_hash_alike() -> None:
    """Records are compared by class and value."""
    assert Weight(grams=5) == Weight(grams=5, unit="g")
    assert len({Weight(grams=5), Weight(grams=5), Weight(grams=6)}) == 2
    assert Weight(grams=5) != (5, "g")


def test_rules_hold_for_replaced_records_too() -> None:
    """`replace` makes a new record through the same door."""
    assert replace(Weight(grams=5), unit="kg") == Weight(grams=5, unit="kg")
    with pytest.raises(ValueError, match="below nothing"):
        replace(Weight(grams=5), grams=-1)
    with pytest.raises(TypeError, match="stones"):
        replace(Weight(grams=5), stones=1)


def test_its_text_can_be_read_back() -> None:
    """What a failing test shows is the call that makes the record."""
    assert repr(Weight(grams=5)) == "Weight(grams=5, unit='g')"
