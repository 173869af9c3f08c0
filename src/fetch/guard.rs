//! Which hosts may be asked: the address is checked as written, and again when its name has been resolved.
//!
//! The client connects to exactly the addresses that [`Resolver`] lets through, so a name that changes its mind between
//! the check and the connection (DNS rebinding) gains nothing. An address literal never reaches a resolver; it is
//! checked in [`Guard::check`], before every hop.

use std::collections::BTreeSet;
use std::fmt;
use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::Ipv6Addr;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::Addrs;
use reqwest::dns::Name;
use reqwest::dns::Resolve;
use reqwest::dns::Resolving;
use url::Host;
use url::Url;

use crate::fetch::address::Reach;
use crate::fetch::address::reach;
use crate::fetch::fault::Refusal;

/// By which client a permitted address is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Route {
    /// It may lead to public addresses only.
    Public,
    /// The operator named this very host and port, and it is one of a private network.
    Named,
    /// The operator named this very host and port, and its name is a public one: whoever owns the name must not be able to
    /// lead us into the operator's network, so only the port is exempt.
    NamedPublic,
}

/// The hosts with ports that the operator named.
#[derive(Debug)]
pub(super) struct Guard {
    named: BTreeSet<(Host<String>, u16)>,
}

impl Guard {
    pub(super) fn new(allowed_hosts: &[Url]) -> Self {
        Self { named: allowed_hosts.iter().filter_map(place).collect() }
    }

    /// Whether any host is named.
    pub(super) fn names_any(&self) -> bool {
        !self.named.is_empty()
    }

    /// Whether `url` may be asked as it is written, in a walk that began at `start`. What the operator named counts for
    /// the source that is asked there, not for another one that redirects to it.
    pub(super) fn check(&self, url: &Url, start: &Url) -> Result<Route, Refusal> {
        let refuse = |why: &str| Err(Refusal(why.to_owned()));
        if !matches!(url.scheme(), "http" | "https") {
            return refuse("only http and https are asked");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("the address carries credentials");
        }
        let Some((host, port)) = place(url) else { return refuse("the address names no host") };
        let is_named = self.named.contains(&(host.clone(), port)) && place(url) == place(start);
        if is_named {
            return Ok(if is_private_name(&host) { Route::Named } else { Route::NamedPublic });
        }
        let literal = match host {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(IpAddr::V4(address)),
            Host::Ipv6(address) => Some(IpAddr::V6(address)),
        };
        match literal.map_or(Reach::Public, reach) {
            Reach::Public if matches!(port, 80 | 443) => Ok(Route::Public),
            Reach::Public => Err(Refusal(format!("port {port} is neither 80 nor 443"))),
            Reach::Private(why) | Reach::Never(why) => refuse(why),
        }
    }
}

fn place(url: &Url) -> Option<(Host<String>, u16)> {
    Some((url.host()?.to_owned(), url.port_or_known_default()?))
}

/// A lookup that never finished, or one whose answers are all refused.
#[derive(Debug, thiserror::Error)]
pub(super) enum ResolveError {
    #[error("{0}")]
    Failed(#[from] io::Error),
    #[error("{0}")]
    Refused(Refusal),
}

type Looking = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;
type Lookup = Arc<dyn Fn(String) -> Looking + Send + Sync>;

/// Resolves names by the system, and lets through only the addresses that the route permits.
#[derive(Clone)]
pub(super) struct Resolver {
    route: Route,
    lookup: Lookup,
}

impl Resolver {
    pub(super) fn new(route: Route) -> Self {
        Self { route, lookup: Arc::new(|name| Box::pin(ask_system(name))) }
    }

    /// One that asks a name server of the test's own.
    #[cfg(test)]
    pub(super) fn asking(
        route: Route,
        answer: impl Fn(&str) -> Vec<IpAddr> + Clone + Send + Sync + 'static,
    ) -> Self {
        let lookup = move |name: String| -> Looking { Box::pin(std::future::ready(Ok(answer(&name)))) };
        Self { route, lookup: Arc::new(lookup) }
    }

    async fn addresses(self, name: String) -> Result<Vec<IpAddr>, ResolveError> {
        let found = if is_localhost(&name) {
            vec![IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)]
        } else {
            (self.lookup)(name).await?
        };
        permitted(self.route, &found)
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Resolver").field("route", &self.route).finish_non_exhaustive()
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let addresses = self.clone().addresses(name.as_str().to_owned());
        Box::pin(async move {
            let sockets = addresses.await?.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok::<Addrs, _>(Box::new(sockets))
        })
    }
}

async fn ask_system(name: String) -> io::Result<Vec<IpAddr>> {
    Ok(tokio::net::lookup_host((name, 0)).await?.map(|socket| socket.ip()).collect())
}

/// Ends of names that are not looked up in the public name system.
const PRIVATE_ENDS: &[&str] =
    &["local", "localdomain", "lan", "internal", "intranet", "private", "home", "corp", "arpa", "test"];

/// Whether a host is one of a private network as it is written: an address, this machine, a name without a dot or with an
/// end that the public name system does not have (RFC 6761, RFC 6762, RFC 8375).
fn is_private_name(host: &Host<String>) -> bool {
    match host {
        Host::Ipv4(_) | Host::Ipv6(_) => true,
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            let end = name.rsplit('.').next().unwrap_or(name);
            is_localhost(name) || !name.contains('.') || PRIVATE_ENDS.contains(&end)
        }
    }
}

/// RFC 6761 §6.3: `localhost` and every name under it is this machine, whatever a name server says.
fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

/// The addresses a route may connect to: of a mixed answer only the permitted ones.
fn permitted(route: Route, found: &[IpAddr]) -> Result<Vec<IpAddr>, ResolveError> {
    let mut refused = "the name has no address";
    let mut kept = Vec::new();
    for address in found {
        match (reach(*address), route) {
            (Reach::Public, _) | (Reach::Private(_), Route::Named) => kept.push(*address),
            (Reach::Private(why), Route::Public | Route::NamedPublic) | (Reach::Never(why), _) => {
                refused = why;
            }
        }
    }
    if found.is_empty() {
        return Err(ResolveError::Failed(io::Error::other(refused)));
    }
    if kept.is_empty() {
        return Err(ResolveError::Refused(Refusal(format!("the name leads to {refused}"))));
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;
    use std::sync::Arc;
    use std::sync::Mutex;

    use url::Url;

    use super::Guard;
    use super::ResolveError;
    use super::Resolver;
    use super::Route;
    use super::permitted;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn addresses(texts: &[&str]) -> Vec<IpAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn only_the_very_host_and_port_that_was_named_is_exempt() {
        let named =
            ["http://127.0.0.1:9000/rss", "https://feeds.lan:8443", "https://journal.example:8443"].map(url);
        let guard = Guard::new(&named);
        let check = |text: &str| guard.check(&url(text), &url(text));
        assert_eq!(check("http://127.0.0.1:9000/other"), Ok(Route::Named));
        assert_eq!(check("https://feeds.lan:8443/x"), Ok(Route::Named));
        assert_eq!(check("https://journal.example:8443/x"), Ok(Route::NamedPublic));
        assert_eq!(check("https://feeds.lan/x"), Ok(Route::Public));
        for refused in ["http://127.0.0.1:9001/", "http://127.0.0.1/", "http://127.0.0.2:9000/"] {
            assert!(check(refused).is_err(), "{refused}");
        }
        // Another source that redirects there gains nothing by the name.
        assert!(
            guard.check(&url("http://127.0.0.1:9000/rss"), &url("https://journal.example:8443")).is_err()
        );
    }

    #[test]
    fn a_named_public_name_may_not_lead_into_a_private_network() {
        assert!(permitted(Route::NamedPublic, &addresses(&["10.0.0.1"])).is_err());
        let found = addresses(&["10.0.0.1", "1.1.1.1"]);
        assert_eq!(permitted(Route::NamedPublic, &found).unwrap(), addresses(&["1.1.1.1"]));
    }

    #[test]
    fn other_schemes_ports_and_credentials_are_refused() {
        let guard = Guard::new(&[]);
        for refused in [
            "ftp://example.org/",
            "file:///etc/passwd",
            "gopher://example.org/",
            "http://example.org:22/",
            "https://example.org:8443/",
            "https://user@example.org/",
            "https://:secret@example.org/",
        ] {
            assert!(guard.check(&url(refused), &url(refused)).is_err(), "{refused}");
        }
        let fine = url("https://example.org/");
        assert_eq!(guard.check(&fine, &fine), Ok(Route::Public));
    }

    #[test]
    fn of_a_mixed_answer_only_the_public_addresses_are_used() {
        let found = addresses(&["127.0.0.1", "1.1.1.1", "10.0.0.1", "2606:4700::1111", "::1"]);
        assert_eq!(permitted(Route::Public, &found).unwrap(), addresses(&["1.1.1.1", "2606:4700::1111"]));
    }

    #[test]
    fn a_named_host_may_be_private_but_never_link_local() {
        let found = addresses(&["10.0.0.1", "169.254.169.254"]);
        assert_eq!(permitted(Route::Named, &found).unwrap(), addresses(&["10.0.0.1"]));
        assert!(permitted(Route::Named, &addresses(&["169.254.169.254"])).is_err());
    }

    #[tokio::test]
    async fn a_name_that_turns_private_is_refused_at_its_second_lookup() {
        let answers = Arc::new(Mutex::new(vec!["127.0.0.1", "1.1.1.1"]));
        let lookup = move |_name| -> super::Looking {
            let next = answers.lock().unwrap().pop().unwrap();
            Box::pin(std::future::ready(Ok(addresses(&[next]))))
        };
        let resolver = Resolver { route: Route::Public, lookup: Arc::new(lookup) };
        let first = resolver.clone().addresses("rebinding.example".to_owned()).await;
        assert_eq!(first.unwrap(), addresses(&["1.1.1.1"]));
        let second = resolver.addresses("rebinding.example".to_owned()).await;
        assert!(matches!(second, Err(ResolveError::Refused(_))));
    }

    #[tokio::test]
    async fn localhost_names_are_this_machine_without_a_lookup() {
        let lookup = |_name| -> super::Looking { panic!("a lookup was made") };
        for (name, is_permitted) in
            [(Route::Public, false), (Route::Named, true)].into_iter().flat_map(|(route, is_permitted)| {
                ["localhost", "LOCALHOST.", "arxiv.localhost"].map(|name| ((route, name), is_permitted))
            })
        {
            let resolver = Resolver { route: name.0, lookup: Arc::new(lookup) };
            assert_eq!(resolver.addresses(name.1.to_owned()).await.is_ok(), is_permitted, "{name:?}");
        }
    }
}
