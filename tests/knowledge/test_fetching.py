"""Pages are fetched from the public web and from nowhere else."""

from __future__ import annotations

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from knowledge.fetching import Fetcher, FetchError, is_public


@asynccontextmanager
async def serving(*answers: bytes) -> AsyncIterator[tuple[str, list[str]]]:
    """A server on loopback that gives these answers in turn, and a list of what it was asked."""
    asked: list[str] = []
    left = list(answers)

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(left.pop(0))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/page", asked
    finally:
        server.close()
        await server.wait_closed()


def answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
        *(
            "169.254.169.254",
            "100.64.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "198.18.0.1",
            "203.0.113.9",
            "224.0.0.1",
        ),
        *("240.0.0.1", "255.255.255.255", "::1", "::", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "fe80::1%eth0"),
        *("fc00::1", "fd12::1", "2002:7f00:1::", "64:ff9b::7f00:1", "ff02::1", "2001:db8::1", "2001::1"),
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "93.184.216.34", "2606:4700::1111", "2a00:1450::1"]
)
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
    ],
)
async def test_no_form_of_a_private_address_is_connected_to(host: str) -> None:
    async with serving() as (url, asked):
        with pytest.raises(FetchError):
            await Fetcher().fetch(url.replace("127.0.0.1", host))

    assert asked == []


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.com/x",
        "gopher://example.com",
        "http://",
        "no address",
        "http://a:b@c.de/",
    ],
)
async def test_other_schemes_and_broken_addresses_are_refused(url: str) -> None:
    with pytest.raises(FetchError):
        await Fetcher().fetch(url)


async def test_a_redirect_to_a_private_address_is_not_followed() -> None:
    away = answer(b"", "Location: http://10.0.0.1/secret", status="302 Found")
    async with serving(away) as (url, asked):
        with pytest.raises(FetchError, match="not on the public web"):
            await Fetcher(allow_loopback=True).fetch(url)

    assert len(asked) == 1


async def test_a_name_that_answers_differently_the_second_time_gains_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connected: list[str] = []

    async def resolve(*_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answers.pop(0), 80))]

    async def connect(_self: object, host: str, *_: Any) -> Any:
        connected.append(host)
        raise OSError("the test ends here")

    answers = ["93.184.216.34", "127.0.0.1"]
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    monkeypatch.setattr("httpcore2.AnyIOBackend.connect_tcp", connect)
    for _ in range(2):
        with pytest.raises(FetchError):
            await Fetcher().fetch("http://rebind.example/")

    assert connected == ["93.184.216.34"]


async def test_a_page_and_the_marks_to_ask_for_it_again() -> None:
    first = answer(b"<p>Hello</p>", 'ETag: "v1"', "Content-Type: text/html")
    async with serving(first, answer(b"", status="304 Not Modified")) as (url, asked):
        fetcher = Fetcher(allow_loopback=True)
        page = await fetcher.fetch(url)
        again = await fetcher.fetch(url, etag=page.etag)

    assert (page.data, page.etag, page.content_type) == (b"<p>Hello</p>", '"v1"', "text/html")
    assert again.data is None
    assert 'If-None-Match: "v1"' in asked[1]


async def test_what_is_packed_is_unpacked_up_to_the_limit() -> None:
    small = answer(gzip.compress(b"text"), "Content-Encoding: gzip")
    bomb = answer(gzip.compress(b"\0" * 5_000_000), "Content-Encoding: gzip")
    async with serving(small, bomb) as (url, _):
        fetcher = Fetcher(allow_loopback=True, most_bytes=1_000_000)
        assert (await fetcher.fetch(url)).data == b"text"
        with pytest.raises(FetchError, match="larger than 1 MB"):
            await fetcher.fetch(url)


@pytest.mark.parametrize(
    ("status", "reason"), [("404 Not Found", "404"), ("500 Oops", "500"), ("302 Found", "302")]
)
async def test_a_page_that_is_not_there(status: str, reason: str) -> None:
    async with serving(answer(b"", status=status)) as (url, _):
        with pytest.raises(FetchError, match=reason):
            await Fetcher(allow_loopback=True).fetch(url)


async def test_a_server_that_never_answers_is_given_up() -> None:
    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(5)
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(FetchError, match="did not answer"):
        await Fetcher(allow_loopback=True, seconds=0.2).fetch(f"http://127.0.0.1:{port}/")
    server.close()
