"""Certificates that renew themselves: at no moment is anything served that somebody does not trust."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from webhook.authority.holdings import BUNDLE, CERTIFICATE, HoldingsError, authorities_in, from_data, signed_by
from webhook.authority.steps import Terms, begin, next_step

NOW = datetime(2027, 1, 31, 12, tzinfo=UTC)
NAME = "weighbridge-webhook.weighbridge-system.svc"
TERMS = Terms(names=(NAME,))
DAY = timedelta(days=1)


def run(held, terms, days, *, from_day=0):
    """Take a step a day, trusted each time, and yield day and holdings."""
    for day in range(from_day, from_day + days):
        held = next_step(held, terms, NOW + day * DAY, trusted=True)
        yield day, held


def test_the_beginning_is_one_authority_and_its_certificate() -> None:
    """The certificate is for the service's name and signed by the only authority."""
    held = begin(TERMS, NOW)
    assert held.names == {NAME}
    assert len(held.authorities) == 1
    assert held.is_signed_by_newest()


def test_what_is_in_order_is_left_alone() -> None:
    """A round that finds nothing to do changes nothing."""
    held = begin(TERMS, NOW)
    assert next_step(held, TERMS, NOW + 30 * DAY, trusted=True) is held


def test_a_secret_gives_back_what_was_put_in() -> None:
    """What is written is read again as it was."""
    held = begin(TERMS, NOW)
    assert from_data(held.to_data()).to_data() == held.to_data()


def test_the_certificate_is_renewed_when_a_third_of_its_life_is_left() -> None:
    """Not before, and by the same authority."""
    held = begin(TERMS, NOW)
    assert next_step(held, TERMS, NOW + 59 * DAY, trusted=True) is held
    renewed = next_step(held, TERMS, NOW + 61 * DAY, trusted=True)
    assert renewed.leaf != held.leaf
    assert renewed.authorities == held.authorities


def test_a_new_authority_signs_only_once_it_is_trusted() -> None:
    """First it joins the bundle, with the old certificate in use; then it signs; then the old one leaves."""
    start = begin(TERMS, NOW)
    moment = NOW + 500 * DAY
    held = next_step(start, TERMS, moment, trusted=True)
    assert held.authorities[1:] == start.authorities
    assert held.leaf == start.leaf
    assert next_step(held, TERMS, moment - 450 * DAY, trusted=False) is held
    signed = next_step(held, TERMS, moment, trusted=True)
    assert signed.is_signed_by_newest()
    assert signed.authorities == held.authorities
    assert next_step(signed, TERMS, moment + timedelta(hours=23), trusted=True) is signed
    assert next_step(signed, TERMS, moment + timedelta(hours=25), trusted=True).authorities == signed.authorities[:1]


def test_over_ten_years_every_certificate_served_is_valid_and_trusted() -> None:
    """Any certificate of the last day (a kubelet's lag) is trusted by the bundle of today, and has not expired."""
    start = begin(TERMS, NOW)
    served = [start.leaf]
    authorities = set()
    for day, held in run(start, TERMS, 3650):
        now = NOW + day * DAY
        served = [*served[-1:], held.leaf]
        authorities.add(held.newest)
        for leaf in served:
            assert now < leaf.not_valid_after_utc
            assert any(
                signed_by(leaf, authority) and now < authority.not_valid_after_utc for authority in held.authorities
            )
        assert len(held.authorities) <= 2
    assert len(authorities) >= 5


def test_what_is_older_than_asked_for_is_renewed() -> None:
    """An annotation renews authority and certificate, once; a moment to come waits until it has come."""
    start = begin(TERMS, NOW)
    later = NOW + timedelta(hours=1)
    assert next_step(start, TERMS, later, trusted=True, not_older_than=later + DAY) is start
    held = next_step(start, TERMS, later, trusted=True, not_older_than=later)
    assert len(held.authorities) == 2
    renewed = next_step(held, TERMS, later, trusted=True, not_older_than=later)
    assert renewed.is_signed_by_newest()
    assert next_step(renewed, TERMS, later, trusted=True, not_older_than=later) is renewed


def test_another_service_name_gets_another_certificate() -> None:
    """A release that was renamed must not serve a name nobody asks for."""
    held = begin(TERMS, NOW)
    renamed = next_step(held, Terms(names=("other.system.svc",)), NOW, trusted=True)
    assert renewed_names(renamed) == {"other.system.svc"}


def renewed_names(held):
    return set(held.names)


def test_what_was_trusted_stays_so_when_the_secret_is_lost() -> None:
    """Replicas still serve the old certificate until the kubelet brings the new one."""
    old = begin(TERMS, NOW)
    trusted = authorities_in([old.bundle, b"nonsense", b""], NOW)
    held = begin(TERMS, NOW, trusted)
    assert held.authorities[1:] == old.authorities
    assert held.is_signed_by_newest()
    assert next_step(held, TERMS, NOW + 2 * DAY, trusted=True).authorities == held.authorities[:1]


def test_an_authority_that_has_expired_is_not_carried_over() -> None:
    """Only what is valid now is worth trusting."""
    assert authorities_in([begin(TERMS, NOW).bundle], NOW + 1000 * DAY) == ()


def test_a_certificate_never_outlives_its_authority() -> None:
    """It ends with it, even where the authority's life is short."""
    terms = Terms(names=(NAME,), leaf_life=10 * DAY, authority_life=30 * DAY)
    for _, held in run(begin(terms, NOW), terms, 200):
        (authority,) = (each for each in held.authorities if signed_by(held.leaf, each))
        assert held.leaf.not_valid_after_utc <= authority.not_valid_after_utc


@pytest.mark.parametrize("key", list(begin(TERMS, NOW).to_data()))
@pytest.mark.parametrize("content", [b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_a_damaged_secret_is_said_to_be_so(key, content) -> None:
    """Any part that is missing or is no PEM is an error that names the part."""
    with pytest.raises(HoldingsError) as caught:
        from_data({**begin(TERMS, NOW).to_data(), key: content})
    assert caught.value.key == key


@pytest.mark.parametrize("keys", [(BUNDLE,), (CERTIFICATE,), (CERTIFICATE, "tls.key"), (BUNDLE, "authority.key")])
def test_parts_that_do_not_belong_together_are_refused(keys) -> None:
    """A certificate of one authority beside the bundle of another is of no use to anybody."""
    other = begin(TERMS, NOW).to_data()
    with pytest.raises(HoldingsError):
        from_data({**begin(TERMS, NOW).to_data(), **{key: other[key] for key in keys}})


@pytest.mark.parametrize(
    "change",
    [{"names": ()}, {"leaf_life": timedelta(0)}, {"overlap": timedelta(0)}, {"authority_life": 200 * DAY}],
)
def test_terms_that_cannot_work_are_refused(change) -> None:
    """An authority that is about to end when it begins would be renewed for ever."""
    with pytest.raises(ValueError, match=r"must|need"):
        Terms(**{"names": (NAME,), **change})
