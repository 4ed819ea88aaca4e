"""From the bytes of a review to the bytes of its answer. Knows no HTTP and no framework.

Whatever cannot be decoded or decided becomes an answer too: a denial with a fixed sentence on the enforce path, and an
answer that says so and allows on the others, since those must never stop anybody. The reasons go to the log alone:
their text may be the sender's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeAlias

import msgspec

Json: TypeAlias = Mapping[str, Any]
Judge: TypeAlias = Callable[[Json, str], Json]
"""Takes the whole AdmissionReview object and the mode; returns the AdmissionReview that answers it, or raises."""

ENFORCE: Final = "enforce"
WARN: Final = "warn"
AUDIT: Final = "audit"
MUTATE: Final = "mutate"
"""Adds the gate. It allows always: what comes of it is judged, and if need be denied, by the validating webhook."""
POLICIES: Final = "policies"
"""Judges what an administrator writes: a policy that could not be understood."""
MODES: Final = (ENFORCE, WARN, AUDIT)

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode

# The API server writes the fields in the order of its Go structs, so the uid stands at the head even of a body that is
# too large or broken further back. A wrong guess is harmless: the API server refuses an answer with another uid.
_UID = re.compile(rb'"request"\s*:\s*\{\s*"uid"\s*:\s*"([0-9A-Za-z-]{1,64})"')
_HEAD: Final = 1024


class Undecided(StrEnum):
    """Why a review got no decision."""

    NOT_JSON = "not-json"
    NOT_A_REVIEW = "not-a-review"
    TOO_LARGE = "too-large"
    DEADLINE = "deadline"
    FAILED = "failed"
    CUT_SHORT = "cut-short"


_SENTENCES: Final[Mapping[Undecided, str]] = {
    Undecided.NOT_JSON: "weighbridge could not decode this admission review",
    Undecided.NOT_A_REVIEW: "weighbridge could not decode this admission review",
    Undecided.TOO_LARGE: "weighbridge does not read admission reviews of this size",
    Undecided.DEADLINE: "weighbridge could not decide this admission review in time; try again",
    Undecided.FAILED: "weighbridge could not decide this admission review; its log says why",
    Undecided.CUT_SHORT: "weighbridge could not read the whole of this admission review",
}
_CODES: Final[Mapping[Undecided, tuple[int, str]]] = {
    Undecided.NOT_JSON: (400, "BadRequest"),
    Undecided.NOT_A_REVIEW: (400, "BadRequest"),
    Undecided.TOO_LARGE: (413, "RequestEntityTooLarge"),
    Undecided.DEADLINE: (504, "Timeout"),
    Undecided.FAILED: (500, "InternalError"),
    Undecided.CUT_SHORT: (400, "BadRequest"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to one review, and what the log and the metrics say of it."""

    body: bytes
    """An AdmissionReview as JSON."""
    mode: str
    allowed: bool
    undecided: Undecided | None = None
    detail: str = ""
    """What went wrong, for the log only."""
    request: Json
    """The `request` of the review, empty where there is none that can be read."""
    response: Json
    """The `response` of the answer."""


def answer(body: bytes, mode: str, judge: Judge) -> Answer:
    """Decide the review that `body` holds; never raise."""
    try:
        review = _decode(body)
    except (ValueError, RecursionError) as error:  # msgspec.DecodeError and UnicodeDecodeError are ValueErrors
        return undecided(Undecided.NOT_JSON, mode, detail=str(error), head=body)
    if not isinstance(review, dict) or not isinstance(review.get("request"), dict):
        return undecided(Undecided.NOT_A_REVIEW, mode, detail="not an AdmissionReview with a request", head=body)
    try:
        return _judged(review, mode, judge)
    except Exception as error:  # noqa: BLE001  a fault of ours must deny in our words, not become an HTTP 500
        return undecided(Undecided.FAILED, mode, detail=repr(error), head=body, request=review["request"])


def _judged(review: Json, mode: str, judge: Judge) -> Answer:
    given = judge(review, mode)
    response = given["response"]
    allowed = response["allowed"]
    if allowed is not True and allowed is not False:
        raise TypeError(f"a decision is true or false, not {allowed!r}")
    return Answer(body=_encode(given), mode=mode, allowed=allowed, request=review["request"], response=response)


def undecided(
    reason: Undecided, mode: str, *, detail: str = "", head: bytes = b"", request: Json | None = None
) -> Answer:
    """Answer a review that could not be read or decided: denied on the enforce path, with a remark on the others."""
    response = _remark(reason, mode)
    response["uid"] = _uid(head, request)
    given = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response}
    return Answer(
        body=_encode(given),
        mode=mode,
        allowed=response["allowed"],
        undecided=reason,
        detail=detail,
        request=request or {},
        response=response,
    )


def _remark(reason: Undecided, mode: str) -> dict[str, Any]:
    sentence = _SENTENCES[reason]
    if mode in {WARN, MUTATE}:
        return {"allowed": True, "warnings": [sentence]}
    if mode == AUDIT:
        return {"allowed": True, "auditAnnotations": {"undecided": reason.value}}
    code, word = _CODES[reason]
    return {"allowed": False, "status": {"code": code, "reason": word, "message": sentence}}


def _uid(head: bytes, request: Json | None) -> str:
    uid = (request or {}).get("uid")
    if isinstance(uid, str):
        return uid
    found = _UID.search(head, 0, _HEAD)
    return found[1].decode() if found else ""
