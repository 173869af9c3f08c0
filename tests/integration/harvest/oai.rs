//! arXiv's feed and its OAI-PMH interface tell of the same papers, and a list that broke off goes on after a restart.

use chrono::TimeDelta;
use offprint::model::source::Health;

use crate::support::net::Net;
use crate::support::site::Site;
use crate::support::wire;
use crate::support::wire::Item;

const DOI: &str = "10.5555/flags.3";

fn configuration(net: &Net) -> String {
    format!(
        "contact = \"mailto:ops@example.org\"\n\
         [[source]]\nid = \"arxiv\"\nkind = \"arxiv-rss\"\ncategories = [\"cs.LG\"]\nurl = \"{}\"\n\
         [[source]]\nid = \"oai\"\nkind = \"arxiv-oai\"\ncategories = [\"cs.LG\"]\nurl = \"{}\"\n\
         [[topic]]\nid = \"all\"\ntitle = \"All\"\nquery = \"cat:cs.*\"\n",
        net.url("/rss"),
        net.url("/oai"),
    )
}

/// A page of papers that were submitted on the Monday before the [`crate::support::site::wednesday`].
fn page(ids: &[&str], more: &str, token: &str) -> String {
    let record = |id: &&str| {
        format!(
            "<record><header><identifier>oai:arXiv.org:{id}</identifier><datestamp>2026-08-12</datestamp></header><metadata>\
             <arXiv><id>{id}</id><created>2026-08-10</created>{more}<authors><author><keyname>Example</keyname>\
             <forenames>Ann A.</forenames></author></authors><title>Flags of garden {id}</title><categories>cs.LG</categories>\
             <doi>{DOI}.{id}</doi><abstract>We count.</abstract></arXiv></metadata></record>"
        )
    };
    let records: String = ids.iter().map(record).collect();
    format!(
        "<OAI-PMH><responseDate>2026-08-12T06:00:00Z</responseDate><ListRecords>{records}{token}</ListRecords></OAI-PMH>"
    )
}

#[tokio::test]
async fn what_a_paper_came_with_is_no_news_when_another_door_repeats_it() {
    let net = Net::start().await;
    let doi = Some(format!("{DOI}.2608.00003"));
    let item = Item { doi, ..Item::new("2608.00003", "Flags of garden 2608.00003") };
    net.at("/rss/cs.LG").answers(wire::arxiv("Wed, 12 Aug 2026", &[item]));
    net.at("/oai").answers(page(&["2608.00003"], "", ""));
    let site = Site::start(&configuration(&net)).await;
    assert_eq!(site.harvest("arxiv").await.tally.new, 1);
    let entry = |feed: &crate::support::site::Feed| {
        let entry = &feed.parsed.entries[0];
        (feed.parsed.entries.len(), entry.id.clone(), entry.updated, entry.published)
    };
    let before = entry(&site.feed("all").await);
    site.later(TimeDelta::hours(22));
    let summary = site.harvest("oai").await;
    assert_eq!((summary.records, summary.tally.new, summary.fault), (1, 0, None));
    assert_eq!(entry(&site.feed("all").await), before);
    // A revision makes the day of the announcement uncertain to this door; the day that was seen stays.
    net.at("/oai").answers(page(&["2608.00003"], "<updated>2026-08-13</updated>", ""));
    site.later(TimeDelta::hours(24));
    site.harvest("oai").await;
    assert_eq!(entry(&site.feed("all").await).3, before.3);
}

#[tokio::test]
async fn a_list_that_broke_off_goes_on_with_its_token_after_a_restart() {
    let net = Net::start().await;
    net.at("/oai").answers(page(&["2608.00001", "2608.00002"], "", "<resumptionToken>t|2</resumptionToken>"));
    let second = "/oai?verb=ListRecords&resumptionToken=t%7C2";
    net.at(second).once().refuses(500);
    net.at(second).answers(page(&["2608.00003"], "", ""));
    let site = Site::start(&configuration(&net)).await;
    let summary = site.harvest("oai").await;
    assert_eq!((summary.tally.new, summary.health), (2, Health::Failing));
    let site = site.restart().await;
    site.later(TimeDelta::hours(2));
    let summary = site.harvest("oai").await;
    assert_eq!((summary.tally.new, summary.fault, summary.asked), (1, None, 1));
    let paths: Vec<String> = net.requests().into_iter().map(|seen| seen.path).collect();
    let first = "/oai?verb=ListRecords&metadataPrefix=arXiv&from=2026-08-05&set=cs%3Acs%3ALG";
    assert_eq!(paths, [first, second, second], "the first page is not asked for again");
    site.later(TimeDelta::days(1));
    net.at("/oai").answers(page(&[], "", ""));
    site.harvest("oai").await;
    let last = net.requests().pop().unwrap().path;
    assert!(last.contains("from=2026-08-10"), "two days before the first page: {last}");
}
