"""Other sites in the same browser: they can neither read nor act."""

import re

import httpx
import pytest

from oracle.web.server.guarding import PROOF_HEADER, hosts_of, policy_of
from oracle.web.trial.company import Up

PAGES = ("/", "/requests/1", "/requests/9", "/disputes", "/models", "/workers")
LIE = "/api/v1/actions/lie"


def token_of(client: httpx.Client) -> str:
    found = re.search(r'data-token="([^"]+)"', client.get("/").text)
    assert found is not None
    return found.group(1)


@pytest.mark.parametrize("path", [*PAGES, "/api/v1/requests", "/static/live.js"])
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "localhost:1", ""])
def test_foreign_host_is_refused(client: httpx.Client, path: str, host: str) -> None:
    """Whoever makes his own name lead here (DNS rebinding) gets nothing."""
    answer = client.get(path, headers={"Host": host})
    assert answer.status_code == 403 and "expected" in answer.text


def test_local_names_are_answered_to(up: Up, client: httpx.Client) -> None:
    port = up.url.rpartition(":")[2]
    for name in ("127.0.0.1", "localhost", "[::1]"):
        headers = {"Host": f"{name}:{port}"}
        assert client.get("/", headers=headers).status_code == 200
    assert hosts_of("0.0.0.0", 80, ["a.example"]) == {"0.0.0.0:80", "a.example"}  # noqa: S104


@pytest.mark.parametrize("path", [*PAGES, "/api/v1/requests", "/wasm/simd.wasm"])
def test_no_other_origin_may_read(client: httpx.Client, path: str) -> None:
    answer = client.get(path, headers={"Origin": "https://evil.example"})
    allowed = [name for name in answer.headers if name.startswith("access-control")]
    assert not allowed
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_action_needs_our_origin_and_the_page_s_token(
    up: Up, client: httpx.Client
) -> None:
    ours, token = {"Origin": up.url}, {PROOF_HEADER: token_of(client)}
    evil = {"Origin": "https://evil.example"}
    for headers in ({}, token, ours, evil | token, ours | {PROOF_HEADER: "guessed"}):
        assert client.post(LIE, headers=headers).status_code == 403
    other = client.post("/api/v1/actions/other", headers=ours | token)
    assert other.status_code == 404


def test_chain_answers_any_origin_as_a_devnet_does(client: httpx.Client) -> None:
    """That is what a wallet needs; and there is nothing to protect."""
    call = {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}
    headers = {"Origin": "https://wallet.example"}
    answer = client.post("/rpc", json=call, headers=headers)
    assert answer.json()["result"] == "0x7a69"
    assert answer.headers["access-control-allow-origin"] == "*"


def test_policy_lets_scripts_ask_the_named_endpoints_only() -> None:
    policy = policy_of(["http://127.0.0.1:8545"])
    assert "connect-src 'self' http://127.0.0.1:8545" in policy
    assert "unsafe-inline" not in policy and "'unsafe-eval'" not in policy
    assert policy.startswith("default-src 'none'")


@pytest.mark.parametrize("path", PAGES)
def test_page_has_nothing_that_the_policy_forbids(
    client: httpx.Client, path: str
) -> None:
    text = client.get(path).text
    assert not re.search(r"<[^>]*\s(style|on\w+)\s*=", text)
    for script in re.findall(r"<script[^>]*>", text):
        assert 'src="/static/' in script
