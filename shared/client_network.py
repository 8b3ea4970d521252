"""Whose tries count together: one IPv4 address, or the /64 that one IPv6 customer gets."""

import ipaddress

_IPV6_PREFIX_BITS = 64


def network_of(host: str | None) -> str:
    """The network of a client's address; what is no address counts as one network."""
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, _IPV6_PREFIX_BITS), strict=False))
    return str(address)
