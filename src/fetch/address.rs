//! Which addresses are public. A table of the special-purpose registries (RFC 6890 and its successors); no lookups.

use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::Ipv6Addr;

use ipnet::Ipv4Net;
use ipnet::Ipv6Net;

/// Where an address leads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Reach {
    /// Somewhere in the public Internet.
    Public,
    /// A private place that an operator may name: this machine, a private network.
    Private(&'static str),
    /// A place that holds no source of papers, even where a name that the operator wrote resolves to it.
    Never(&'static str),
}

/// Where `address` leads; addresses that embed an IPv4 address are judged by that one.
pub(super) fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(address) => reach_v4(address),
        IpAddr::V6(address) => reach_v6(address),
    }
}

const fn v4(a: u8, b: u8, c: u8, d: u8, length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6(a: u16, b: u16, c: u16, length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), length)
}

const SPECIAL_V4: &[(Ipv4Net, Reach)] = &[
    (v4(0, 0, 0, 0, 8), Reach::Never("an address of no host")),
    (v4(10, 0, 0, 0, 8), Reach::Private("a private address")),
    (v4(100, 64, 0, 0, 10), Reach::Private("an address inside a provider's network")),
    (v4(127, 0, 0, 0, 8), Reach::Private("a loopback address")),
    (v4(169, 254, 0, 0, 16), Reach::Never("a link-local address")),
    (v4(172, 16, 0, 0, 12), Reach::Private("a private address")),
    (v4(192, 0, 0, 0, 24), Reach::Never("an address reserved for protocols")),
    (v4(192, 0, 2, 0, 24), Reach::Never("an address for documentation")),
    (v4(192, 88, 99, 0, 24), Reach::Never("an address of a 6to4 relay")),
    (v4(192, 168, 0, 0, 16), Reach::Private("a private address")),
    (v4(198, 18, 0, 0, 15), Reach::Private("an address for benchmarks")),
    (v4(198, 51, 100, 0, 24), Reach::Never("an address for documentation")),
    (v4(203, 0, 113, 0, 24), Reach::Never("an address for documentation")),
    (v4(224, 0, 0, 0, 4), Reach::Never("a multicast address")),
    (v4(240, 0, 0, 0, 4), Reach::Never("a reserved address")),
];

/// Everything outside `2000::/3` is special as well; these have names worth telling.
const SPECIAL_V6: &[(Ipv6Net, Reach)] = &[
    (v6(0xfc00, 0, 0, 7), Reach::Private("a private address")),
    (v6(0xfe80, 0, 0, 10), Reach::Never("a link-local address")),
    (v6(0xfec0, 0, 0, 10), Reach::Never("a site-local address")),
    (v6(0xff00, 0, 0, 8), Reach::Never("a multicast address")),
    (v6(0x0064, 0xff9b, 1, 48), Reach::Never("an address of a local translator")),
    (v6(0x2001, 0, 0, 23), Reach::Never("an address reserved for protocols")),
    (v6(0x2001, 0x0db8, 0, 32), Reach::Never("an address for documentation")),
    (v6(0x2002, 0, 0, 16), Reach::Never("a 6to4 address")),
    (v6(0x3fff, 0, 0, 20), Reach::Never("an address for documentation")),
];

const GLOBAL_V6: Ipv6Net = v6(0x2000, 0, 0, 3);

/// The well-known prefix of translators (RFC 6052): on a network without IPv4, all IPv4 hosts are found under it.
const TRANSLATED: Ipv6Net = v6(0x0064, 0xff9b, 0, 96);

fn reach_v4(address: Ipv4Addr) -> Reach {
    let found = SPECIAL_V4.iter().find(|(net, _reach)| net.contains(&address));
    found.map_or(Reach::Public, |(_net, reach)| *reach)
}

fn reach_v6(address: Ipv6Addr) -> Reach {
    if address == Ipv6Addr::LOCALHOST {
        return Reach::Private("a loopback address");
    }
    if let Some(embedded) = address.to_ipv4_mapped() {
        return reach_v4(embedded);
    }
    if TRANSLATED.contains(&address) {
        let [.., a, b, c, d] = address.octets();
        return reach_v4(Ipv4Addr::new(a, b, c, d));
    }
    if let Some((_net, reach)) = SPECIAL_V6.iter().find(|(net, _reach)| net.contains(&address)) {
        return *reach;
    }
    if GLOBAL_V6.contains(&address) { Reach::Public } else { Reach::Never("a reserved address") }
}

#[cfg(test)]
mod tests {
    use super::Reach;
    use super::reach;

    fn is_public(text: &str) -> bool {
        reach(text.parse().unwrap()) == Reach::Public
    }

    #[test]
    fn public_addresses_are_public() {
        for text in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "128.84.21.199",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2a04:4e42::1",
            "2001:200::1",
            "2606:4700::1111",
            "::ffff:1.1.1.1",
            "64:ff9b::1.1.1.1",
        ] {
            assert!(is_public(text), "{text}");
        }
    }

    #[test]
    fn special_addresses_are_not() {
        for text in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.255.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::127.0.0.1",
            "64:ff9b::10.1.2.3",
            "64:ff9b:1::1.1.1.1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(text), "{text}");
        }
    }
}
