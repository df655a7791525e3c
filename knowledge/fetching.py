"""Fetches a page from the public web, and from nowhere else.

Every connection, also after a redirect, goes through one door: the name is resolved
there, each address is checked, and the checked address itself is connected to, so that a
name that answers differently the second time (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import httpcore2 as httpcore

from knowledge.errors import CoachError
from knowledge.loaders.document import MOST_BYTES

_MOST_REDIRECTS = 5
_SECONDS = 20.0
_AGENT = "CareerCoach/0.1 (knowledge base refresh)"
_REDIRECTS = {301, 302, 303, 307, 308}
_OK, _NOT_MODIFIED = 200, 304
# Written out, because Python 3.11's `is_global` calls some of these public.
_DENIED = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
        "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4", "::/128", "::1/128", "::ffff:0:0/96", "::/96", "64:ff9b::/96",
        "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23", "2001:db8::/32", "2002::/16",
        "2620:4f:8000::/48", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    )
)  # fmt: skip
_LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))


class FetchError(CoachError):
    """A page cannot be fetched; the text says why."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it came. `data` is None where it has not changed since it was last read."""

    url: str
    data: bytes | None
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""


def is_public(address: str, *, allow_loopback: bool = False) -> bool:
    """Whether an IP address belongs to the public web."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if allow_loopback and any(parsed in network for network in _LOOPBACK):
        return True
    return not any(parsed in network for network in _DENIED)


class Fetcher:
    """Fetches pages over HTTP and HTTPS."""

    def __init__(
        self, *, allow_loopback: bool = False, most_bytes: int = MOST_BYTES, seconds: float = _SECONDS
    ) -> None:
        """Limit a page's size, and the seconds it may take; loopback is for tests."""
        self._allow_loopback = allow_loopback
        self._most_bytes = most_bytes
        self._seconds = seconds

    async def fetch(self, url: str, *, etag: str = "", last_modified: str = "") -> Fetched:
        """Fetch a page, unless it is still what the marks of its last reading say.

        Raises:
            FetchError: it is not a public web address, or there is no page there.

        """
        try:
            async with asyncio.timeout(self._seconds), self._pool() as pool:
                return await self._follow(pool, url, _conditions(etag, last_modified))
        except TimeoutError:
            raise FetchError(f"{_host(url)} did not answer within {self._seconds:.0f} seconds.") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as error:
            raise FetchError(f"{_host(url)} could not be reached ({type(error).__name__}).") from None

    def _pool(self) -> httpcore.AsyncConnectionPool:
        return httpcore.AsyncConnectionPool(
            ssl_context=ssl.create_default_context(), network_backend=_Door(self._allow_loopback)
        )

    async def _follow(
        self, pool: httpcore.AsyncConnectionPool, url: str, conditions: dict[str, str]
    ) -> Fetched:
        for _ in range(_MOST_REDIRECTS + 1):
            url = _checked(url)
            headers = {
                "User-Agent": _AGENT,
                "Accept-Encoding": "gzip, identity",
                "Accept": "*/*",
                **conditions,
            }
            async with pool.stream("GET", url, headers=list(headers.items())) as response:
                named = {
                    name.decode("latin-1").lower(): value.decode("latin-1")
                    for name, value in response.headers
                }
                if response.status in _REDIRECTS and "location" in named:
                    url = urljoin(url, named["location"])
                    continue
                if response.status == _NOT_MODIFIED and conditions:
                    return Fetched(url, None)
                if response.status != _OK:
                    raise FetchError(f"{_host(url)} answered with status {response.status}.")
                data = await self._body(response, named)
                return Fetched(
                    url,
                    data,
                    named.get("content-type", ""),
                    named.get("etag", ""),
                    named.get("last-modified", ""),
                )
        raise FetchError(f"{_host(url)} redirects more than {_MOST_REDIRECTS} times.")

    async def _body(self, response: httpcore.Response, headers: dict[str, str]) -> bytes:
        encoding = headers.get("content-encoding", "identity").lower()
        if encoding not in {"identity", "gzip", ""}:
            raise FetchError(f"The page is packed in a form ({encoding}) that was not asked for.")
        unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS) if encoding == "gzip" else None
        data = bytearray()
        async for part in response.aiter_stream():
            room = self._most_bytes - len(data) + 1
            try:
                data += unpacker.decompress(part, room) if unpacker else part
            except zlib.error:
                raise FetchError("The page is packed wrongly and cannot be read.") from None
            if len(data) > self._most_bytes:
                raise FetchError(f"The page is larger than {self._most_bytes / 1e6:g} MB.")
        return bytes(data)


class _Door(httpcore.AsyncNetworkBackend):
    """Connects to checked addresses only."""

    def __init__(self, allow_loopback: bool) -> None:  # noqa: FBT001 - the only argument
        self._allow_loopback = allow_loopback
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the interface's own
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError):
            raise FetchError(f"There is no host called {host}.") from None
        addresses = list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
        if not addresses or not all(is_public(a, allow_loopback=self._allow_loopback) for a in addresses):
            raise FetchError(f"{host} is not on the public web, so nothing is fetched from it.")
        return await self._backend.connect_tcp(addresses[0], port, timeout, local_address, socket_options)

    async def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002 - the interface's own
        timeout: float | None = None,  # noqa: ARG002, ASYNC109
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore.AsyncNetworkStream:
        raise FetchError("Nothing is fetched from this machine's own sockets.")

    async def sleep(self, seconds: float) -> None:
        await self._backend.sleep(seconds)


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise FetchError("This is not a web address that can be read.") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise FetchError("Only addresses that begin with http:// or https:// can be added.")
    if parts.username or parts.password:
        raise FetchError("An address with a password in it is not fetched. Leave that out.")
    if port == 0:
        raise FetchError("This is not a web address that can be read.")
    return parts._replace(fragment="").geturl()


def _conditions(etag: str, last_modified: str) -> dict[str, str]:
    marks = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in marks.items() if value}


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "The address"
    except ValueError:
        return "The address"
