//! The lists that nobody configures and everybody wants, as feeds: the papers of the last days, the best of the last weeks,
//! what is talked about, what editors picked.

use std::collections::HashSet;

use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::Days;
use chrono::NaiveDate;
use chrono::TimeDelta;

use crate::feeds::FeedPage;
use crate::feeds::ListingHead;
use crate::feeds::entry;
use crate::feeds::entry::Standing;
use crate::finding;
use crate::finding::daily;
use crate::http::Serving;
use crate::http::Site;
use crate::http::answers::Fault;
use crate::http::answers::Found;
use crate::http::answers::Keep;
use crate::http::answers::Shows;
use crate::http::asked::Asked;
use crate::http::feed::Fed;
use crate::http::topics;
use crate::http::views;
use crate::model::format::Format;
use crate::model::paper::Paper;
use crate::model::period::Period;
use crate::model::period::Span;
use crate::model::time::Timestamp;
use crate::model::topic::TopicId;
use crate::urls::Place;
use crate::urls::Urls;
use crate::urls::list::List;

/// The feed of days has so many days with papers, and of each the first papers.
const DAYS: usize = 3;
const A_DAY: usize = 100;

/// The feed of weeks has so many weeks that are over, and of each the first papers.
const WEEKS: u64 = 4;
const A_WEEK: usize = 50;

/// Papers that are talked about.
const TRENDING: usize = 50;

/// Picks.
const PICKS: usize = 100;

/// What is said where a topic is not there.
const NO_TOPIC: &str = "There is no topic of this name.";

/// One of these lists.
#[derive(Clone, Copy, Debug)]
pub(super) enum Board {
    Daily,
    Weekly,
    Trending,
    Picks,
}

impl Board {
    pub(super) const ALL: [Self; 4] = [Self::Daily, Self::Weekly, Self::Trending, Self::Picks];

    pub(super) const fn list(self) -> List<'static> {
        match self {
            Self::Daily => List::Daily,
            Self::Weekly => List::Weekly,
            Self::Trending => List::Trending,
            Self::Picks => List::Picks,
        }
    }
}

/// What is talked about is told anew after so long.
pub(super) const TRENDING_FOR: TimeDelta = TimeDelta::minutes(1);

/// When the next day begins.
pub(super) fn midnight(now: Timestamp) -> Timestamp {
    now.day().succ_opt().map_or(now, Timestamp::midnight)
}

/// The feed of a list; `topic` asks for what is talked about within one.
pub(super) async fn feed(board: Board, format: Format, RawQuery(query): RawQuery, asked: Asked) -> Response {
    let within = match board {
        Board::Trending => views::parameter(query.as_deref(), "topic"),
        Board::Daily | Board::Weekly | Board::Picks => None,
    };
    let topic = match within.map(|name| TopicId::parse(&name)) {
        Some(None) => return asked.refuse(StatusCode::NOT_FOUND, "Not found", NO_TOPIC),
        Some(topic) => topic,
        None => None,
    };
    let list = topic.as_ref().map_or(board.list(), List::TrendingIn);
    let key = asked.urls.route(Place::Feed(list, format));
    let build = {
        let topic = topic.clone();
        move |serving: &Serving, site: &Site, urls: &Urls| {
            page(board, topic.as_ref(), serving, site, format, urls)
        }
    };
    let now = asked.app.serving.clock.now();
    let end = match board {
        Board::Trending => now.plus(TRENDING_FOR),
        Board::Daily | Board::Weekly | Board::Picks => midnight(now),
    };
    asked.feed(key, format, Keep::Kept(Shows::Until(end)), build).await
}

fn page(
    board: Board,
    topic: Option<&TopicId>,
    serving: &Serving,
    site: &Site,
    format: Format,
    urls: &Urls,
) -> Result<Fed, Fault> {
    let within = match topic.map(|id| (id, site.topics.topic(id))) {
        Some((_id, Some(topic))) => Some(topic),
        Some((id, None)) => {
            return Ok(Fed::Instead(match site.renamed.get(id) {
                Some(now) => {
                    let place = Place::Feed(List::TrendingIn(now), format);
                    Found::Elsewhere(StatusCode::MOVED_PERMANENTLY, urls.absolute(place))
                }
                None => Found::Nothing(NO_TOPIC),
            }));
        }
        None => None,
    };
    let (title, listed) = match board {
        Board::Daily => ("Daily papers".to_owned(), days(serving)?),
        Board::Weekly => ("Papers of the week".to_owned(), weeks(serving)?),
        Board::Trending => {
            let title =
                within.map_or("Trending papers".to_owned(), |topic| format!("Trending in {}", topic.title));
            (title, trending(topic, serving, site)?)
        }
        Board::Picks => ("Picks".to_owned(), picks(serving)?),
    };
    let facts = serving.reader.installation()?;
    let created = facts.map_or(Timestamp::from_micros(0), |facts| facts.created);
    let (mut changed, mut known) = (created, HashSet::new());
    let mut entries = Vec::with_capacity(listed.len());
    // A paper may have been on the lists of two days; it stands where it was last.
    for (paper, standing) in listed.iter().filter(|(paper, _standing)| known.insert(&paper.id)) {
        changed = changed.max(topics::last_word(paper)).max(standing.since.unwrap_or(created));
        entries.push(entry::standing(paper, standing, &serving.urls));
    }
    let title = format!("{title} – {}", site.title);
    let head = ListingHead {
        title: &title,
        created,
        site: &site.title,
        list: topic.map_or(board.list(), List::TrendingIn),
    };
    Ok(Fed::Page(Box::new(FeedPage::listing(&head, entries, format, urls)), changed))
}

type Standings = Vec<(Paper, Standing)>;

/// The best papers of the newest days.
fn days(serving: &Serving) -> Result<Standings, Fault> {
    let (library, mut before) = (serving.library(), serving.clock.now().day());
    let mut found = Vec::new();
    for _day in 0..DAYS {
        let Some(day) = daily::newest_day(&library, before)? else { break };
        let reason = format!("listed on {}", day.format("%-d %B %Y"));
        found.extend(best(serving, Period::of(Span::Day, day), A_DAY, &reason)?);
        let Some(earlier) = day.pred_opt() else { break };
        before = earlier;
    }
    Ok(found)
}

/// The best papers of the weeks that are over, so that none comes late into a week that was read.
fn weeks(serving: &Serving) -> Result<Standings, Fault> {
    let this_week = Period::of(Span::Week, serving.clock.now().day());
    let mut found: Standings = Vec::new();
    for weeks in 1..=WEEKS {
        let day = this_week.first().checked_sub_days(Days::new(7 * weeks)).unwrap_or(NaiveDate::MIN);
        let week = Period::of(Span::Week, day);
        let title = week.title();
        let reason = format!("among the first of {}", title.replacen("Week", "week", 1));
        found.extend(best(serving, week, A_WEEK, &reason)?);
    }
    Ok(found)
}

fn best(serving: &Serving, period: Period, most: usize, reason: &str) -> Result<Standings, Fault> {
    let daily = daily::daily(&serving.library(), period)?;
    let mut found = Vec::new();
    for listed in daily.papers.into_iter().take(most) {
        if let Some(paper) = serving.reader.paper(&listed.paper())? {
            found.push((paper, Standing { reason: reason.to_owned(), ..Standing::default() }));
        }
    }
    Ok(found)
}

fn trending(topic: Option<&TopicId>, serving: &Serving, site: &Site) -> Result<Standings, Fault> {
    let library = serving.library();
    let candidates = serving.trends.candidates(&library, serving.clock.now())?;
    let trending = candidates.trending(&library, topic, Span::Week, site.half_life_days)?;
    let mut found = Vec::new();
    for one in trending.into_iter().take(TRENDING) {
        if let Some(paper) = serving.reader.paper(&one.paper)? {
            found.push((paper, Standing { reason: one.trend.to_string(), ..Standing::default() }));
        }
    }
    Ok(found)
}

fn picks(serving: &Serving) -> Result<Standings, Fault> {
    let mut found = Vec::new();
    for (pick, paper) in finding::newest_picks(&serving.reader, PICKS)? {
        let note = pick.note.as_ref().map(finding::note);
        found.push((paper, Standing { reason: "picked".to_owned(), note, since: Some(pick.at) }));
    }
    Ok(found)
}
