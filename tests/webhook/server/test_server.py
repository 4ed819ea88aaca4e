"""The admission server over real HTTPS: routes, limits, deadline, drain."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.webhook.server.conftest import UID, allow, deny, exchange, review_of
from webhook.server import ServerSettings

PATHS = ("/validate/enforce", "/validate/warn", "/validate/audit")


def fault(review: Any, mode: str) -> dict[str, Any]:
    raise KeyError("secret of the sender")


def slow(seconds: float):
    def judge(review: Any, mode: str) -> dict[str, Any]:
        if review["request"]["name"] == "slow":
            time.sleep(seconds)
        return allow(review, mode)

    return judge


def test_the_path_says_the_mode(serve) -> None:
    """The same object is denied, warned about or annotated, by path alone."""
    server = serve(deny)
    enforce, warn, audit = (server.review(path, review_of()).response for path in PATHS)
    assert (enforce["allowed"], warn["allowed"], audit["allowed"]) == (False, True, True)
    assert enforce["status"]["message"] == "no gate"
    assert warn["warnings"] == ["no gate"]
    assert "warnings" not in audit
    assert {enforce["uid"], warn["uid"], audit["uid"]} == {UID}


@pytest.mark.parametrize(
    "path",
    ["/", "/validate", "/validate/", "/validate/enforce/", "/validate/Enforce", "/validate/deny", "/mutate", "//"],
)
def test_an_unknown_path_is_never_allowed(serve, path: str) -> None:
    """A typo in the webhook's configuration must fail, not open."""
    server = serve(allow)
    reply = server.review(path, review_of())
    assert reply.status == 404
    assert b"allowed" not in reply.body
    assert server.sample("weighbridge_admission_unknown_paths_total") == 1


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_only_post_reviews(serve, method: str) -> None:
    """Nothing but POST reaches a decision."""
    assert serve(allow).send(method, "/validate/enforce", b"{}").status == 405


BROKEN = {
    "empty": b"",
    "cut": json.dumps(review_of()).encode()[:-20],
    "trailing": json.dumps(review_of()).encode() + b"{}",
    "not-utf-8": b'{"request": {"uid": "\xff\xfe"}}',
    "deep": b"[" * 200_000,
    "nan": b'{"request": NaN}',
    "list": b"[]",
    "no-request": b"{}",
    "request-is-text": b'{"request": "x"}',
    "null": b"null",
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_decoded_is_denied_on_enforce_only(serve, body: bytes) -> None:
    """Undecodable: denied with a fixed sentence on enforce, allowed with a remark elsewhere, always HTTP 200."""
    server = serve(allow)
    replies = [server.send("POST", path, body) for path in PATHS]
    assert [reply.status for reply in replies] == [200, 200, 200]
    enforce, warn, audit = (reply.response for reply in replies)
    assert enforce["allowed"] is False
    assert enforce["status"]["message"] == "weighbridge could not decode this admission review"
    assert (warn["allowed"], audit["allowed"]) == (True, True)
    assert warn["warnings"]
    assert audit["auditAnnotations"]["undecided"] in {"not-json", "not-a-review"}


def test_the_uid_of_a_broken_review_is_found_at_its_head(serve) -> None:
    """The API server refuses an answer with another uid, so the fixed sentence would not reach the user."""
    server = serve(allow)
    assert server.send("POST", "/validate/enforce", BROKEN["cut"]).response["uid"] == UID


def test_a_fault_of_the_decision_denies_and_keeps_its_text_to_the_log(serve, caplog) -> None:
    """An exception's text may quote the sender's; the user reads a fixed sentence."""
    server = serve(fault)
    reply = server.review("/validate/enforce", review_of())
    assert (reply.status, reply.response["allowed"], reply.response["uid"]) == (200, False, UID)
    assert b"secret" not in reply.body
    assert any("secret of the sender" in str(record.__dict__.get("fields")) for record in caplog.records)
    assert server.sample("weighbridge_admission_undecided_total", mode="enforce", reason="failed") == 1


@pytest.mark.parametrize(
    "given", [None, {}, {"response": {}}, {"response": {"allowed": "yes"}}, {"response": {"allowed": 1}}]
)
def test_a_decision_that_is_neither_true_nor_false_denies(serve, given: Any) -> None:
    """Truthiness never opens the gate."""
    reply = serve(lambda review, mode: given).review("/validate/enforce", review_of())
    assert reply.response["allowed"] is False


def test_two_full_copies_of_the_largest_object_fit(serve) -> None:
    """The API server takes objects up to 3 MiB; an UPDATE carries two."""
    big = {"metadata": {"annotations": {"x": "y" * (3 << 20)}}}
    reply = serve(allow).review("/validate/enforce", review_of(big, oldObject=big, operation="UPDATE"))
    assert reply.response["allowed"] is True


def test_a_larger_body_is_denied(serve) -> None:
    """Over the limit: a denial that says so, not an HTTP error that failurePolicy would interpret."""
    server = serve(allow)
    reply = server.review("/validate/enforce", review_of({"x": "y" * (8 << 20)}))
    assert reply.response["allowed"] is False
    assert "size" in reply.response["status"]["message"]
    assert server.sample("weighbridge_admission_undecided_total", mode="enforce", reason="too-large") == 1


def test_a_compressed_bomb_counts_by_what_it_inflates_to(serve) -> None:
    """Content-Encoding does not get around the limit."""
    body = gzip.compress(json.dumps(review_of({"x": "y" * (16 << 20)})).encode())
    reply = serve(allow).send("POST", "/validate/enforce", body, **{"Content-Encoding": "gzip"})
    assert reply.response["allowed"] is False


def large(name: str) -> dict[str, Any]:
    """Return a review that is too large to be decided on the spot."""
    return review_of({"x": "y" * 100_000}, name=name)


def test_the_deadline_denies_and_others_go_on(serve) -> None:
    """A decision that takes too long is denied in time, and stops neither probes nor other reviews."""
    begun, end = threading.Event(), threading.Event()

    def judge(review: Any, mode: str) -> dict[str, Any]:
        if review["request"]["name"] == "slow":
            begun.set()
            end.wait(30)
        return allow(review, mode)

    server = serve(judge, settings=ServerSettings(deadline=0.4))
    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(server.review, "/validate/enforce", large("slow"))
        assert begun.wait(30)
        # The decision is not taken before all of these were answered, whatever the clock says.
        assert server.send("GET", "/healthz").status == 200
        assert server.review("/validate/enforce", review_of()).response["allowed"] is True
        assert server.review("/validate/enforce", large("quick")).response["allowed"] is True
        assert late.result().response["allowed"] is False
        end.set()
    assert server.sample("weighbridge_admission_undecided_total", mode="enforce", reason="deadline") == 1


def test_unhealthy_once_every_thread_is_stuck(serve) -> None:
    """Threads cannot be ended from outside; the kubelet restarts a process that says it is stuck."""
    server = serve(slow(1.5), settings=ServerSettings(deadline=0.2, threads=2))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: server.review("/validate/enforce", large("slow")), range(2)))
        assert server.send("GET", "/healthz").status == 503
    time.sleep(1.5)
    assert server.send("GET", "/healthz").status == 200


def test_a_sender_that_stalls_costs_its_own_review(serve) -> None:
    """A body that never comes ends at the deadline."""
    server = serve(allow, settings=ServerSettings(deadline=0.3, concurrency=1))
    raw = socket.create_connection(("127.0.0.1", server.port))
    with server.client_context.wrap_socket(raw, server_hostname="127.0.0.1") as stalled:
        stalled.sendall(b"POST /validate/enforce HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        stalled.settimeout(5)
        assert b'"allowed":false' in stalled.recv(65536)
    assert server.review("/validate/enforce", review_of()).response["allowed"] is True


def test_counts_are_bounded(serve) -> None:
    """A kind, operation or check that is not in the tables counts as other."""
    server = serve(deny)
    server.review("/validate/enforce", review_of())
    server.review("/validate/enforce", review_of(kind={"kind": "x" * 300}, operation="EXPLODE"))
    labels = {"mode": "enforce", "decision": "denied"}
    count = "weighbridge_admission_decisions_total"
    assert server.sample(count, kind="Pod", operation="CREATE", **labels) == 1
    assert server.sample(count, kind="other", operation="other", **labels) == 1
    broken = "weighbridge_admission_violations_total"
    assert server.sample(broken, mode="enforce", kind="Pod", violation="gate-missing") == 1
    assert server.sample("weighbridge_admission_duration_seconds_count", mode="enforce") == 2
    assert server.sample("weighbridge_admission_in_flight") == 0


def test_a_warning_counts_as_what_the_policy_says(serve) -> None:
    """In warn and audit mode the answer allows; the metric says what enforcing would do."""
    server = serve(deny)
    server.review("/validate/warn", review_of())
    labels = {"kind": "Pod", "operation": "CREATE"}
    assert server.sample("weighbridge_admission_decisions_total", mode="warn", decision="denied", **labels) == 1


def test_one_line_for_each_decision(serve, caplog) -> None:
    """The access log is one structured record, with who, what and how it ended."""
    caplog.set_level("INFO")
    serve(deny).review("/validate/enforce", review_of(dryRun=True))
    (record,) = [record for record in caplog.records if record.name.startswith(("webhook", "aiohttp"))]
    fields = record.fields
    assert record.message == "decision"
    wanted = {"mode": "enforce", "allowed": False, "uid": UID, "namespace": "serving", "name": "p", "kind": "Pod"}
    assert wanted.items() <= fields.items()
    assert (fields["user"], fields["operation"], fields["dry_run"]) == ("jane", "CREATE", True)
    assert fields["violations"] == ["gate-missing", "gate-label-missing"]
    assert fields["milliseconds"] > 0


def test_readyz_names_what_is_missing(serve) -> None:
    """Each failing check gives its sentence; one that fails itself is not ready either."""
    state = {"policies": "not loaded"}
    server = serve(allow, checks={"policies": lambda: state["policies"], "broken": lambda: 1 / 0})
    reply = server.send("GET", "/readyz")
    assert reply.status == 503
    assert reply.json["failing"].keys() == {"policies", "broken"}
    assert server.sample("weighbridge_admission_ready") == 0


def test_draining_is_unready_and_closes_connections_but_still_serves(serve) -> None:
    """The API server reuses connections for as long as it may; `Connection: close` moves it to another replica."""
    server = serve(deny)
    with contextlib.closing(server.connect()) as connection:
        body = json.dumps(review_of()).encode()
        kept = exchange(connection, "POST", "/validate/enforce", body)
        assert kept.headers.get("Connection") != "close"
        assert server.send("GET", "/readyz").status == 200
        server.readiness.draining = True
        last = exchange(connection, "POST", "/validate/enforce", body)
        assert last.headers["Connection"] == "close"
        assert last.response["allowed"] is False
    assert server.send("GET", "/readyz").status == 503
    assert server.send("GET", "/healthz").status == 200


def test_settings_refuse_zero() -> None:
    """A limit of nothing would serve nobody."""
    with pytest.raises(ValueError, match="deadline"):
        ServerSettings(deadline=0)
