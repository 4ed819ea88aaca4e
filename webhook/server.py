"""The admission server: an aiohttp application with one route per mode, and nothing that answers `allowed` by default.

    POST /validate/enforce, /validate/warn, /validate/audit, /mutate     reviews of pods and of what makes them
    POST /validate/policies                                              reviews of policies
    GET /healthz, /readyz                                                the loop answers; the server may be used
    anything else                                                        404 or 405

Ordinary reviews are decided on the spot. Larger ones are decided in a few threads, so that one that takes long stops
neither the probes nor the deadline of the others; handing over costs as much as a tenth of an ordinary decision, and
more when the machine is busy.
"""

from __future__ import annotations

import asyncio
import logging
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec
from aiohttp import web

from webhook.answers import MODES, MUTATE, POLICIES, Answer, Undecided, answer, undecided

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from webhook.answers import Json, Judge
    from webhook.metrics import AdmissionMetrics

logger = logging.getLogger(__name__)

_LONGEST: Final = 253
"""Characters of a field in the log; an object's name has no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """What the admission server may spend. Frozen and self-validating."""

    deadline: float = 4.0
    """Seconds from the head of a review to its answer; the chart's `timeoutSeconds` is 5, so ours comes first."""
    body_limit: int = 8 << 20
    """Bytes of one review. An UPDATE carries two copies of an object; the API server takes 3 MiB of one at most."""
    concurrency: int = 64
    """Reviews read and decided at the same time; further ones wait, within their deadline."""
    large: int = 1 << 20
    """Bytes from which a review counts as large: of those only `large_concurrency` are in memory at a time."""
    large_concurrency: int = 4
    on_the_spot: int = 64 << 10
    """Bytes up to which a review is decided on the event loop."""
    threads: int = 2
    """Threads that decide what is larger. Python runs one at a time; a second one keeps a slow review from blocking."""

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be above 0, not {getattr(self, name)}")


class Readiness:
    """Whether the server may be used, as named checks; `draining` overrules them all."""

    def __init__(self, checks: Mapping[str, Callable[[], str]], metrics: AdmissionMetrics) -> None:
        self._checks = checks
        self._metrics = metrics
        self.draining = False

    def report(self) -> dict[str, str]:
        """Return, by name, the sentences of the checks that fail; empty means ready."""
        failing = {name: sentence for name, check in self._checks.items() if (sentence := _run(check))}
        if self.draining:
            failing["draining"] = "the server is shutting down"
        self._metrics.ready.set(0 if failing else 1)
        return failing


def _run(check: Callable[[], str]) -> str:
    try:
        return check()
    except Exception:
        logger.exception("a readiness check failed")
        return "the check itself failed; the log says why"


class AdmissionServer:
    """Routes, limits and the deadline around a judge."""

    def __init__(
        self,
        *,
        judge: Judge,
        mutate: Judge | None = None,
        policies: Judge | None = None,
        metrics: AdmissionMetrics,
        readiness: Readiness,
        settings: ServerSettings,
    ) -> None:
        self._judges: dict[str, Judge] = dict.fromkeys(MODES, judge)
        self._judges |= {mode: other for mode, other in ((MUTATE, mutate), (POLICIES, policies)) if other is not None}
        self._metrics = metrics
        self._readiness = readiness
        self._settings = settings
        self._places = asyncio.Semaphore(settings.concurrency)
        self._large_places = asyncio.Semaphore(settings.large_concurrency)
        self._pool = ThreadPoolExecutor(settings.threads, thread_name_prefix="decide")
        self._overdue: set[Future[Answer]] = set()

    def application(self) -> web.Application:
        """Return the application that serves all routes."""
        application = web.Application(client_max_size=self._settings.body_limit, middlewares=[self._middleware])
        for mode in self._judges:
            path = "/mutate" if mode == MUTATE else f"/validate/{mode}"
            application.router.add_post(path, self._reviewer(mode))
        application.router.add_get("/healthz", self._healthz)
        application.router.add_get("/readyz", self._readyz)
        application.on_cleanup.append(self._close)
        return application

    async def _close(self, _application: web.Application) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    @web.middleware
    async def _middleware(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        try:
            response = await handler(request)
        except web.HTTPException as refused:
            self._metrics.strangers.inc()
            response = web.Response(status=refused.status, text=f"{refused.reason}\n")
        if self._readiness.draining:
            response.force_close()
        return response

    async def _readyz(self, _request: web.Request) -> web.Response:
        failing = self._readiness.report()
        return web.Response(
            status=503 if failing else 200,
            body=msgspec.json.encode({"ready": not failing, "failing": failing}),
            content_type="application/json",
        )

    def _reviewer(self, mode: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            started = time.perf_counter()
            with self._metrics.in_flight.track_inprogress():
                given = await self._answer(request, mode)
            self._account(given, time.perf_counter() - started, request.content_length)
            response = web.Response(body=given.body, content_type="application/json")
            if given.undecided in {Undecided.TOO_LARGE, Undecided.DEADLINE, Undecided.CUT_SHORT}:
                response.force_close()  # part of the body may still be on its way
            return response

        return handle

    async def _answer(self, request: web.Request, mode: str) -> Answer:
        try:
            async with asyncio.timeout(self._settings.deadline), self._places:
                if (request.content_length or 0) < self._settings.large:
                    return await self._decide(request, mode)
                async with self._large_places:
                    return await self._decide(request, mode)
        except TimeoutError:
            return undecided(Undecided.DEADLINE, mode, detail=f"{self._settings.deadline} s passed")
        except web.HTTPRequestEntityTooLarge as error:
            return undecided(Undecided.TOO_LARGE, mode, detail=str(error.text))
        except (ConnectionError, web.PayloadAccessError) as error:
            return undecided(Undecided.CUT_SHORT, mode, detail=repr(error))

    async def _decide(self, request: web.Request, mode: str) -> Answer:
        body = await request.read()
        if len(body) <= self._settings.on_the_spot:
            return answer(body, mode, self._judges[mode])
        work = self._pool.submit(answer, body, mode, self._judges[mode])
        try:
            return await asyncio.wrap_future(work)
        except asyncio.CancelledError:
            if work.running():
                self._overdue.add(work)
                work.add_done_callback(self._overdue.discard)
            raise

    async def _healthz(self, _request: web.Request) -> web.Response:
        """Answer 503 once every thread is stuck in a review past its deadline: only a new process helps then."""
        if len(self._overdue) >= self._settings.threads:
            return web.Response(status=503, text="every thread is stuck in a review\n")
        return web.Response(text="ok\n")

    def _account(self, given: Answer, seconds: float, size: int | None) -> None:
        self._metrics.duration.labels(given.mode).observe(seconds)
        fields = _fields(given)
        fields["milliseconds"] = round(seconds * 1000, 2)
        fields["bytes"] = size
        if given.undecided is not None:
            self._metrics.undecided.labels(given.mode, given.undecided.value).inc()
            logger.error("undecided", extra={"fields": fields})
            return
        violations = violations_of(given.response)
        fields["violations"] = violations
        self._metrics.decided(
            mode=given.mode,
            decision=_decision(given, violations),
            kind=fields["kind"],
            operation=fields["operation"],
            violations=violations,
        )
        logger.info("decision", extra={"fields": fields})


def violations_of(response: Json) -> list[str]:
    """Return the ids of the checks that a review broke: they stand in the answer's audit annotations in every mode."""
    listed = response.get("auditAnnotations", {}).get("violations", "")
    return [word for word in listed.split(",") if word]


def _decision(given: Answer, violations: list[str]) -> str:
    if violations or not given.allowed:
        return "denied"
    return "injected" if given.response.get("patch") else "allowed"


def _member(request: Json, outer: str, inner: str) -> str:
    found = request.get(outer)
    return _text(found.get(inner)) if isinstance(found, dict) else ""


def _text(value: object) -> str:
    return value[:_LONGEST] if isinstance(value, str) else ""


def _fields(given: Answer) -> dict[str, Any]:
    request = given.request
    fields: dict[str, Any] = {"mode": given.mode, "allowed": given.allowed}
    fields |= {name: _text(request.get(name)) for name in ("uid", "operation", "namespace", "name")}
    fields["kind"] = _member(request, "kind", "kind")
    fields["user"] = _member(request, "userInfo", "username")
    if request.get("dryRun") is True:
        fields["dry_run"] = True
    if given.undecided is not None:
        fields |= {"reason": given.undecided.value, "detail": given.detail}
    return fields
