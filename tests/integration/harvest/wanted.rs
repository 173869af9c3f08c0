//! Counters and what else is asked of known papers: it reaches the paper, and what a source does not know is no fault.

use chrono::TimeDelta;
use offprint::daemon::asks::Answer;
use offprint::daemon::asks::Ask;
use offprint::model::external_id::ExternalId;
use offprint::model::source::Health;
use tokio_util::sync::CancellationToken;

use crate::support::net::Net;
use crate::support::site::Site;
use crate::support::wire;

/// One daily list, and everything that knows more of its papers.
fn configuration(net: &Net) -> String {
    format!(
        "contact = \"mailto:ops@example.org\"\n\
         [[source]]\nid = \"daily\"\nkind = \"hf-daily\"\ndays = 1\nurl = \"{}\"\n\
         [[source]]\nid = \"stars\"\nkind = \"github-stars\"\nurl = \"{}\"\n\
         [[source]]\nid = \"works\"\nkind = \"openalex\"\nurl = \"{}\"\n\
         [[source]]\nid = \"scholar\"\nkind = \"semantic-scholar\"\nurl = \"{}\"\n\
         [[source]]\nid = \"news\"\nkind = \"hacker-news\"\nsites = [\"arxiv.org\"]\nurl = \"{}\"\n\
         [[topic]]\nid = \"all\"\ntitle = \"All\"\nquery = \"source:daily\"\n",
        net.url("/daily"),
        net.url("/repos"),
        net.url("/works"),
        net.url("/batch"),
        net.url("/search"),
    )
}

/// A site that knows two papers, both with code.
async fn site(net: &Net) -> Site {
    net.at("/daily").answers(
        r#"[{"paper": {"id": "2608.00001", "title": "Counting Flags", "githubRepo": "https://github.com/ex/Flags"}},
            {"paper": {"id": "2608.00002", "title": "Watering Beds", "githubRepo": "https://github.com/ex/gone"}}]"#,
    );
    let site = Site::start(&configuration(net)).await;
    assert_eq!(site.harvest("daily").await.tally.new, 2);
    site
}

/// The counters of a paper, as `name value`.
fn signals(site: &Site, id: &str) -> Vec<String> {
    let reader = site.desk().reader();
    let paper = reader.paper_by_external(&ExternalId::parse(id).unwrap()).unwrap().unwrap();
    let signals = reader.signals(&paper).unwrap();
    signals.into_iter().map(|signal| format!("{} {}", signal.kind.name(), signal.value)).collect()
}

#[tokio::test]
async fn stars_reach_the_paper_that_links_to_the_repository() {
    let net = Net::start().await;
    net.at("/repos/ex/Flags").answers(r#"{"full_name": "ex/flags", "stargazers_count": 41}"#);
    net.at("/repos/ex/gone").refuses(404);
    let site = site(&net).await;
    let summary = site.harvest("stars").await;
    assert_eq!((summary.asked, summary.fault, summary.health), (2, None, Health::Quiet));
    assert_eq!(signals(&site, "arxiv:2608.00001"), ["stars 41"]);
    assert!(signals(&site, "arxiv:2608.00002").is_empty());
    // Each is counted once a day.
    assert_eq!(site.harvest("stars").await.asked, 0);
    site.later(TimeDelta::hours(25));
    assert_eq!(site.harvest("stars").await.asked, 2);
}

#[tokio::test]
async fn a_work_enriches_its_paper_and_one_that_is_not_known_is_no_fault() {
    let net = Net::start().await;
    net.at("/works/doi:10.48550/arxiv.2608.00001").answers(
        r#"{"id": "https://openalex.org/W1", "doi": "https://doi.org/10.1000/flags.3.1", "title": "Counting Flags",
            "primary_location": {"source": {"display_name": "Journal of Flags", "type": "journal"}}, "cited_by_count": 12}"#,
    );
    net.at("/works/doi:10.48550/arxiv.2608.00002").refuses(404);
    let site = site(&net).await;
    let summary = site.harvest("works").await;
    assert_eq!((summary.asked, summary.fault, summary.tally.new), (2, None, 0));
    assert_eq!(signals(&site, "doi:10.1000/flags.3.1"), ["citations 12"]);
    let reader = site.desk().reader();
    let known = ExternalId::parse("arxiv:2608.00001").unwrap();
    let paper = reader.paper(&reader.paper_by_external(&known).unwrap().unwrap()).unwrap().unwrap();
    assert_eq!(paper.venue().unwrap().as_str(), "Journal of Flags");
    assert_eq!(paper.observations.len(), 2);
}

#[tokio::test]
async fn a_list_is_posted_and_a_limit_leaves_its_papers_for_the_next_run() {
    let net = Net::start().await;
    net.at("/batch").once().answers(r#"{"message": "Too Many Requests.", "code": "429"}"#).status(429);
    net.at("/batch").answers(r#"[null, {"paperId": "ab", "title": "Watering Beds", "citationCount": 3}]"#);
    let site = site(&net).await;
    let refused = site.harvest("scholar").await;
    assert_eq!((refused.asked, refused.health), (1, Health::Limited));
    assert!(refused.fault.unwrap().contains("Too Many Requests."));
    site.later(TimeDelta::hours(2));
    let summary = site.harvest("scholar").await;
    assert_eq!((summary.asked, summary.fault), (1, None));
    assert_eq!(signals(&site, "arxiv:2608.00002"), ["citations 3"]);
    let asked = net.requests();
    let asked: Vec<_> = asked.iter().filter(|seen| seen.path.starts_with("/batch")).collect();
    assert_eq!((asked.len(), asked[1].header("content-length").is_some()), (2, true));
}

#[tokio::test]
async fn points_reach_the_paper_whose_address_a_story_has() {
    let net = Net::start().await;
    net.at("/search").answers(
        r#"{"hits": [{"url": "https://arxiv.org/pdf/2608.00001v1", "points": 120, "num_comments": 33, "created_at_i": 1786500000},
                     {"url": "https://arxiv.org/abs/2608.99999", "points": 9, "num_comments": 0, "created_at_i": 1786500000}],
            "nbHits": 2, "nbPages": 1}"#,
    );
    let site = site(&net).await;
    let summary = site.harvest("news").await;
    assert_eq!((summary.asked, summary.fault, summary.tally.new), (1, None, 0));
    assert_eq!(signals(&site, "arxiv:2608.00001"), ["points 120", "replies 33"]);
}

#[tokio::test]
async fn an_example_that_no_source_has_told_of_is_asked_for_once() {
    let net = Net::start().await;
    net.at("/daily").answers("[]");
    net.at("/api?id_list=2608.00077&max_results=1").answers(
        r#"<feed xmlns="http://www.w3.org/2005/Atom" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">
             <title>arXiv Query</title><opensearch:totalResults>1</opensearch:totalResults>
             <entry><id>http://arxiv.org/abs/2608.00077v1</id><title>Turning Flags</title>
               <published>2026-08-10T17:00:00Z</published><updated>2026-08-10T17:00:00Z</updated>
               <summary>Flags turn with the wind.</summary><author><name>Ada Mast</name></author></entry>
           </feed>"#,
    );
    let api = format!("[[source]]\nid = \"api\"\nkind = \"arxiv-api\"\nurl = \"{}\"\n", net.url("/api"));
    let topic = "[[topic]]\nid = \"flags\"\ntitle = \"Flags\"\nlike = [\"2608.00077\"]\n";
    let site = Site::start(&format!("{}{api}{topic}", configuration(&net))).await;
    assert!(!site.desk().is_ranking_due().unwrap());
    let summary = site.harvest("api").await;
    assert_eq!((summary.asked, summary.fault, summary.tally.new), (1, None, 1));
    assert!(site.desk().is_ranking_due().unwrap(), "the topic has something new to learn of");
    site.later(TimeDelta::hours(25));
    assert_eq!(site.harvest("api").await.asked, 0);
}

#[tokio::test]
async fn a_pick_that_no_source_has_told_of_is_fetched_at_once() {
    let net = Net::start().await;
    net.at("/daily").answers("[]");
    net.at("/api?id_list=2608.00077&max_results=1").answers(
        r#"<feed xmlns="http://www.w3.org/2005/Atom" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">
             <title>arXiv Query</title><opensearch:totalResults>1</opensearch:totalResults>
             <entry><id>http://arxiv.org/abs/2608.00077v1</id><title>Turning Flags</title>
               <published>2026-08-10T17:00:00Z</published><updated>2026-08-10T17:00:00Z</updated>
               <summary>Flags turn with the wind.</summary><author><name>Ada Mast</name></author></entry>
           </feed>"#,
    );
    let api = format!("[[source]]\nid = \"api\"\nkind = \"arxiv-api\"\nurl = \"{}\"\n", net.url("/api"));
    let site = Site::start(&format!("{}{api}", configuration(&net))).await;
    let pick = |text: &str| {
        let ask = Ask::Pick { paper: text.to_owned(), note: Some("Read it.".to_owned()) };
        let stop = CancellationToken::new();
        let desk = site.desk();
        async move { desk.answer(ask, &|_step| {}, &stop).await.map_err(|error| error.to_string()) }
    };
    assert!(matches!(pick("https://arxiv.org/abs/2608.00077v1").await, Ok(Answer::Done { .. })));
    let picks = site.desk().reader().picks().unwrap();
    assert_eq!(picks[0].note.as_ref().unwrap().as_str(), "Read it.");
    let refused = pick("counting flags").await.unwrap_err();
    assert!(refused.contains("no paper is known as"), "{refused}");
}

/// Picks a paper by what a person pasted, and gives its title, or why that failed.
async fn picked(site: &Site, text: &str) -> Result<String, String> {
    let ask = Ask::Pick { paper: text.to_owned(), note: None };
    let stop = CancellationToken::new();
    let answer = site.desk().answer(ask, &|_step| {}, &stop).await.map_err(|error| format!("{error:#}"))?;
    let Answer::Done { done } = answer else { return Err("something else was done".to_owned()) };
    Ok(done)
}

#[tokio::test]
async fn a_pick_by_a_doi_is_asked_of_crossref_and_then_of_datacite() {
    let net = Net::start().await;
    net.at("/daily").answers("[]");
    net.at("/crossref/10.5555%2Fflags.7").answers(
        r#"{"status": "ok", "message": {"DOI": "10.5555/Flags.7", "title": ["Counting Beds"], "type": "journal-article",
            "created": {"date-time": "2026-08-12T01:02:03Z"}, "author": [{"given": "Ada", "family": "Mast"}]}}"#,
    );
    net.at("/crossref/10.5555%2Fbeds.1").refuses(404);
    net.at("/datacite/10.5555%2Fbeds.1").answers(
        r#"{"data": {"id": "10.5555/beds.1", "attributes": {"doi": "10.5555/beds.1", "titles": [{"title": "Watering Beds"}],
            "types": {"resourceTypeGeneral": "Preprint"}, "registered": "2026-08-11T10:00:00Z"}}}"#,
    );
    net.at("/crossref/10.5555%2Fnothing").refuses(404);
    net.at("/datacite/10.5555%2Fnothing").refuses(404);
    let works = format!(
        "[[source]]\nid = \"works-by-doi\"\nkind = \"doi\"\nurl = \"{}\"\ndatacite = \"{}\"\n",
        net.url("/crossref"),
        net.url("/datacite")
    );
    let site = Site::start(&format!("{}{works}", configuration(&net))).await;
    assert_eq!(picked(&site, "https://doi.org/10.5555/FLAGS.7").await.unwrap(), "“Counting Beds” is picked");
    assert_eq!(picked(&site, "doi:10.5555/beds.1").await.unwrap(), "“Watering Beds” is picked");
    let refused = picked(&site, "10.5555/nothing").await.unwrap_err();
    assert_eq!(refused, "neither Crossref nor DataCite knows doi:10.5555/nothing");
    let before = net.requests().len();
    assert!(picked(&site, "10.5555/flags.7").await.is_ok());
    assert_eq!(net.requests().len(), before, "what is known is not asked for again");
}

#[tokio::test]
async fn a_pick_by_an_address_reads_the_page_and_asks_no_private_host() {
    let net = Net::start().await;
    net.at("/daily").answers("[]");
    net.at("/papers/7").answers(
        "<!doctype html><html lang=en><head><meta name=citation_title content=\"Turning Flags\">\
         <meta name=citation_author content=\"Mast, Ada\"><meta name=citation_doi content=\"10.5555/turning\">\
         <meta name=citation_publication_date content=\"2026/08/12\"></head><body>Hello</body></html>",
    );
    net.at("/papers/8").answers("<!doctype html><html><head><title>Flags for sale</title></head></html>");
    let site = Site::start(&configuration(&net)).await;
    assert_eq!(picked(&site, net.url("/papers/7").as_str()).await.unwrap(), "“Turning Flags” is picked");
    let known = ExternalId::parse("doi:10.5555/turning").unwrap();
    let paper = site.desk().reader().paper_known_as(&known).unwrap().unwrap();
    assert_eq!(paper.authors().unwrap().listed[0].name.as_str(), "Ada Mast");
    let before = net.requests().len();
    assert!(picked(&site, net.url("/papers/7").as_str()).await.is_ok());
    assert_eq!(net.requests().len(), before, "what is known is not asked for again");
    let refused = picked(&site, net.url("/papers/8").as_str()).await.unwrap_err();
    assert!(refused.contains("does not say which paper it is of"), "{refused}");
    // Nobody named these.
    let other = Net::start().await;
    other.at("/papers/9").answers("<html><meta name=citation_title content=Never></html>");
    for address in
        [other.url("/papers/9").to_string(), "http://10.0.0.1/paper".to_owned(), "http://[::1]/".to_owned()]
    {
        let refused = picked(&site, &address).await.unwrap_err();
        assert!(refused.contains("is refused"), "{refused}");
    }
    assert!(other.requests().is_empty());
}

#[tokio::test]
async fn an_address_at_which_no_paper_is_known_is_doubted() {
    let net = Net::start().await;
    net.at("/works").refuses(404);
    let papers: Vec<_> = (1..=12)
        .map(|number| {
            format!(r#"{{"paper": {{"id": "2608.{number:05}", "title": "Flag number {number}"}}}}"#)
        })
        .collect();
    net.at("/daily").answers(format!("[{}]", papers.join(",")));
    let site = Site::start(&configuration(&net)).await;
    site.harvest("daily").await;
    let summary = site.harvest("works").await;
    let problems: Vec<String> = summary.problems.iter().map(ToString::to_string).collect();
    assert_eq!(problems, ["answers: not one of 12 papers is known there; is its `url` right?"]);
}

#[tokio::test]
async fn points_let_a_paper_into_the_topics_that_ask_for_them() {
    let net = Net::start().await;
    let story = |points: u32| {
        format!(
            r#"{{"hits": [{{"url": "https://arxiv.org/abs/2608.00001", "points": {points}, "num_comments": 1,
                            "created_at_i": 1786500000}}], "nbHits": 1, "nbPages": 1}}"#
        )
    };
    net.at("/search").answers(story(40));
    net.at("/daily").answers(r#"[{"paper": {"id": "2608.00001", "title": "Counting Flags"}}]"#);
    let topic = "[[topic]]\nid = \"loved\"\ntitle = \"Loved\"\nquery = \"points>=100\"\n";
    let site = Site::start(&format!("{}{topic}", configuration(&net))).await;
    site.harvest("daily").await;
    site.harvest("news").await;
    assert!(site.feed("loved").await.parsed.entries.is_empty());
    site.later(TimeDelta::hours(3));
    net.at("/search").answers(story(140));
    site.harvest("news").await;
    assert_eq!(site.feed("loved").await.titles(), ["Counting Flags"]);
}

#[tokio::test]
async fn a_paper_that_is_listed_again_keeps_its_first_day_and_gets_its_new_votes() {
    let net = Net::start().await;
    net.at("/daily").answers("[]");
    let list = |day: &str, votes| wire::daily(day, &[("2608.00001", "Counting Flags", votes, 2)]);
    net.at("/daily?date=2026-08-12&limit=100&p=0").answers(list("2026-08-12", 7));
    net.at("/daily?date=2026-08-18&limit=100&p=0").answers(list("2026-08-18", 19));
    let site = Site::start(&configuration(&net)).await;
    assert_eq!(site.harvest("daily").await.tally.new, 1);
    assert_eq!(signals(&site, "arxiv:2608.00001"), ["votes 7", "comments 2", "stars 21"]);
    site.later(TimeDelta::days(6));
    let again = site.harvest("daily").await;
    assert_eq!((again.tally.new, again.fault), (0, None));
    assert_eq!(signals(&site, "arxiv:2608.00001"), ["votes 19", "comments 2", "stars 57"]);
    let reader = site.desk().reader();
    let known = ExternalId::parse("arxiv:2608.00001").unwrap();
    let paper = reader.paper(&reader.paper_by_external(&known).unwrap().unwrap()).unwrap().unwrap();
    assert_eq!(paper.announced().unwrap().at.day().to_string(), "2026-08-12");
}
