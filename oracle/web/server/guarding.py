"""What keeps other sites out: a page of another origin may be open in the same browser.

No CORS header is ever sent, so that it can't read; a foreign `Host` is refused, so that
it can't become our origin by changing where its name leads (DNS rebinding); and what is
no read must come from our own pages, with the token that was given to these.
"""

from collections.abc import Collection, Mapping
from secrets import compare_digest

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SAFE_METHODS = ("GET", "HEAD")
PROOF_HEADER = "X-Plumb-Token"


def policy_of(rpc_urls: Collection[str]) -> str:
    """The content security policy: our own scripts, and these endpoints besides us."""
    connect = " ".join(["'self'", *rpc_urls])
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "worker-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            f"connect-src {connect}",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


class Guard:
    """In front of the application. `besides` are applications at paths of their own,
    which look after themselves."""

    def __init__(
        self,
        app: ASGIApp,
        hosts: Collection[str],
        policy: str,
        besides: Mapping[str, ASGIApp] | None = None,
        token: str = "",
    ) -> None:
        self._token = token
        self._app, self._hosts, self._policy = app, set(hosts), policy
        self._besides = besides or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if (other := self._besides.get(scope["path"].rstrip("/"))) is not None:
            await other({**scope, "path": "/", "raw_path": b"/"}, receive, send)
            return
        headers = Headers(scope=scope)
        if problem := self._problem(scope, headers):
            refusal = PlainTextResponse(problem + "\n", 403)
            await refusal(scope, receive, self._guarded(send))
            return
        await self._app(scope, receive, self._guarded(send))

    def _problem(self, scope: Scope, headers: Headers) -> str:
        host, origin = headers.get("host", ""), headers.get("origin")
        if scope["type"] != "http":
            return "expected HTTP, got another protocol"
        if host not in self._hosts:
            expected = " or ".join(sorted(self._hosts))
            return f"Host: expected {expected}, got another (--allow-host adds one)"
        if scope["method"] in SAFE_METHODS:
            return ""
        if origin != f"http://{host}":
            return f"Origin: expected http://{host}, got another or none"
        if not self._token or not compare_digest(
            headers.get(PROOF_HEADER, ""), self._token
        ):
            return f"{PROOF_HEADER}: expected this page's token, got another or none"
        return ""

    def _guarded(self, send: Send) -> Send:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = self._policy
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
                headers["Cross-Origin-Resource-Policy"] = "same-origin"
                headers["Cross-Origin-Opener-Policy"] = "same-origin"
            await send(message)

        return guarded


def hosts_of(host: str, port: int, others: Collection[str] = ()) -> set[str]:
    """What a browser may call a server that listens there."""
    local = {"127.0.0.1", "localhost", "[::1]"}
    names = local if host in ("127.0.0.1", "localhost", "::1") else {host}
    return {f"{name}:{port}" for name in names} | set(others)


class Later:
    """An application that is put in when the server's port is known."""

    def __init__(self, app: ASGIApp | None = None) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif self.app is None:
            await PlainTextResponse("not ready yet\n", 503)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


async def _live(receive: Receive, send: Send) -> None:
    """Nothing is begun or ended with the server."""
    while True:
        kind = (await receive())["type"]
        await send({"type": f"{kind}.complete"})
        if kind == "lifespan.shutdown":
            return
