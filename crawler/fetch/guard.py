"""The door: no request reaches an address that the public Internet does not route to."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Iterable, Sequence
from typing import Any

from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.resolver import CachingHostnameResolver, HostResolution
from scrapy.utils.datatypes import LocalCache
from twisted.internet.base import ReactorBase
from twisted.internet.interfaces import IAddress, IHostResolution, IResolutionReceiver

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Python calls the site-local fec0::/10, the local NAT64 64:ff9b:1::/48 and ::127.0.0.1 global.
_ROUTED_IPV6 = ipaddress.ip_network("2000::/3")
# What is global to Python, or to some of its versions, and is no host of the Internet: protocol
# assignments (Oracle's metadata), Azure's metadata, documentation.
_NOT_GLOBAL = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "168.63.129.16/32", "3fff::/20")))


def parse_networks(values: Iterable[str]) -> tuple[Network, ...]:
    """Read networks such as `127.0.0.1/32`; raises NotConfigured naming the one that is none."""
    networks = []
    for value in values:
        try:
            networks.append(ipaddress.ip_network(value.strip(), strict=False))
        except ValueError as error:
            raise NotConfigured(f"QINGYUAN_ALLOW_ADDRESSES: {value!r}: {error}") from error
    return tuple(networks)


def is_allowed(host: str, networks: Sequence[Network]) -> bool:
    """Tell whether an IP address is global, or in a network that this run may reach all the same.

    An IPv4 address inside IPv6 (mapped, 6to4, Teredo, NAT64) is judged as the IPv4 address.
    """
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        address = _embedded(address) or address
    if any(address.version == net.version and address in net for net in networks):
        return True
    if any(address in net for net in _NOT_GLOBAL):
        return False
    routed = address.version == 4 or address in _ROUTED_IPV6
    return routed and address.is_global and not address.is_multicast


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address in ipaddress.ip_network("64:ff9b::/96"):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]


class _Filter:
    """Passes on the allowed addresses of one resolution; all refused means: cannot be resolved."""

    def __init__(self, receiver: Any, name: str, guard: GuardedResolver) -> None:
        self._receiver = receiver
        self._name = name
        self._guard = guard
        self._seen = self._passed = 0

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802 - Twisted's name
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802 - Twisted's name
        self._seen += 1
        if is_allowed(getattr(address, "host", ""), self._guard.networks):
            self._passed += 1
            self._receiver.addressResolved(address)

    def resolutionComplete(self) -> None:  # noqa: N802 - Twisted's name
        if self._seen and not self._passed:
            self._guard.refused[self._name.rstrip(".")] = True
        self._receiver.resolutionComplete()


class GuardedResolver(CachingHostnameResolver):
    """Resolves as Scrapy does and hands on only addresses that may be reached.

    Twisted asks it for names and for IP literals alike and connects to the very address it gave,
    so redirects, robots.txt and DNS rebinding are covered. Browser traffic is not: see render.
    `refused` holds the latest names that resolved to nothing that may be reached.
    """

    def __init__(self, reactor: ReactorBase, cache_size: int, networks: Sequence[Network]) -> None:
        super().__init__(reactor, cache_size)
        self.networks = networks
        self.refused: LocalCache[str, bool] = LocalCache(1000)

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> GuardedResolver:
        """Build from the settings; raises NotConfigured when a network cannot be read."""
        settings = crawler.settings
        size = settings.getint("DNSCACHE_SIZE") if settings.getbool("DNSCACHE_ENABLED") else 0
        return cls(reactor, size, parse_networks(settings.getlist("QINGYUAN_ALLOW_ADDRESSES")))

    def resolveHostName(  # noqa: N802 - Twisted's name
        self,
        resolutionReceiver: IResolutionReceiver,  # noqa: N803 - Twisted's name
        hostName: str,  # noqa: N803
        *args: Any,
        **kwargs: Any,
    ) -> IHostResolution:
        """Resolve a name, or an address literal, to the addresses that may be reached."""
        guarded: Any = _Filter(resolutionReceiver, hostName, self)
        return super().resolveHostName(guarded, hostName, *args, **kwargs)

    def answer(
        self, receiver: IResolutionReceiver, name: str, addresses: Sequence[Any]
    ) -> HostResolution:
        """Answer a resolution with addresses that are known, as far as they may be reached."""
        guarded = _Filter(receiver, name, self)
        resolution = HostResolution(name)
        guarded.resolutionBegan(resolution)
        for address in addresses:
            guarded.addressResolved(address)
        guarded.resolutionComplete()
        return resolution


async def allowed_addresses(host: str, port: int = 0) -> Sequence[IAddress]:
    """Ask the process's resolver, which is the guard; empty where a host may not be reached."""
    from twisted.internet import reactor

    answer = _Answer()
    reactor.nameResolver.resolveHostName(answer, host, port)
    return await answer.addresses


class _Answer:
    def __init__(self) -> None:
        self._found: list[IAddress] = []
        self.addresses: asyncio.Future[list[IAddress]] = asyncio.get_running_loop().create_future()

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802 - Twisted's name
        pass

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802 - Twisted's name
        self._found.append(address)

    def resolutionComplete(self) -> None:  # noqa: N802 - Twisted's name
        if not self.addresses.done():
            self.addresses.set_result(self._found)
