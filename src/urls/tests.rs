//! Addresses and identifiers.

use url::Url;

use super::Error;
use super::List;
use super::Place;
use super::Urls;
use crate::model::format::Format;
use crate::model::paper::PaperId;
use crate::model::plan::Installation;
use crate::model::time::Timestamp;
use crate::model::topic::TopicId;

fn urls(public: &str, authority: &str, date: &str) -> Result<Urls, Error> {
    let created = Timestamp::parse_rfc3339("2026-11-20T08:00:00Z").unwrap();
    let installation =
        Installation { tag_authority: authority.to_owned(), tag_date: date.to_owned(), created };
    Urls::new(Url::parse(public).unwrap(), &installation)
}

#[test]
fn identifiers_do_not_follow_the_host() {
    let paper = PaperId::mint(7);
    let topic = TopicId::parse("peft").unwrap();
    let one = urls("https://papers.example.org", "papers.example.org", "2026-11-20").unwrap();
    let other = urls("http://elsewhere.example/", "papers.example.org", "2026-11-20").unwrap();
    assert_eq!(one.paper_tag(&paper), "tag:papers.example.org,2026-11-20:paper/0000000000000007");
    assert_eq!(one.paper_tag(&paper), other.paper_tag(&paper));
    assert_eq!(one.list_tag(List::Topic(&topic)), "tag:papers.example.org,2026-11-20:topic/peft");
    assert_ne!(one.absolute(Place::Front), other.absolute(Place::Front));
}

#[test]
fn a_public_address_may_have_a_path() {
    let topic = TopicId::parse("peft").unwrap();
    let urls = urls("https://example.org/reading", "example.org", "2026-11-20").unwrap();
    assert_eq!(
        urls.absolute(Place::Feed(List::Topic(&topic), Format::Atom)),
        "https://example.org/reading/topics/peft.atom"
    );
    assert_eq!(urls.path(Place::Topic(&topic)), "/reading/topics/peft");
    assert_eq!(urls.path(Place::Front), "/reading/");
}

#[test]
fn the_place_in_a_timeline_is_a_readable_time() {
    let topic = TopicId::parse("peft").unwrap();
    let urls = urls("https://example.org", "example.org", "2026-11-20").unwrap();
    let path = urls.path(Place::TopicBefore(&topic, Timestamp::from_micros(1_500_001)));
    assert_eq!(path, "/topics/peft?before=1970-01-01T00:00:01.500001Z");
}

#[test]
fn what_breaks_rfc_4151_is_refused() {
    let public = "https://example.org";
    for authority in ["", "Example.org", "exa mple.org", "example.org:80", "-a.org", "a..org", "@a.org"] {
        assert!(matches!(urls(public, authority, "2026-11-20"), Err(Error::Authority(_))), "{authority}");
    }
    for date in ["", "2026", "2026-13-01", "2026-11-21", "20261120", "+026-11-01", "2026-1-01"] {
        assert!(matches!(urls(public, "example.org", date), Err(Error::Date(_))), "{date}");
    }
    assert!(urls(public, "papers@example.org", "2026-11-20").is_ok());
}

#[test]
fn an_address_that_cannot_be_served_is_refused() {
    for public in ["ftp://example.org", "https://me:x@example.org", "https://example.org/?a", "data:x"] {
        assert!(matches!(urls(public, "example.org", "2026-11-20"), Err(Error::Public { .. })), "{public}");
    }
}
