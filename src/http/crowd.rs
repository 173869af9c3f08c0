//! Who is connected: how many connections each network has open, and how many requests it sent.

use std::collections::HashMap;
use std::net::IpAddr;
use std::net::Ipv6Addr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use crate::http::rates::Bucket;

/// How many connections each address has open, and how many requests it sent.
#[derive(Debug)]
pub(super) struct Crowd {
    limit: usize,
    seats: Mutex<HashMap<IpAddr, Peer>>,
}

/// What is known of an address.
#[derive(Debug, Default)]
struct Peer {
    taken: usize,
    bucket: Arc<Bucket>,
}

/// Beyond so many addresses, those without connections whose requests are long past are forgotten.
const PEERS_KEPT: usize = 4_096;

impl Crowd {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, seats: Mutex::default() }
    }

    /// A place for one more connection from there, if there is one.
    pub(super) fn seat(self: &Arc<Self>, peer: IpAddr) -> Option<Seat> {
        let group = group(peer);
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        if seats.len() >= PEERS_KEPT {
            seats.retain(|_group, peer| peer.taken > 0 || !peer.bucket.is_empty());
        }
        let peer = seats.entry(group).or_default();
        (peer.taken < self.limit).then(|| {
            peer.taken += 1;
            Seat { crowd: Arc::clone(self), group, bucket: Arc::clone(&peer.bucket) }
        })
    }
}

/// One connection's place; given back when dropped.
#[derive(Debug)]
pub(super) struct Seat {
    crowd: Arc<Crowd>,
    /// The network.
    pub(super) group: IpAddr,
    /// Counts its requests.
    pub(super) bucket: Arc<Bucket>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self.crowd.seats.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(peer) = seats.get_mut(&self.group) {
            peer.taken = peer.taken.saturating_sub(1);
            // What it sent is remembered as long as it counts.
            if peer.taken == 0 && peer.bucket.is_empty() {
                seats.remove(&self.group);
            }
        }
    }
}

/// The addresses one customer holds: an IPv4 address, or the 64 bits of an IPv6 network.
fn group(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;
    use std::sync::Arc;

    use super::Crowd;

    #[test]
    fn one_network_takes_no_more_than_its_seats() {
        let crowd = Arc::new(Crowd::new(2));
        let peer = |text: &str| text.parse::<IpAddr>().unwrap();
        let first = crowd.seat(peer("2001:db8::1")).unwrap();
        let _second = crowd.seat(peer("2001:db8::2")).unwrap();
        assert!(crowd.seat(peer("2001:db8::3")).is_none());
        assert!(crowd.seat(peer("2001:db8:0:1::3")).is_some());
        assert!(crowd.seat(peer("::ffff:192.0.2.1")).is_some());
        drop(first);
        assert!(crowd.seat(peer("2001:db8::3")).is_some());
    }

    #[test]
    fn an_address_without_connections_is_forgotten() {
        let crowd = Arc::new(Crowd::new(1));
        drop(crowd.seat("192.0.2.1".parse().unwrap()));
        assert!(crowd.seats.lock().unwrap().is_empty());
    }
}
