//! Where the daemon listens, as it is written, and where that is reached.

use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::Ipv6Addr;
use std::net::SocketAddr;
use std::path::PathBuf;

use url::Url;

use crate::config::ListenAddress;
use crate::config::diagnostic::quoted;
use crate::config::forms::Flaw;

/// The longest path of a Unix socket: the kernel's `sun_path` has 108 bytes, the last of them zero.
const LONGEST_SOCKET_PATH: usize = 107;

/// Where whoever listens there is reached from the same machine: at the first IP address, or where the daemon listens
/// unless it is told otherwise.
pub(super) fn reached_at(listen: &[ListenAddress]) -> Option<Url> {
    let tcp = listen.iter().find_map(|address| match address {
        ListenAddress::Tcp(address) => Some(*address),
        ListenAddress::Unix(_) => None,
    });
    let mut address = tcp.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 4287)));
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        IpAddr::V4(_) | IpAddr::V6(_) => {}
    }
    Url::parse(&format!("http://{address}/")).ok()
}

/// Whether readers can open an address that is listened on just as it is written.
pub(super) fn is_reached_as_written(listen: &[ListenAddress]) -> bool {
    listen.iter().any(|address| match address {
        ListenAddress::Tcp(address) => !address.ip().is_unspecified() && address.port() != 0,
        ListenAddress::Unix(_) => false,
    })
}

/// An address to listen on.
pub(super) fn listen(text: &str) -> Result<ListenAddress, Flaw> {
    if let Some(path) = text.strip_prefix("unix:") {
        let flaw = || Flaw::new(format!("{} is not the absolute path of a socket", quoted(text)));
        if !path.starts_with('/') || path.ends_with('/') || path.contains('\0') {
            return Err(flaw().hint("write \"unix:/run/offprint/http.sock\""));
        }
        if path.len() > LONGEST_SOCKET_PATH {
            return Err(
                flaw().hint(format!("sockets have at most {LONGEST_SOCKET_PATH} bytes in their path"))
            );
        }
        return Ok(ListenAddress::Unix(PathBuf::from(path)));
    }
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Ok(ListenAddress::Tcp(address));
    }
    let flaw = Flaw::new(format!("{} is not an address to listen on", quoted(text)));
    let port = text.rsplit(':').next().and_then(|port| port.parse::<u16>().ok());
    Err(match (port, text.rsplit_once(':').map(|(host, _port)| host)) {
        (Some(port), Some("" | "*")) => flaw.hint(format!("for every interface write \"0.0.0.0:{port}\"")),
        (Some(port), Some(host)) if host.contains(':') => flaw.hint(format!("write \"[{host}]:{port}\"")),
        (Some(port), Some("localhost") | None) => flaw.hint(format!("write \"127.0.0.1:{port}\"")),
        _other if text.starts_with('/') => flaw.hint(format!("write \"unix:{text}\"")),
        _other => flaw.hint("write \"127.0.0.1:4287\", \"[::1]:4287\" or \"unix:/run/offprint/http.sock\""),
    })
}

#[cfg(test)]
mod tests {
    use crate::config::forms::Flaw;

    fn hint<T: std::fmt::Debug>(outcome: Result<T, Flaw>) -> String {
        outcome.unwrap_err().hint.unwrap()
    }

    #[test]
    fn the_address_listened_on_is_where_it_is_reached() {
        let reached = |texts: &[&str]| {
            let addresses: Vec<_> = texts.iter().map(|text| super::listen(text).unwrap()).collect();
            super::reached_at(&addresses).unwrap().to_string()
        };
        assert_eq!(reached(&["unix:/run/a.sock", "127.0.0.1:8080"]), "http://127.0.0.1:8080/");
        assert_eq!(reached(&["0.0.0.0:80"]), "http://127.0.0.1/");
        assert_eq!(reached(&["[::]:81"]), "http://[::1]:81/");
        assert_eq!(reached(&["unix:/run/a.sock"]), "http://127.0.0.1:4287/");
    }

    #[test]
    fn an_address_to_listen_on_is_an_ip_address_or_a_socket() {
        for text in ["127.0.0.1:0", "[::]:80", "unix:/run/offprint/http.sock"] {
            assert!(super::listen(text).is_ok(), "{text}");
        }
        assert_eq!(hint(super::listen(":4287")), "for every interface write \"0.0.0.0:4287\"");
        assert_eq!(hint(super::listen("4287")), "write \"127.0.0.1:4287\"");
        assert_eq!(hint(super::listen("localhost:80")), "write \"127.0.0.1:80\"");
        assert_eq!(hint(super::listen("::1:80")), "write \"[::1]:80\"");
        assert_eq!(hint(super::listen("/run/a.sock")), "write \"unix:/run/a.sock\"");
        assert!(super::listen("unix:run/a.sock").is_err());
        assert!(super::listen(&format!("unix:/{}", "a".repeat(107))).is_err());
        assert!(super::listen("127.0.0.1:99999").is_err());
    }
}
