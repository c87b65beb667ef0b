"""A model hub on 127.0.0.1: as much of the hub's API as reading and pushing a model needs.

`with serving() as hub:` starts it; `hub.environment(home)` makes a subprocess use it. What was
pushed stands in `hub.repositories`, as {"org/name": {"path": content}}.
"""

import base64
import contextlib
import hashlib
import json
import os
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

TOKEN = "hf_written_by_the_test"
LARGE = (".safetensors", ".bin")


class Hub:
    """The content of the hub, and every request that reached it."""

    def __init__(self) -> None:
        self.repositories: dict[str, dict[str, bytes]] = {}
        self.gated: set[str] = set()
        self.blobs: dict[str, bytes] = {}
        self.commits: list[tuple[str, list[str]]] = []
        self.requests: list[tuple[str, str, str]] = []
        self.endpoint = ""

    def add_folder(self, name: str, folder: Path) -> None:
        self.repositories[name] = {path.name: path.read_bytes() for path in folder.iterdir()}

    def commit(self, name: str) -> str:
        digest = hashlib.sha1()
        for path, content in sorted(self.repositories[name].items()):
            digest.update(path.encode() + content)
        return digest.hexdigest()

    def use(self, monkeypatch: Any, home: Path, token: str | None = None) -> None:
        """Make this process use the hub, until the test ends."""
        from huggingface_hub import constants

        template = constants.HUGGINGFACE_CO_URL_TEMPLATE.removeprefix(constants.ENDPOINT)
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", self.endpoint + template)
        monkeypatch.setattr(constants, "ENDPOINT", self.endpoint)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(home / "hub"))
        monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(home / "token"))
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
        monkeypatch.delenv("HF_TOKEN", raising=False)
        if token:
            monkeypatch.setenv("HF_TOKEN", token)

    def environment(self, home: Path, token: str | None = None) -> dict[str, str]:
        """Return the variables of a process that knows this hub, its own cache, and no other."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
        mine = {"HF_ENDPOINT": self.endpoint, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1"}
        return {**kept, **mine, **({"HF_TOKEN": token} if token else {})}


@contextlib.contextmanager
def serving() -> Iterator[Hub]:
    """Serve an empty hub on a free port until the block ends."""
    hub = Hub()
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    hub.endpoint = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _route(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.token = self.headers.get("authorization", "").removeprefix("Bearer ")
        self.hub.requests.append((self.command, path, self.token))
        self.body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.command == "POST" and self.token != TOKEN and "validate" not in path:
            return self._send(403 if self.token else 401, {"error": "no write access"})
        for pattern, answer in _ROUTES.items():
            method, _, place = pattern.partition(" ")
            if self.command in method.split("|") and (found := re.fullmatch(place, path)):
                return answer(self, *found.groups())
        return self._send(404, {"error": f"{self.command} {path} is not served"})

    do_GET = do_HEAD = do_POST = do_PUT = _route

    def _send(self, status: int, content: object, **headers: str) -> None:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _refuse(self, status: int, code: str) -> None:
        self._send(status, {"error": code}, x_error_code=code, x_error_message=code)

    def _known(self, name: str, revision: str | None = None) -> bool:
        if name not in self.hub.repositories:
            self._refuse(401, "RepoNotFound")
            return False
        if revision in (None, "main", self.hub.commit(name)):
            return True
        self._refuse(404, "RevisionNotFound")
        return False

    def _info(self, name: str, revision: str | None = None) -> None:
        if self._known(name, revision):
            self._send(200, {"id": name, "sha": self.hub.commit(name), "siblings": []})

    def _tree(self, name: str, revision: str) -> None:
        if self._known(name, revision):
            files = self.hub.repositories[name].items()
            entry = {"type": "file", "oid": ""}
            self._send(200, [{**entry, "path": p, "size": len(c)} for p, c in files])

    def _resolve(self, name: str, path: str) -> None:
        commit = self.hub.commit(name)
        if name in self.hub.gated:
            self._refuse(403 if self.token else 401, "GatedRepo")
        elif path not in self.hub.repositories[name]:
            self._send(404, {}, x_error_code="EntryNotFound", x_repo_commit=commit)
        else:
            content = self.hub.repositories[name][path]
            etag = f'"{hashlib.sha1(content).hexdigest()}"'
            self._send(200, content, x_repo_commit=commit, etag=etag)

    def _create(self) -> None:
        asked = json.loads(self.body)
        name = f"{asked['organization'] or 'tester'}/{asked['name']}"
        self.hub.repositories.setdefault(name, {})
        self._send(200, {"url": f"{self.hub.endpoint}/{name}", "id": name})

    def _preupload(self, *_: str) -> None:
        files = json.loads(self.body)["files"]
        for file in files:
            file["uploadMode"] = "lfs" if file["path"].endswith(LARGE) else "regular"
            file["shouldIgnore"] = False
        self._send(200, {"files": files})

    def _batch(self, _name: str) -> None:
        objects = json.loads(self.body)["objects"]
        for entry in objects:
            entry["actions"] = {"upload": {"href": f"{self.hub.endpoint}/lfs/{entry['oid']}"}}
        self._send(200, {"objects": objects, "transfer": "basic"})

    def _store(self, oid: str) -> None:
        self.hub.blobs[oid] = self.body
        self._send(200, {})

    def _commit(self, name: str, _revision: str) -> None:
        files = {}
        for line in self.body.splitlines():
            key, value = json.loads(line).values()
            if key == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif key == "lfsFile":
                files[value["path"]] = self.hub.blobs[value["oid"]]
        self.hub.repositories[name] |= files
        self.hub.commits.append((name, sorted(files)))
        commit = self.hub.commit(name)
        url = f"{self.hub.endpoint}/{name}/commit/{commit}"
        self._send(200, {"commitUrl": url, "commitOid": commit})


_ROUTES = {
    "GET /api/models/([^/]+/[^/]+)": _Handler._info,
    "GET /api/models/([^/]+/[^/]+)/revision/(.+)": _Handler._info,
    "GET /api/models/([^/]+/[^/]+)/tree/([^/]+)": _Handler._tree,
    "GET|HEAD /([^/]+/[^/]+)/resolve/[^/]+/(.+)": _Handler._resolve,
    "POST /api/repos/create": _Handler._create,
    "POST /api/validate-yaml": lambda self: self._send(200, {"errors": [], "warnings": []}),
    "POST /api/models/([^/]+/[^/]+)/preupload/([^/]+)": _Handler._preupload,
    "POST /([^/]+/[^/]+).git/info/lfs/objects/batch": _Handler._batch,
    "PUT /lfs/([0-9a-f]+)": _Handler._store,
    "POST /api/models/([^/]+/[^/]+)/commit/([^/]+)": _Handler._commit,
}
