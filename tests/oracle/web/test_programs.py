"""`plumb up` and `plumb web` as processes: started, asked, stopped."""

import time
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from support.programs.process import running

from oracle.devnet.serving import LAST_ANSWERS_SECONDS


@pytest.mark.slow
def test_up_serves_chain_and_page_and_web_serves_a_page_of_that_chain(
    tmp_path: Path,
) -> None:
    with ExitStack() as stack:
        up = stack.enter_context(running(tmp_path, "up", "--port", 0, "--json"))
        told = up.wait_for_json()
        page = httpx.get(told["page"])
        assert page.status_code == 200 and "Draw a digit" in page.text
        shared = ("--rpc-url", told["rpc_url"], "--home", tmp_path / "home")
        shared += ("--deployments", Path(told["deployments"]).parent)
        with running(tmp_path, "web", "--port", 0, "--json", *shared) as web:
            other = web.wait_for_json()
            assert other["rpc_urls"] == [told["rpc_url"]], "it is on this machine"
            page = httpx.get(other["url"])
            assert page.status_code == 200 and "Draw a digit" not in page.text
            policy = page.headers["content-security-policy"]
            assert f"connect-src 'self' {told['rpc_url']};" in policy
            (model,) = httpx.get(f"{other['url']}/api/v1/models").json()["models"]
            assert model["name"] == "mnist" and model["held"]
            # Who still listens doesn't keep it from ending.
            listening = stack.enter_context(
                httpx.stream("GET", f"{other['url']}/api/v1/events")
            )
            assert next(listening.iter_lines()) == "event: block"
            lie = httpx.post(f"{other['url']}/api/v1/actions/lie")
            assert lie.status_code == 403
            begin = time.monotonic()
            assert web.stop() == 0
            assert time.monotonic() - begin < LAST_ANSWERS_SECONDS
            assert "Traceback" not in web.log.read_text()
        assert up.stop() == 0


def test_web_doesn_t_tell_visitors_a_provider_s_url() -> None:
    """It may have a key in it."""
    from oracle.cli.web import is_local

    assert is_local("http://127.0.0.1:8545") and is_local("http://localhost:8545/rpc")
    assert not is_local("https://mainnet.example/v3/0123456789abcdef")
    assert not is_local("http://127.0.0.1.evil.example")
