//! Digests as they are cut, without a mail server: a letter that says that nothing came says honestly why.

use chrono::TimeDelta;
use offprint::daemon::asks::Ask;
use offprint::model::outgoing::Matter;
use tokio_util::sync::CancellationToken;

use crate::support::net::Net;
use crate::support::site::Site;
use crate::support::wire;
use crate::support::wire::Item;

/// A site with one source and a subscriber who wants a letter every day, come what may.
async fn site(net: &Net, more: &str) -> Site {
    let config = format!(
        "contact = \"mailto:ops@example.org\"\nquiet_days = [\"2026-08-14\"]\n\
         [mail]\nfrom = \"papers@example.org\"\nserver = \"sendmail:/bin/true\"\n\
         [[source]]\nid = \"arxiv\"\nkind = \"arxiv-rss\"\ncategories = [\"cs.LG\"]\nurl = \"{}\"\n\
         [[topic]]\nid = \"flags\"\ntitle = \"Flags\"\nquery = \"title:flag*\"\n{more}",
        net.url("/rss"),
    );
    Site::start(&config).await
}

const EVEN_EMPTY: &str =
    "[[subscriber]]\naddress = \"ann@example.com\"\ntopics = [\"flags\"]\neven_empty = true\n";

fn told(site: &Site) -> String {
    let letter = site.desk().outbox().preview("ann@example.com", None, None).unwrap();
    words(&letter)
}

/// What a letter says, on one line.
fn words(letter: &offprint::mail::compose::Sealed) -> String {
    let text = offprint::outbox::views::parts(letter).0;
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn a_letter_that_holds_nothing_says_honestly_why() {
    let net = Net::start().await;
    let site = site(&net, EVEN_EMPTY).await;
    let outbox = site.desk().outbox().clone();
    outbox.configure_subscribers().await.unwrap();
    // Thursday morning: the source was never asked.
    site.at("2026-08-13T06:30:00Z");
    let text = told(&site);
    assert!(text.contains("One source is not well at the moment") && text.contains("arxiv"), "{text}");
    // It has a paper that is for somebody else.
    net.at("/rss/cs.LG").answers(wire::arxiv("Thu, 13 Aug 2026", &[Item::new("2608.00001", "Knots")]));
    site.harvest("arxiv").await;
    let text = told(&site);
    assert!(text.contains("nothing that they announced is for you"), "{text}");
    site.at("2026-08-13T07:00:00Z");
    assert_eq!(site.cut().await, (1, 1), "a letter comes although it holds nothing");
    let overview = outbox.overview().unwrap();
    assert!(matches!(&overview.waiting[0].matter, Matter::Digest(digest) if digest.sections.is_empty()));
    // Friday is a day on which nothing is announced, Saturday and Sunday are a weekend.
    for (cut, now, why) in [
        ("2026-08-14T07:00:00Z", "2026-08-15T06:59:00Z", "it was a holiday"),
        ("2026-08-15T07:00:00Z", "2026-08-16T06:59:00Z", "on weekends hardly any source"),
        ("2026-08-16T07:00:00Z", "2026-08-17T06:59:00Z", "on weekends hardly any source"),
        // On Monday arXiv should have announced something, and has not.
        (
            "2026-08-17T07:00:00Z",
            "2026-08-18T06:59:00Z",
            "One source is not well at the moment, so that papers may come later: arxiv (stale)",
        ),
    ] {
        site.at(cut);
        net.at("/rss/cs.LG").answers(wire::arxiv("Thu, 13 Aug 2026", &[Item::new("2608.00001", "Knots")]));
        site.harvest("arxiv").await;
        outbox.cut().await.unwrap();
        site.at(now);
        let text = told(&site);
        assert!(text.contains(why), "{now}: {text}");
    }
    // A week with one holiday in it is no holiday.
    let text = words(&outbox.preview("ann@example.com", Some(7), None).unwrap());
    assert!(!text.contains("holiday"), "{text}");
    // The source fails.
    net.at("/rss/cs.LG").refuses(500);
    site.harvest("arxiv").await;
    let text = told(&site);
    assert!(text.contains("One source is not well at the moment"), "{text}");
}

#[tokio::test]
async fn a_paper_that_is_written_late_is_in_the_next_digest() {
    let net = Net::start().await;
    let site = site(&net, EVEN_EMPTY).await;
    let outbox = site.desk().outbox().clone();
    outbox.configure_subscribers().await.unwrap();
    // The digest is cut while a harvest that began before it has not written its papers.
    site.at("2026-08-13T07:00:05Z");
    outbox.cut().await.unwrap();
    site.at("2026-08-13T06:59:50Z");
    net.at("/rss/cs.LG").answers(wire::arxiv("Thu, 13 Aug 2026", &[Item::new("2608.00001", "Flags")]));
    site.harvest("arxiv").await;
    site.at("2026-08-14T07:00:00Z");
    outbox.cut().await.unwrap();
    let letters = outbox.overview().unwrap().waiting;
    let papers = |at: usize| match &letters[at].matter {
        Matter::Digest(digest) => digest.sections.iter().map(|section| section.papers.len()).sum::<usize>(),
        Matter::Invitation { .. } => panic!("nobody was invited"),
    };
    assert_eq!((letters.len(), papers(0), papers(1)), (2, 0, 1));
    // And not in the one after.
    site.at("2026-08-14T07:30:00Z");
    site.at("2026-08-15T07:00:00Z");
    outbox.cut().await.unwrap();
    let letters = outbox.overview().unwrap().waiting;
    assert!(matches!(&letters[2].matter, Matter::Digest(digest) if digest.sections.is_empty()));
}

#[tokio::test]
async fn a_topic_that_is_gone_leaves_the_others_and_one_with_another_name_goes_on() {
    let net = Net::start().await;
    let mut site =
        site(&net, "[[topic]]\nid = \"knots\"\ntitle = \"Knots\"\nquery = \"title:knots\"\n").await;
    let outbox = site.desk().outbox().clone();
    let wishes = offprint::model::subscriber::Wishes {
        topics: ["flags", "knots"]
            .iter()
            .filter_map(|id| offprint::model::topic::TopicId::parse(id))
            .collect(),
        ..offprint::model::subscriber::Wishes::default()
    };
    let ann = offprint::mail::address::Address::parse("ann@example.com").unwrap();
    outbox.sign_up(ann, wishes, "").await.unwrap();
    let parts = [("2608.00001", "Flags"), ("2608.00002", "Knots")].map(|(id, title)| Item::new(id, title));
    site.later(TimeDelta::minutes(5));
    net.at("/rss/cs.LG").answers(wire::arxiv("Wed, 12 Aug 2026", &parts));
    site.harvest("arxiv").await;
    site.later(TimeDelta::minutes(1));
    let subscriber = outbox.overview().unwrap().subscribers.pop().unwrap();
    let wishes = subscriber.proposed.clone().unwrap();
    let subscriber = offprint::model::subscriber::Subscriber { wishes, ..subscriber };
    let lists = |site: &Site| {
        let sections = outbox.sections(&subscriber, site.desk().clock().now()).unwrap();
        sections.into_iter().map(|section| section.list).collect::<Vec<_>>()
    };
    assert_eq!(lists(&site), ["topic/flags", "topic/knots"]);
    let whole = site.config().to_owned();
    let another = whole.replace("id = \"flags\"", "id = \"banners\"\nformerly = [\"flags\"]");
    site.adopt(&another).await;
    assert_eq!(lists(&site), ["topic/banners", "topic/knots"]);
    assert_eq!(outbox.names(&subscriber.wishes), ["Flags", "Knots"]);
    let (without, _knots) = another.split_once("[[topic]]\nid = \"knots\"").unwrap();
    site.adopt(without).await;
    assert_eq!(lists(&site), ["topic/banners"]);
}

#[tokio::test]
async fn a_paper_that_became_another_is_not_told_again() {
    let net = Net::start().await;
    let more = format!(
        "[[source]]\nid = \"hf-daily\"\nkind = \"hf-daily\"\nurl = \"{}\"\n\
         [[subscriber]]\naddress = \"ann@example.com\"\nlists = [\"trending\"]\neven_empty = true\n",
        net.url("/daily"),
    );
    let site = site(&net, &more).await;
    let outbox = site.desk().outbox().clone();
    outbox.configure_subscribers().await.unwrap();
    let known = [Item::new("2608.00001", "Flags")];
    net.at("/rss/cs.LG").answers(wire::arxiv("Wed, 12 Aug 2026", &known));
    site.harvest("arxiv").await;
    site.later(TimeDelta::minutes(5));
    let liked = [("2608.00002", "Pennants", 70, 4)];
    net.at("/daily?date=2026-08-12&limit=100&p=0").answers(wire::daily("2026-08-12", &liked));
    site.harvest("hf-daily").await;
    site.desk().harvester().catch_up().await.unwrap();
    site.at("2026-08-12T07:00:00Z");
    assert_eq!(site.cut().await, (1, 1));
    let titles = || {
        let letters = outbox.overview().unwrap().waiting;
        let Matter::Digest(digest) = &letters.last().unwrap().matter else { panic!("nobody was invited") };
        let papers = digest.sections.iter().flat_map(|section| &section.papers);
        let title = |paper| site.desk().reader().paper(paper).unwrap().unwrap().title().text.to_string();
        papers.map(title).collect::<Vec<_>>()
    };
    assert_eq!(titles(), ["Pennants"]);
    // Both turn out to be one, under the name of the older: what trends now has a name that no letter held.
    let merge = Ask::Merge { one: "arxiv:2608.00001".to_owned(), other: "arxiv:2608.00002".to_owned() };
    site.desk().answer(merge, &|_step| {}, &CancellationToken::new()).await.unwrap();
    site.desk().harvester().catch_up().await.unwrap();
    site.at("2026-08-13T07:00:00Z");
    assert_eq!(site.cut().await, (1, 1));
    assert_eq!(titles(), Vec::<String>::new());
}
