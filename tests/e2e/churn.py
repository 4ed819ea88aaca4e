"""A client that never rests: it creates pods that must pass and pods that must be refused, and counts what became of them.

The pods ask for a node that is not there, so that the kubelet is not part of it.

While the API server itself is restarted, three kinds of answers are told apart. A refusal that names a webhook is an
answer of admission, and judged as ever. No answer (a connection that is refused, cut or ends in the middle), and an answer
with a status of `_NOT_READY` that names no webhook, are the API server's own: counted as unanswered, and only while
`api_is_restarting`. A pod whose answer was lost may have been stored: that none of those that must be refused was, is looked
for at the end.
"""

from __future__ import annotations

import contextlib
import copy
import itertools
import json
import threading
import uuid
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Self

from kubernetes import client, config
from kubernetes.client.exceptions import ApiException
from urllib3.exceptions import HTTPError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LAST = 60
_NOT_READY = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,  # tokens and certificates cannot be checked yet
        HTTPStatus.FORBIDDEN,  # roles are not loaded yet, or "not yet ready to handle request"
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)


@dataclass
class Churn:
    """Runs between `with` and its end."""

    namespace: str
    good: dict[str, Any]
    bad: dict[str, Any]
    admitted: int = 0
    refused: int = 0
    unanswered: int = 0
    """Requests that the API server itself could not answer."""
    wrong: list[str] = field(default_factory=list)
    """What should not have happened: a sentence each."""

    def __post_init__(self) -> None:
        self._end = threading.Event()
        self._api_is_restarting = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join(_LAST)

    @property
    def count(self) -> int:
        """How many admissions were answered."""
        return self.admitted + self.refused + len(self.wrong)

    @contextlib.contextmanager
    def api_is_restarting(self) -> Iterator[None]:
        """Bear it, for a while, that the API server does not answer."""
        self._api_is_restarting.set()
        try:
            yield
        finally:
            self._api_is_restarting.clear()

    def _run(self) -> None:
        config.load_kube_config()
        core = client.CoreV1Api()
        # Where a deletion was not answered, a pod of an earlier run may be left.
        run = uuid.uuid4().hex[:8]
        for number in itertools.count(1):
            if self._end.is_set():
                break
            self._expect_admitted(core, _named(self.good, f"good-{run}-{number}"))
            self._expect_refused(core, _named(self.bad, f"bad-{run}-{number}"))
        self._look_for_bad_ones(core)

    def _expect_admitted(self, core: Any, pod: dict[str, Any]) -> None:
        refusal = self._ask(core.create_namespaced_pod, self.namespace, pod)
        if refusal == "":
            self.admitted += 1
            self._delete(core, pod)
        elif refusal is not None:
            self.wrong.append(f"not admitted: {refusal}")

    def _expect_refused(self, core: Any, pod: dict[str, Any]) -> None:
        refusal = self._ask(core.create_namespaced_pod, self.namespace, pod)
        if refusal == "":
            self.wrong.append("wrongly admitted")
            self._delete(core, pod)
        elif refusal is not None and "denied the request" in refusal:
            self.refused += 1
        elif refusal is not None:
            self.wrong.append(f"refused for another reason: {refusal}")

    def _delete(self, core: Any, pod: dict[str, Any]) -> None:
        name = pod["metadata"]["name"]
        refusal = self._ask(core.delete_namespaced_pod, name, self.namespace, grace_period_seconds=0)
        if refusal:
            self.wrong.append(f"not deleted: {refusal}")

    def _look_for_bad_ones(self, core: Any) -> None:
        pods = json.loads(core.list_namespaced_pod(self.namespace, _preload_content=False).data)["items"]
        names = [pod["metadata"]["name"] for pod in pods]
        self.wrong += [f"wrongly stored: {name}" for name in names if name.startswith("bad-")]

    def _ask(self, call: Callable[..., Any], *arguments: Any, **options: Any) -> str | None:
        """Return why the API server refused, empty where it did not, None where it could not answer and may."""
        try:
            call(*arguments, **options, _preload_content=False, _request_timeout=30)
        except ApiException as error:
            sentence = _sentence(error)
            if not self._api_is_restarting.is_set() or "webhook" in sentence or error.status not in _NOT_READY:
                return sentence
        except (HTTPError, OSError) as error:
            if not self._api_is_restarting.is_set():
                return f"no answer: {error!r}"
        else:
            return ""
        self.unanswered += 1
        self._end.wait(0.05)
        return None


def _named(pod: dict[str, Any], name: str) -> dict[str, Any]:
    pod = copy.deepcopy(pod)
    pod["metadata"]["name"] = name
    pod["spec"]["nodeSelector"] = {"example.com/never": "there"}
    return pod


def _sentence(error: ApiException) -> str:
    try:
        return str(json.loads(error.body)["message"])[:300]
    except (TypeError, ValueError, KeyError):
        return f"{error.status} {error.reason}"
