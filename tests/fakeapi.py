"""A small API server in memory: discovery, list, watch, create, replace, delete, with real resource versions.

It knows just enough for what watches and the reporter ask, and does on demand what real ones do rarely: cut watches,
forget history (410 Gone), go away and come back. Custom resources need no definition.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import json
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml
from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CORE = {
    "namespaces": ("Namespace", False),
    "persistentvolumeclaims": ("PersistentVolumeClaim", True),
    "pods": ("Pod", True),
    "configmaps": ("ConfigMap", True),
    "events": ("Event", True),
}
GROUPS = {
    ("weighbridge.dev", "v1alpha1"): {"modelpolicies": ("ModelPolicy", False)},
    ("coordination.k8s.io", "v1"): {"leases": ("Lease", True)},
    ("apps", "v1"): {"replicasets": ("ReplicaSet", True), "deployments": ("Deployment", True)},
    ("batch", "v1"): {"jobs": ("Job", True)},
}
Key = tuple[str, str, str]


@dataclass
class FakeApi:
    """The server; methods without underscore may be called from the test's thread."""

    kubeconfig: Path
    objects: dict[Key, dict[str, Any]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    _version: int = 100
    _history: list[tuple[int, str, str, dict[str, Any]]] = field(default_factory=list)
    _oldest: int = 0
    _epoch: int = 0
    _hidden: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._changed = asyncio.Condition()
        self._runner: web.AppRunner | None = None
        self._port = 0
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    # What a test does to it

    def start(self) -> None:
        """Listen, on the same port as before."""
        self._call(self._start())

    def stop(self) -> None:
        """Go away: no listener, every connection cut."""
        self._call(self._stop())

    def end(self) -> None:
        """Stop for good."""
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def put(self, resource: str, body: dict[str, Any]) -> dict[str, Any]:
        """Create or replace an object."""
        return self._call(self._put(resource, body))

    def delete(self, resource: str, name: str, namespace: str = "") -> None:
        """Delete an object."""
        self._call(self._delete((resource, namespace, name)))

    def forget_history(self) -> None:
        """Answer 410 Gone to every watch that goes on from before now, and cut the watches there are."""
        self._call(self._forget())

    def hide(self, *resources: str) -> None:
        """Serve these resources no longer, as if their definition were not there."""
        self._hidden = set(resources)

    def get(self, resource: str, name: str, namespace: str = "") -> dict[str, Any] | None:
        """Return an object."""
        return copy.deepcopy(self.objects.get((resource, namespace, name)))

    def all(self, resource: str) -> list[dict[str, Any]]:
        """Return every object of a resource."""
        return [copy.deepcopy(body) for (kind, _, _), body in list(self.objects.items()) if kind == resource]

    def _call(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    # Its life

    async def _start(self) -> None:
        application = web.Application(middlewares=[self._remember])
        application.router.add_get("/api", self._versions)
        application.router.add_get("/apis", self._groups)
        for group, version, _ in _all_groups():
            base = f"/apis/{group}/{version}" if group else f"/api/{version}"
            application.router.add_get(base, self._resources)
            for path in ("/{resource}", "/namespaces/{namespace}/{resource}"):
                application.router.add_get(base + path, self._list)
                application.router.add_post(base + path, self._create)
                application.router.add_get(base + path + "/{name}", self._read)
                application.router.add_put(base + path + "/{name}", self._replace)
                application.router.add_patch(base + path + "/{name}/status", self._patch_status)
        self._runner = web.AppRunner(application, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self.kubeconfig.write_text(yaml.safe_dump(_kubeconfig(self._port)))

    async def _stop(self) -> None:
        await self._cut()
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def _cut(self) -> None:
        async with self._changed:
            self._epoch += 1
            self._changed.notify_all()

    async def _forget(self) -> None:
        self._history.clear()
        self._oldest = self._version
        await self._cut()

    # Objects

    async def _put(self, resource: str, body: dict[str, Any]) -> dict[str, Any]:
        body = copy.deepcopy(body)
        metadata = body["metadata"]
        key = (resource, metadata.get("namespace", ""), metadata["name"])
        before = self.objects.get(key)
        self._version += 1
        metadata["resourceVersion"] = str(self._version)
        metadata.setdefault("uid", before["metadata"]["uid"] if before else f"uid-{self._version}")
        self.objects[key] = body
        await self._note("MODIFIED" if before else "ADDED", resource, body)
        return body

    async def _delete(self, key: Key) -> None:
        body = copy.deepcopy(self.objects.pop(key))
        self._version += 1
        body["metadata"]["resourceVersion"] = str(self._version)
        await self._note("DELETED", key[0], body)

    async def _note(self, what: str, resource: str, body: dict[str, Any]) -> None:
        async with self._changed:
            self._history.append((self._version, what, resource, copy.deepcopy(body)))
            self._changed.notify_all()

    # Requests

    @web.middleware
    async def _remember(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.requests.append(f"{request.method} {request.path_qs}")
        return await handler(request)

    async def _versions(self, _request: web.Request) -> web.Response:
        return web.json_response({"kind": "APIVersions", "versions": ["v1"]})

    async def _groups(self, _request: web.Request) -> web.Response:
        groups = []
        for group, version, _ in _all_groups():
            served = {"groupVersion": f"{group}/{version}", "version": version}
            groups += [{"name": group, "versions": [served], "preferredVersion": served}] if group else []
        return web.json_response({"kind": "APIGroupList", "groups": groups})

    async def _resources(self, request: web.Request) -> web.Response:
        parts = request.path.strip("/").split("/")
        wanted = ("", parts[1]) if parts[0] == "api" else (parts[1], parts[2])
        resources = next(served for group, version, served in _all_groups() if (group, version) == wanted)
        verbs = ["get", "list", "watch", "create", "update", "patch", "delete"]
        listed = [
            {"name": plural, "singularName": kind.lower(), "kind": kind, "namespaced": namespaced, "verbs": verbs}
            for plural, (kind, namespaced) in resources.items()
            if plural not in self._hidden
        ]
        return web.json_response({"kind": "APIResourceList", "resources": listed})

    async def _list(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["resource"] in self._hidden:
            return _status(404, "NotFound")
        if request.query.get("watch") in {"true", "1"}:
            return await self._watch(request)
        items = [copy.deepcopy(self.objects[key]) for key in sorted(self.objects) if self._matches(request, key)]
        start, limit = int(request.query.get("continue") or 0), int(request.query.get("limit") or 0) or len(items)
        page, rest = items[start : start + limit], items[start + limit :]
        metadata = {"resourceVersion": str(self._version), "continue": str(start + limit) if rest else ""}
        return web.json_response({"kind": "List", "apiVersion": "v1", "metadata": metadata, "items": page})

    async def _watch(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        since, epoch = int(request.query["resourceVersion"]), self._epoch
        if since < self._oldest:
            gone = {"kind": "Status", "code": 410, "reason": "Expired"}
            await response.write(json.dumps({"type": "ERROR", "object": gone}).encode() + b"\n")
            return response
        with contextlib.suppress(ConnectionError):
            while epoch == self._epoch:
                for event in [event for event in self._history if event[0] > since]:
                    since = event[0]
                    if event[2] == request.match_info["resource"] and _selected(request, event[3]):
                        line = json.dumps({"type": event[1], "object": event[3]}).encode() + b"\n"
                        await response.write(line)
                async with self._changed:
                    if epoch == self._epoch and self._version <= since:
                        await self._changed.wait()
        return response

    async def _create(self, request: web.Request) -> web.Response:
        body = await request.json()
        key = self._key(request, body["metadata"]["name"])
        if key in self.objects:
            return _status(409, "AlreadyExists")
        return web.json_response(await self._put(key[0], body), status=201)

    async def _read(self, request: web.Request) -> web.Response:
        body = self.objects.get(self._key(request, request.match_info["name"]))
        return web.json_response(body) if body else _status(404, "NotFound")

    async def _replace(self, request: web.Request) -> web.Response:
        key = self._key(request, request.match_info["name"])
        body, before = await request.json(), self.objects.get(key)
        if before is None:
            return _status(404, "NotFound")
        wanted = body["metadata"].get("resourceVersion")
        if wanted and wanted != before["metadata"]["resourceVersion"]:
            return _status(409, "Conflict")
        return web.json_response(await self._put(key[0], body))

    async def _patch_status(self, request: web.Request) -> web.Response:
        before = self.objects.get(self._key(request, request.match_info["name"]))
        if before is None:
            return _status(404, "NotFound")
        # A merge patch (RFC 7386): null takes a field away.
        merged = {**before.get("status", {}), **(await request.json())["status"]}
        status = {name: value for name, value in merged.items() if value is not None}
        return web.json_response(await self._put(request.match_info["resource"], {**before, "status": status}))

    def _key(self, request: web.Request, name: str) -> Key:
        return request.match_info["resource"], request.match_info.get("namespace", ""), name

    def _matches(self, request: web.Request, key: Key) -> bool:
        namespace = request.match_info.get("namespace", "")
        here = key[0] == request.match_info["resource"] and namespace in {"", key[1]}
        return here and _selected(request, self.objects[key])


def _selected(request: web.Request, body: dict[str, Any]) -> bool:
    labels = body["metadata"].get("labels") or {}
    wanted = [part.split("=", 1) for part in request.query.get("labelSelector", "").split(",") if part]
    return all(labels.get(name) == value for name, value in wanted)


def _all_groups() -> Iterator[tuple[str, str, dict[str, tuple[str, bool]]]]:
    yield "", "v1", CORE
    for (group, version), resources in GROUPS.items():
        yield group, version, resources


def _status(code: int, reason: str) -> web.Response:
    return web.json_response({"kind": "Status", "status": "Failure", "code": code, "reason": reason}, status=code)


def _kubeconfig(port: int) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "fake", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
        "users": [{"name": "fake", "user": {"token": "fake"}}],
        "contexts": [{"name": "fake", "context": {"cluster": "fake", "user": "fake"}}],
        "current-context": "fake",
    }


@contextlib.contextmanager
def fake_api(folder: Path) -> Iterator[FakeApi]:
    """Run one until the block ends."""
    api = FakeApi(folder / "kubeconfig")
    api.start()
    try:
        yield api
    finally:
        api.end()
