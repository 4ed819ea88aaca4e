"""From what is held to what should be held next, one step at a time; pure.

A change of authority takes three steps, and between them nothing that anybody serves is untrusted: the new authority joins
the bundle; once the API server trusts it, it signs a new certificate; once no replica can still serve the old certificate,
the old authority leaves the bundle.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from webhook.authority.holdings import Holdings
from webhook.authority.issuing import issued_at, new_authority, new_leaf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cryptography import x509


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Whom certificates are for, and how long they live. Frozen and self-validating."""

    names: tuple[str, ...]
    """DNS names of the service; the first is the one the API server asks for."""
    leaf_life: timedelta = timedelta(days=90)
    authority_life: timedelta = timedelta(days=730)
    overlap: timedelta = timedelta(days=1)
    """How long a former authority stays trusted after its last certificate was replaced: a node that cannot be reached
    keeps serving the old one."""

    def __post_init__(self) -> None:
        if not self.names:
            raise ValueError("certificates need a name")
        if min(self.leaf_life, self.overlap) <= timedelta(0):
            raise ValueError("lives and the overlap must be above 0")
        if self.authority_life < 3 * self.leaf_life:
            raise ValueError("an authority must live at least three times as long as a certificate")


def begin(terms: Terms, now: datetime, trusted: Sequence[x509.Certificate] = ()) -> Holdings:
    """Make everything anew. Authorities that are `trusted` stay so: a replica may still serve a certificate of theirs."""
    authority, authority_key = new_authority(now, terms.authority_life)
    leaf, leaf_key = new_leaf(authority, authority_key, terms.names, now, terms.leaf_life)
    return Holdings(authorities=(authority, *trusted), authority_key=authority_key, leaf=leaf, leaf_key=leaf_key)


def next_step(
    held: Holdings, terms: Terms, now: datetime, *, trusted: bool, not_older_than: datetime | None = None
) -> Holdings:
    """
    Return what should be held instead, or `held` itself.

    `trusted` says whether the API server has trusted the whole bundle for long enough that every replica of it does.
    What was issued before `not_older_than` is renewed, whatever its age.
    """
    bound = not_older_than if not_older_than is not None and not_older_than <= now else None
    if _authority_is_due(held, terms, now, bound):
        authority, key = new_authority(now, terms.authority_life)
        # The certificate stays the old authority's until the new one is trusted.
        return replace(held, authorities=(authority, *held.authorities), authority_key=key)
    if _leaf_is_due(held, terms, now, bound) and (trusted or now >= held.leaf.not_valid_after_utc):
        leaf, leaf_key = new_leaf(held.newest, held.authority_key, terms.names, now, terms.leaf_life)
        return replace(held, leaf=leaf, leaf_key=leaf_key)
    kept = tuple(authority for authority in held.authorities if _stays(authority, held, terms, now))
    return held if kept == held.authorities else replace(held, authorities=kept)


def _authority_is_due(held: Holdings, terms: Terms, now: datetime, bound: datetime | None) -> bool:
    if bound is not None and issued_at(held.newest) < bound:
        return True
    return held.newest.not_valid_after_utc - now < max(terms.authority_life / 3, terms.leaf_life)


def _leaf_is_due(held: Holdings, terms: Terms, now: datetime, bound: datetime | None) -> bool:
    if not held.is_signed_by_newest() or held.names != frozenset(terms.names):
        return True
    if bound is not None and issued_at(held.leaf) < bound:
        return True
    life = held.leaf.not_valid_after_utc - issued_at(held.leaf)
    return held.leaf.not_valid_after_utc - now < min(life, terms.leaf_life) / 3


def _stays(authority: x509.Certificate, held: Holdings, terms: Terms, now: datetime) -> bool:
    if authority == held.newest or not held.is_signed_by_newest():
        return True
    return now < min(authority.not_valid_after_utc, issued_at(held.leaf) + terms.overlap)
