//! The loopback internet: arXiv's RSS of one day, daily lists whose votes grow, a journal's feed; all on one address
//! of this machine. It answers conditional requests, and one item of each Wednesday is broken on purpose.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::extract::Query;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::routing::get;
use chrono::Datelike as _;
use chrono::NaiveDate;
use chrono::Weekday;
use serde_json::Value;
use serde_json::json;
use sha2::Digest as _;

use crate::clock::Clock;
use crate::demo::papers;
use crate::demo::papers::InventedPaper;

/// The hosts as one router. What they say depends on the clock alone.
pub fn router(clock: Clock, today: NaiveDate) -> Router {
    let hosts = Hosts { clock, papers: Arc::new(papers::invent(today)) };
    Router::new()
        .route("/arxiv/rss/{spec}", get(arxiv))
        .route("/huggingface/api/daily_papers", get(daily))
        .route("/journal/feed.rdf", get(journal))
        .with_state(hosts)
}

/// The configuration that polls these hosts at `base` (`http://127.0.0.1:PORT`).
pub fn configuration(base: &str, store: &str, listen: &str) -> String {
    include_str!("demo.toml").replace("@BASE@", base).replace("@STORE@", store).replace("@LISTEN@", listen)
}

#[derive(Clone)]
struct Hosts {
    clock: Clock,
    papers: Arc<Vec<InventedPaper>>,
}

impl Hosts {
    fn day(&self) -> NaiveDate {
        self.clock.now().day()
    }
}

/// arXiv's RSS: exactly one announcement day, empty at weekends.
async fn arxiv(State(hosts): State<Hosts>, Path(spec): Path<String>, headers: HeaderMap) -> Response {
    let day = hosts.day();
    let wanted: Vec<&str> = spec.split('+').collect();
    let is_wanted =
        |paper: &&InventedPaper| paper.categories.iter().any(|category| wanted.contains(category));
    let mut items = String::new();
    for paper in hosts.papers.iter().filter(is_wanted) {
        let is_primary = paper.categories.first().is_some_and(|primary| wanted.contains(primary));
        if paper.day == day {
            item(&mut items, paper, 1, if is_primary { "new" } else { "cross" }, day);
        } else if let Some(place) = paper.revised.iter().position(|revised| *revised == day) {
            let version = u32::try_from(place).unwrap_or(0) + 2;
            item(&mut items, paper, version, if is_primary { "replace" } else { "replace-cross" }, day);
        }
    }
    if day.weekday() == Weekday::Wed {
        items
            .push_str("<item><title>A Broken Flag</title><link>https://arxiv.org/abs/<oops></link></itme>\n");
    }
    let date = rfc822(day);
    let body = format!(
        "<?xml version='1.0' encoding='UTF-8'?>\n<rss xmlns:arxiv=\"http://arxiv.org/schemas/atom\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:atom=\"http://www.w3.org/2005/Atom\" version=\"2.0\">\n\
         <channel>\n<title>{spec} updates on arXiv.org</title>\n<link>http://rss.arxiv.org/rss/{spec}</link>\n\
         <description>{spec} updates on the arXiv.org e-print archive.</description>\n<language>en-us</language>\n\
         <pubDate>{date}</pubDate>\n{items}</channel>\n</rss>\n"
    );
    answer(&headers, "application/rss+xml; charset=utf-8", body)
}

fn item(items: &mut String, paper: &InventedPaper, version: u32, announce: &str, day: NaiveDate) {
    let id = &paper.arxiv;
    let is_gone = paper.is_withdrawn && version > 1;
    let (title, abstract_text) = if is_gone {
        (
            paper.title.clone(),
            "This paper has been withdrawn by the authors due to an error in Lemma 2.".to_owned(),
        )
    } else if version > 1 {
        (
            paper.title.clone(),
            format!("{} This version corrects the proof of Theorem 1.", paper.abstract_text),
        )
    } else {
        (paper.title.clone(), paper.abstract_text.clone())
    };
    let categories: Vec<String> =
        paper.categories.iter().map(|category| format!("      <category>{category}</category>\n")).collect();
    let categories = categories.concat();
    let doi =
        paper.doi.as_ref().filter(|_| version > 1).map(|doi| format!("      <arxiv:DOI>{doi}</arxiv:DOI>\n"));
    // Writing into a string cannot fail.
    let _written = write!(
        items,
        "    <item>\n      <title>{}</title>\n      <link>https://arxiv.org/abs/{id}</link>\n      \
         <description>arXiv:{id}v{version} Announce Type: {announce} \nAbstract: {}</description>\n      \
         <guid isPermaLink=\"false\">oai:arXiv.org:{id}v{version}</guid>\n{categories}      <pubDate>{}</pubDate>\n      \
         <arxiv:announce_type>{announce}</arxiv:announce_type>\n      \
         <dc:rights>http://creativecommons.org/licenses/by/4.0/</dc:rights>\n{}      \
         <dc:creator>{}</dc:creator>\n    </item>\n",
        escape(&title),
        escape(&abstract_text),
        rfc822(day),
        doi.unwrap_or_default(),
        escape(&paper.creators.join(", ")),
    );
}

/// The asked date and page of a daily list.
#[derive(serde::Deserialize)]
struct Asked {
    date: Option<String>,
    #[serde(default)]
    p: u32,
}

/// The daily list of one date. Votes grow by the hour; dates to come are an error, as at the real host.
async fn daily(State(hosts): State<Hosts>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    let today = hosts.day();
    let Some(date) =
        asked.date.as_deref().map_or(Some(today), |date| date.parse().ok()).filter(|date| *date <= today)
    else {
        return (
            StatusCode::BAD_REQUEST,
            axum::body::Body::from(json!({"error": "Invalid date"}).to_string()),
        )
            .into_response();
    };
    let now = hosts.clock.now();
    let hours = now.since(crate::model::time::Timestamp::midnight(date)).num_hours();
    let growth = u64::try_from(hours).unwrap_or(0).min(400);
    let entry = |paper: &InventedPaper| listed(paper, date, growth);
    let mut entries: Vec<Value> =
        hosts.papers.iter().filter(|paper| paper.listed == Some(date) && asked.p == 0).map(entry).collect();
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.pointer("/paper/upvotes").and_then(Value::as_u64)));
    answer(&headers, "application/json; charset=utf-8", Value::Array(entries).to_string())
}

/// A paper as the daily list shows it, its TeX lost.
fn listed(paper: &InventedPaper, date: NaiveDate, growth: u64) -> Value {
    let damaged = |text: &str| text.replace(['$', '\\', '{', '}'], "");
    let name = |creator: &String| json!({ "name": plain(creator), "hidden": false });
    let votes = paper.votes + paper.votes * growth / 48;
    json!({
        "paper": {
            "id": paper.arxiv,
            "authors": paper.creators.iter().map(name).collect::<Vec<_>>(),
            "publishedAt": format!("{}T00:00:00.000Z", paper.day),
            "submittedOnDailyAt": format!("{date}T00:00:00.000Z"),
            "title": damaged(&paper.title),
            "summary": damaged(&paper.abstract_text),
            "upvotes": votes,
            "discussionId": format!("demo-{}", paper.arxiv),
            "githubRepo": paper.code,
            "githubStars": paper.code.as_ref().map(|_| votes * 3),
            "organization": { "name": "example", "fullname": paper.organisation },
        },
        "publishedAt": format!("{}T20:00:00.000Z", paper.day),
        "title": damaged(&paper.title),
        "summary": damaged(&paper.abstract_text),
        "numComments": votes / 9,
        "isAuthorParticipating": false,
    })
}

/// A journal's table of contents in RDF with PRISM: the papers it published, known by their DOI.
async fn journal(State(hosts): State<Hosts>, headers: HeaderMap) -> Response {
    let today = hosts.day();
    let is_out = |paper: &&InventedPaper| paper.doi.is_some() && (today - paper.day).num_days() >= 3;
    let (mut list, mut items) = (String::new(), String::new());
    for paper in hosts.papers.iter().filter(is_out) {
        let doi = paper.doi.as_deref().unwrap_or_default();
        let page = format!("https://flags.example.org/doi/{doi}");
        let creators: Vec<String> = paper
            .creators
            .iter()
            .map(|creator| format!("<dc:creator>{}</dc:creator>", escape(&plain(creator))))
            .collect();
        let creators = creators.concat();
        // Writing into a string cannot fail.
        let _written = write!(list, "<rdf:li rdf:resource=\"{page}\"/>");
        let _written = writeln!(
            items,
            "<item rdf:about=\"{page}\"><title>{}</title><link>{page}</link>\
             <description>&lt;p&gt;Journal of Flags, Published online: {}; doi:{doi}&lt;/p&gt;</description>{creators}\
             <dc:identifier>doi:{doi}</dc:identifier><dc:date>{}</dc:date>\
             <prism:publicationName>Journal of Flags</prism:publicationName><prism:doi>{doi}</prism:doi>\
             <prism:volume>12</prism:volume></item>",
            escape(&paper.title.replace('$', "")),
            paper.day,
            paper.day,
        );
    }
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" \
         xmlns=\"http://purl.org/rss/1.0/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         xmlns:prism=\"http://prismstandard.org/namespaces/basic/2.0/\">\n<channel rdf:about=\"https://flags.example.org/\">\
         <title>Journal of Flags</title><link>https://flags.example.org/</link><description>Recent articles</description>\
         <items><rdf:Seq>{list}</rdf:Seq></items></channel>\n{items}</rdf:RDF>\n"
    );
    answer(&headers, "application/rdf+xml; charset=utf-8", body)
}

/// A name without affiliation and TeX, as everyone but arXiv writes it.
fn plain(creator: &str) -> String {
    let name = creator.split(" (").next().unwrap_or(creator);
    let accents = [
        ("\\\"u", "ü"),
        ("\\\"e", "ë"),
        ("\\'\\i", "í"),
        ("\\'i", "í"),
        ("\\'e", "é"),
        ("\\v{S}", "Š"),
        ("\\v{c}", "č"),
    ];
    accents.iter().fold(name.to_owned(), |name, (tex, letter)| name.replace(tex, letter))
}

/// 200 with an `ETag` of the body, or 304 when the asker has that body.
fn answer(headers: &HeaderMap, media_type: &'static str, body: String) -> Response {
    let digest = sha2::Sha256::digest(body.as_bytes());
    let etag: String =
        digest.iter().take(12).fold(String::from("\""), |tag, byte| format!("{tag}{byte:02x}")) + "\"";
    let is_known =
        headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes());
    let headers = [(header::ETAG, etag), (header::CONTENT_TYPE, media_type.to_owned())];
    if is_known {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, body).into_response()
}

/// Midnight US Eastern (standard time) of an announcement day, as arXiv writes it.
fn rfc822(day: NaiveDate) -> String {
    format!("{} 00:00:00 -0500", day.format("%a, %d %b %Y"))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
