//! A month of arXiv, Hugging Face and a journal over loopback, by a clock that a test sets: what each of them would answer
//! at that time, with the faults that real ones have had. The papers are invented, or were recorded in the order in which
//! arXiv listed them.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;

use chrono::Datelike as _;
use chrono::Days;
use chrono::NaiveDate;
use chrono::TimeDelta;
use offprint::clock::Clock;
use offprint::model::announcements;
use offprint::model::time::Timestamp;

use crate::support::data::lines;
use crate::support::wire;
use crate::support::wire::Item;

/// The categories of an invented month.
pub(crate) const CATEGORIES: [&str; 8] =
    ["cs.LG", "cs.CL", "cs.CV", "cs.AI", "stat.ML", "math.CO", "hep-th", "quant-ph"];

/// The categories of a recorded month.
pub(crate) const RECORDED_CATEGORIES: [&str; 8] =
    ["cs.LG", "cs.CL", "cs.CV", "cs.AI", "cs.IT", "cs.GR", "astro-ph.GA", "astro-ph.IM"];

/// One paper of the month.
#[derive(Clone, Debug)]
pub(crate) struct Sky {
    /// arXiv's identifier.
    pub(crate) id: String,
    pub(crate) title: String,
    /// The categories, the primary one first.
    pub(crate) categories: Vec<String>,
    /// The day that listings show.
    pub(crate) day: NaiveDate,
    /// The day on which Hugging Face lists it, if it does.
    pub(crate) listed: Option<NaiveDate>,
}

/// What goes wrong.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults {
    /// On this day the feed of a category is still yesterday's.
    pub(crate) stale: Option<(NaiveDate, &'static str)>,
    /// On this day the feed of a category holds 2,000 rows, and its new papers are cut off.
    pub(crate) cut: Option<(NaiveDate, &'static str)>,
    /// On this day the daily list holds two papers until the day is over.
    pub(crate) half_filled: Option<NaiveDate>,
    /// Between these times all of arXiv answers 429.
    pub(crate) storm: Option<(Timestamp, Timestamp)>,
}

/// The month, and who asked for what and when.
#[derive(Clone)]
pub(crate) struct Skies {
    inner: Arc<Inner>,
}

struct Inner {
    clock: Clock,
    papers: Vec<Sky>,
    faults: Faults,
    log: Mutex<Vec<(Timestamp, String)>>,
    /// Records in one page of OAI-PMH.
    page: usize,
}

/// Papers of every announcement day from one through another, `least` to `least + 3` in each category.
pub(crate) fn papers(
    from: NaiveDate,
    to: NaiveDate,
    least: usize,
    holidays: &BTreeSet<NaiveDate>,
) -> Vec<Sky> {
    let mut random = fastrand::Rng::with_seed(7);
    let (mut papers, mut number) = (Vec::new(), BTreeMap::<(i32, u32), u32>::new());
    for day in from.iter_days().take_while(|day| *day <= to) {
        if !announcements::is_announcement_day(day) || holidays.contains(&day) {
            continue;
        }
        for (place, category) in CATEGORIES.iter().enumerate() {
            for _paper in 0..least + random.usize(0..4) {
                let number = number.entry((day.year(), day.month())).or_default();
                *number += 1;
                let mut categories = vec![(*category).to_owned()];
                if random.u8(0..3) == 0 {
                    categories.push(CATEGORIES[(place + random.usize(1..8)) % 8].to_owned());
                }
                let listed = (random.u8(0..4) == 0).then(|| next_weekday(day + Days::new(1)));
                let id = format!("{:02}{:02}.{number:05}", day.year() % 100, day.month());
                let title = format!("Flags of garden {id} counted by method {}", random.u32(1_000..9_999));
                papers.push(Sky { id, title, categories, day, listed });
            }
        }
    }
    papers
}

/// Papers that arXiv listed between two days, each on the day on which it was first listed, with the daily lists that were
/// recorded.
pub(crate) fn recorded_papers(
    data: &Path,
    from: NaiveDate,
    to: NaiveDate,
    holidays: &BTreeSet<NaiveDate>,
) -> Vec<Sky> {
    let bare = |value: &serde_json::Value| value.as_str().unwrap().trim_start_matches("arXiv:").to_owned();
    let day = |value: &serde_json::Value| value.as_str().unwrap().parse::<NaiveDate>().unwrap();
    let announced = |mut day: NaiveDate| {
        while !announcements::is_announcement_day(day) || holidays.contains(&day) {
            day = day + Days::new(1);
        }
        day
    };
    let (mut first, mut daily) = (BTreeMap::new(), BTreeMap::new());
    for row in lines(&data.join("papers/arxiv-listed-days.jsonl.gz")) {
        for id in row["ids"].as_array().unwrap() {
            let seen = first.entry(bare(id)).or_insert_with(|| day(&row["date"]));
            *seen = (*seen).min(day(&row["date"]));
        }
    }
    for row in lines(&data.join("sources/hf-daily-by-date.index.jsonl.gz")) {
        for id in row["ids"].as_array().unwrap() {
            daily.insert(bare(id), day(&row["date"]));
        }
    }
    let mut papers = Vec::new();
    for row in lines(&data.join("papers/arxiv-listed-2025-2026.jsonl.gz")) {
        let id = bare(&row["id"]);
        let day = announced(first[&id]);
        let categories: Vec<String> = row["categories"].as_array().unwrap().iter().map(bare).collect();
        let is_ours = categories.iter().any(|one| RECORDED_CATEGORIES.contains(&one.as_str()));
        if is_ours && (from..=to).contains(&day) {
            let by_chance = (papers.len() % 4 == 0).then(|| next_weekday(day + Days::new(1)));
            let listed = daily.get(&id).copied().filter(|listed| *listed > day).or(by_chance);
            let title = row["title"].as_str().unwrap().to_owned();
            papers.push(Sky { id, title, categories, day, listed });
        }
    }
    papers
}

fn next_weekday(mut day: NaiveDate) -> NaiveDate {
    while !announcements::is_announcement_day(day) {
        day = day + Days::new(1);
    }
    day
}

impl Skies {
    /// A month of those papers by that clock.
    pub(crate) fn new(clock: Clock, papers: Vec<Sky>, faults: Faults) -> Self {
        Self { inner: Arc::new(Inner { clock, papers, faults, log: Mutex::default(), page: 60 }) }
    }

    /// The papers of the month.
    pub(crate) fn papers(&self) -> &[Sky] {
        &self.inner.papers
    }

    /// Every request so far: when, and for what.
    pub(crate) fn log(&self) -> Vec<(Timestamp, String)> {
        self.inner.log.lock().unwrap().clone()
    }

    /// What the path with its query is answered now.
    pub(crate) fn answer(&self, path: &str) -> (u16, String) {
        let now = self.inner.clock.now();
        self.inner.log.lock().unwrap().push((now, path.to_owned()));
        let (place, query) = path.split_once('?').unwrap_or((path, ""));
        let query: BTreeMap<String, String> =
            url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        if let Some(rest) = place.strip_prefix("/arxiv/") {
            if self.inner.faults.storm.is_some_and(|(from, to)| (from..to).contains(&now)) {
                return (429, "Rate exceeded.".to_owned());
            }
            return match rest.split_once('/') {
                Some(("rss", category)) => (200, self.feed(category, now)),
                Some(("list", listing)) => (200, self.listing(listing, now)),
                _other if rest == "oai" => (200, self.oai(&query, now)),
                _other => (200, self.api(&query)),
            };
        }
        if place == "/hf" {
            return (200, self.daily(query["date"].parse().unwrap(), now));
        }
        (200, Self::journal(now))
    }

    /// The last day whose announcement is out, for listings (20:00 US Eastern of the evening before).
    fn listed_day(now: Timestamp) -> NaiveDate {
        let mut day = announcements::eastern_day(now.plus(TimeDelta::hours(4)));
        while !announcements::is_announcement_day(day) {
            day = day - Days::new(1);
        }
        day
    }

    fn of_category(&self, category: &str, day: NaiveDate) -> Vec<&Sky> {
        let has = |sky: &&Sky| sky.day == day && sky.categories.iter().any(|one| one == category);
        self.inner.papers.iter().filter(has).collect()
    }

    fn feed(&self, category: &str, now: Timestamp) -> String {
        let today = announcements::eastern_day(now);
        let mut of = today;
        if self.inner.faults.stale.is_some_and(|fault| fault == (today, category)) {
            of = of - Days::new(1);
            while !announcements::is_announcement_day(of) {
                of = of - Days::new(1);
            }
        }
        let mut items: Vec<Item> = Vec::new();
        for sky in self.of_category(category, of) {
            let announce = if sky.categories[0] == category { "new" } else { "cross" };
            items.push(Item {
                announce,
                categories: sky.categories.clone(),
                ..Item::new(&sky.id, &sky.title)
            });
        }
        if self.inner.faults.cut.is_some_and(|fault| fault == (today, category)) {
            // The rows cut off are the new papers with the smallest identifiers; replacements fill the rest.
            let kept = items.split_off(items.len() / 2);
            let old = |number: usize| Item {
                announce: "replace",
                version: 2,
                categories: vec![category.to_owned()],
                ..Item::new(&format!("2501.{number:05}"), &format!("An older garden {number}"))
            };
            items = (1..=2_000 - kept.len()).map(old).chain(kept).collect();
        }
        wire::arxiv(&today.format("%a, %d %b %Y").to_string(), &items)
    }

    fn listing(&self, listing: &str, now: Timestamp) -> String {
        let (category, which) = listing.split_once('/').unwrap();
        let newest = Self::listed_day(now);
        let line = |sky: &&Sky| {
            format!(
                "<dt><a href =\"/abs/{0}\" title=\"Abstract\" id=\"{0}\">arXiv:{0}</a></dt><dd>x</dd>\n",
                sky.id
            )
        };
        let mut page = "<html><body><div id='dlpage'><h1>x</h1>\n".to_owned();
        if which == "new" {
            writeln!(page, "<h3>Showing new listings for {}</h3>", newest.format("%A, %-d %B %Y")).unwrap();
            let (new, cross): (Vec<&Sky>, Vec<&Sky>) =
                self.of_category(category, newest).into_iter().partition(|sky| sky.categories[0] == category);
            if new.is_empty() && cross.is_empty() {
                page.push_str("<p>No updates for this time period.</p>");
            }
            for (name, papers) in [("New submissions", new), ("Cross submissions", cross)] {
                if !papers.is_empty() {
                    let lines: String = papers.iter().map(line).collect();
                    let count = papers.len();
                    write!(
                        page,
                        "<dl id='articles'><h3>{name} (showing {count} of {count} entries)</h3>{lines}</dl>"
                    )
                    .unwrap();
                }
            }
        } else {
            let mut day = newest;
            for _day in 0..5 {
                let papers = self.of_category(category, day);
                let (lines, count): (String, _) = (papers.iter().map(line).collect(), papers.len());
                let heading = day.format("%a, %d %b %Y");
                write!(
                    page,
                    "<dl id='articles'><h3>{heading} (showing {count} of {count} entries )</h3>{lines}</dl>"
                )
                .unwrap();
                day = day - Days::new(1);
                while !announcements::is_announcement_day(day) {
                    day = day - Days::new(1);
                }
            }
        }
        page + "</div></body></html>"
    }

    fn oai(&self, query: &BTreeMap<String, String>, now: Timestamp) -> String {
        let (set, from, until, skip) = if let Some(token) = query.get("resumptionToken") {
            let parts: Vec<&str> = token.split('|').collect();
            (
                parts[0].to_owned(),
                parts[1].to_owned(),
                parts[2].to_owned(),
                parts[3].parse::<usize>().unwrap(),
            )
        } else {
            let until = query.get("until").cloned().unwrap_or_else(|| "2099-12-31".to_owned());
            (query["set"].clone(), query["from"].clone(), until, 0)
        };
        let category = set.split(':').skip(1).collect::<Vec<_>>().join(".");
        let (first, last): (NaiveDate, NaiveDate) = (from.parse().unwrap(), until.parse().unwrap());
        // Records appear at 22:30 US Eastern of the evening before the day of the listing.
        let is_out = |sky: &&Sky| {
            sky.categories.contains(&category)
                && (first..=last).contains(&sky.day)
                && announcements::eastern_midnight(sky.day).minus(TimeDelta::minutes(90)) <= now
        };
        let records: Vec<&Sky> = self.inner.papers.iter().filter(is_out).collect();
        let mut text = format!(
            "<OAI-PMH xmlns=\"http://www.openarchives.org/OAI/2.0/\"><responseDate>{now}</responseDate>"
        );
        if records.is_empty() {
            return text + "<error code=\"noRecordsMatch\">nothing</error></OAI-PMH>";
        }
        text.push_str("<ListRecords>");
        for sky in records.iter().skip(skip).take(self.inner.page) {
            let created = sky.day - Days::new(2);
            writeln!(
                text,
                "<record><header><identifier>oai:arXiv.org:{id}</identifier><datestamp>{day}</datestamp></header><metadata>\
                 <arXiv xmlns=\"http://arxiv.org/OAI/arXiv/\"><id>{id}</id><created>{created}</created><authors><author>\
                 <keyname>Example</keyname><forenames>Ann A.</forenames></author></authors><title>{title}</title>\
                 <categories>{categories}</categories><abstract>We count $k$-flags.</abstract></arXiv></metadata></record>",
                id = sky.id,
                day = sky.day,
                title = wire::escaped(&sky.title),
                categories = sky.categories.join(" "),
            )
            .unwrap();
        }
        if skip + self.inner.page < records.len() {
            let next = skip + self.inner.page;
            write!(text, "<resumptionToken>{set}|{from}|{until}|{next}</resumptionToken>").unwrap();
        }
        text + "</ListRecords></OAI-PMH>"
    }

    fn api(&self, query: &BTreeMap<String, String>) -> String {
        let mut text = "<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:arxiv=\"http://arxiv.org/schemas/atom\"><id>x</id>".to_owned();
        for id in query["id_list"].split(',') {
            let Some(sky) = self.inner.papers.iter().find(|sky| sky.id == id) else { continue };
            let categories: Vec<String> =
                sky.categories.iter().map(|one| format!("<category term=\"{one}\"/>")).collect();
            let categories = categories.concat();
            write!(
                text,
                "<entry><id>http://arxiv.org/abs/{id}v1</id><title>{}</title><summary>We count.</summary>{categories}\
                 <arxiv:primary_category term=\"{}\"/><author><name>Ann A. Example</name></author></entry>",
                wire::escaped(&sky.title),
                sky.categories[0]
            )
            .unwrap();
        }
        text + "</feed>"
    }

    fn daily(&self, date: NaiveDate, now: Timestamp) -> String {
        let mut papers: Vec<&Sky> = self.inner.papers.iter().filter(|sky| sky.listed == Some(date)).collect();
        if date > now.day() {
            papers.clear();
        }
        let is_over = now >= Timestamp::midnight(date).plus(TimeDelta::days(1)).plus(TimeDelta::hours(14));
        if self.inner.faults.half_filled == Some(date) && !is_over {
            papers.truncate(2);
        }
        let votes = u64::try_from(now.since(Timestamp::midnight(date)).num_hours().max(0)).unwrap();
        let rows: Vec<(&str, &str, u64, u64)> =
            papers.iter().map(|sky| (sky.id.as_str(), sky.title.as_str(), votes, votes / 4)).collect();
        wire::daily(&date.to_string(), &rows)
    }

    /// A journal's feed: its newest ten articles, one a day.
    fn journal(now: Timestamp) -> String {
        let today = now.day();
        let days: Vec<NaiveDate> = (0..10).map(|ago| today - Days::new(ago)).collect();
        let articles: Vec<(String, String)> = days
            .iter()
            .map(|day| {
                (format!("10.5555/flags.{}", day.format("%Y%m%d")), format!("The garden of {day} in print"))
            })
            .collect();
        let rows: Vec<(&str, &str)> =
            articles.iter().map(|(doi, title)| (doi.as_str(), title.as_str())).collect();
        wire::journal(&rows)
    }
}
