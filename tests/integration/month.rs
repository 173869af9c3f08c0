//! A simulated month: eight categories, daily lists, a journal and OAI-PMH, with every fault that real sources have had and
//! a daemon that is down for one, three and nine days. At its end no paper is missed and none is there twice.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::Datelike as _;
use chrono::NaiveDate;
use chrono::TimeDelta;
use chrono::Weekday;
use offprint::clock::Clock;
use offprint::daemon::backfill::Days;
use offprint::daemon::occasion::Occasion;
use offprint::harvest::changes::StateChange;
use offprint::harvest::history::Step;
use offprint::model::external_id::ExternalId;
use offprint::model::source::Health;
use offprint::model::time::Timestamp;
use offprint::model::topic::TopicId;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use crate::support::data::recorded;
use crate::support::net::Net;
use crate::support::site::Site;
use crate::support::skies;
use crate::support::skies::CATEGORIES;
use crate::support::skies::Faults;
use crate::support::skies::RECORDED_CATEGORIES;
use crate::support::skies::Skies;
use crate::support::skies::Sky;

/// Which month it is. Its days are written as those of August 2026, and may stand for those of weeks before.
#[derive(Clone, Copy)]
struct Month {
    weeks_before: i64,
    categories: [&'static str; 8],
}

impl Month {
    fn at(self, text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap().minus(TimeDelta::weeks(self.weeks_before))
    }

    fn day(self, text: &str) -> NaiveDate {
        text.parse::<NaiveDate>().unwrap() - TimeDelta::weeks(self.weeks_before)
    }
}

fn configuration(net: &Net, month: Month) -> String {
    let categories = month.categories.map(|category| format!("\"{category}\"")).join(", ");
    let arxiv = |id: &str, kind: &str, path: &str| {
        let categories =
            if kind == "arxiv-api" { String::new() } else { format!("categories = [{categories}]\n") };
        format!("[[source]]\nid = \"{id}\"\nkind = \"{kind}\"\n{categories}url = \"{}\"\n", net.url(path))
    };
    format!(
        "contact = \"mailto:ops@example.org\"\nquiet_days = [\"{}\"]\n{}{}{}{}\
         [[source]]\nid = \"hf-daily\"\nkind = \"hf-daily\"\nevery = \"6h\"\nurl = \"{}\"\n\
         [[source]]\nid = \"journal\"\nkind = \"feed\"\nevery = \"8h\"\nurl = \"{}\"\n\
         [[topic]]\nid = \"all\"\ntitle = \"All\"\nquery = \"NOT is:withdrawn\"\n",
        month.day("2026-08-24"),
        arxiv("arxiv", "arxiv-rss", "/arxiv/rss"),
        arxiv("oai", "arxiv-oai", "/arxiv/oai"),
        arxiv("listing", "arxiv-listing", "/arxiv/list"),
        arxiv("api", "arxiv-api", "/arxiv/api"),
        net.url("/hf"),
        net.url("/journal"),
    )
}

/// The running daemon of the month and what it told.
struct Daemon {
    month: Month,
    site: Site,
    clock: Clock,
    changes: broadcast::Receiver<StateChange>,
    told: Vec<(Timestamp, StateChange)>,
}

impl Daemon {
    /// Lives until then: every source is harvested when its stored time has come, the earliest first, as the daemon's tasks
    /// do.
    async fn live(&mut self, until: &str) {
        let until = self.month.at(until);
        loop {
            let config = self.site.desk().config();
            let due = |source: &offprint::config::ConfiguredSource| {
                let state = self.site.desk().reader().source(&source.id).unwrap();
                state.and_then(|state| source.due(&state)).map_or(self.clock.now(), |poll| poll.at)
            };
            let next = config.sources.iter().min_by_key(|source| (due(source), source.id.clone())).unwrap();
            let time = due(next).max(self.clock.now());
            if time > until {
                self.clock.set(until);
                return;
            }
            self.clock.set(time);
            self.site.desk().harvest(next, Occasion::Due, &CancellationToken::new(), &|_| {}).await.unwrap();
            self.hear();
        }
    }

    fn hear(&mut self) {
        while let Ok(change) = self.changes.try_recv() {
            self.told.push((self.clock.now(), change));
        }
    }

    /// Is down until then, and starts again over the same store.
    async fn down(self, until: &str) -> Self {
        let until = self.month.at(until);
        self.restarted(until).await
    }

    async fn restarted(self, until: Timestamp) -> Self {
        let Self { month, site, clock, told, .. } = self;
        let site = site.restart().await;
        clock.set(until);
        for source in &site.desk().config().sources {
            let state = site.desk().reader().source(&source.id).unwrap().unwrap();
            assert!(source.due(&state).is_some(), "{} is polled because of the restart", source.id);
        }
        let changes = site.desk().changes();
        Self { month, site, clock, changes, told }
    }

    /// Whether a part of a source came into a state on a day.
    fn named(&self, source: &str, part: Option<&str>, health: Health, on: &str) -> bool {
        // The parts of a daily list are its days.
        let is_day = |part: &str| part.parse::<NaiveDate>().is_ok();
        let part =
            part.map(|part| if is_day(part) { self.month.day(part).to_string() } else { part.to_owned() });
        self.told.iter().any(|(at, change)| {
            change.source.as_str() == source
                && (part.is_none() || change.part == part)
                && change.to == health
                && at.day() == self.month.day(on)
        })
    }
}

const HOLIDAY: &str = "2026-08-24";

#[tokio::test]
async fn a_month_with_every_fault_misses_no_paper_and_shows_none_twice() {
    let month = Month { weeks_before: 0, categories: CATEGORIES };
    let holidays = BTreeSet::from([month.day(HOLIDAY)]);
    let papers = skies::papers(month.day("2026-07-20"), month.day("2026-09-09"), 2, &holidays);
    endure(month, papers).await;
}

/// The same faults over the papers that arXiv really listed in May 2026, in their order.
#[tokio::test]
async fn a_recorded_month_with_every_fault_misses_no_paper_and_shows_none_twice() {
    let Some(data) = recorded("the recorded month", "") else { return };
    let month = Month { weeks_before: 13, categories: RECORDED_CATEGORIES };
    let holidays = BTreeSet::from([month.day(HOLIDAY)]);
    let (from, to) = (month.day("2026-07-20"), month.day("2026-09-09"));
    endure(month, skies::recorded_papers(&data, from, to, &holidays)).await;
}

/// Lives through the month with everything that can go wrong, and counts what is missed and what is there twice.
async fn endure(month: Month, papers: Vec<Sky>) {
    let net = Net::start().await;
    let clock = Clock::standing(month.at("2026-08-03T05:00:00Z"));
    let faults = Faults {
        stale: Some((month.day("2026-08-12"), "cs.CL")),
        half_filled: Some(month.day("2026-08-13")),
        cut: Some((month.day("2026-08-14"), "cs.CV")),
        storm: Some((month.at("2026-08-21T03:00:00Z"), month.at("2026-08-21T09:00:00Z"))),
    };
    let sky = Skies::new(clock.clone(), papers, faults);
    let answering = sky.clone();
    net.lives("/", move |path| answering.answer(path));
    let site = Site::start_politely(&configuration(&net, month), clock.clone()).await;
    let changes = site.desk().changes();
    let mut daemon = Daemon { month, site, clock: clock.clone(), changes, told: Vec::new() };

    daemon.live("2026-08-06T02:00:00Z").await;
    let mut daemon = daemon.down("2026-08-07T12:00:00Z").await;
    daemon.live("2026-08-17T01:00:00Z").await;
    let mut daemon = daemon.down("2026-08-20T12:00:00Z").await;
    daemon.live("2026-08-25T12:00:00Z").await;
    let mut daemon = daemon.down("2026-09-03T12:00:00Z").await;
    daemon.live("2026-09-04T23:00:00Z").await;
    let mut daemon = backfilled(daemon).await;
    daemon.live("2026-09-09T12:00:00Z").await;

    every_fault_was_named(&daemon);
    no_paper_is_missed_and_none_is_there_twice(&daemon, &sky);
    requests_kept_to_the_budget(&net, &sky);
}

/// Two weeks from before the month, harvested from history; the daemon is stopped in the middle.
async fn backfilled(daemon: Daemon) -> Daemon {
    let month = daemon.month;
    let days = Days { since: month.day("2026-07-20"), until: month.day("2026-08-02") };
    let step = async |daemon: &Daemon| {
        let config = daemon.site.desk().config();
        let oai = config.sources.iter().find(|source| source.id.as_str() == "oai").unwrap();
        daemon.site.desk().history_step(oai, &CancellationToken::new(), &|_| {}).await.unwrap()
    };
    let config = daemon.site.desk().config();
    let oai = config.sources.iter().find(|source| source.id.as_str() == "oai").unwrap();
    daemon.site.desk().begin_history(oai, days, false).await.unwrap();
    for _step in 0..5 {
        assert!(matches!(step(&daemon).await, Step::Went(_)));
    }
    let now = daemon.clock.now();
    let daemon = daemon.restarted(now).await;
    let mut steps = 0;
    let done = loop {
        match step(&daemon).await {
            Step::Went(_) => steps += 1,
            Step::Done(history) => break history,
            other => panic!("{other:?}"),
        }
        assert!(steps < 200);
    };
    assert_eq!(u64::try_from(steps).unwrap() + 5, done.asked, "nothing that was read is asked for again");
    daemon
}

fn every_fault_was_named(daemon: &Daemon) {
    let told: Vec<String> = daemon.told.iter().map(|(at, change)| format!("{at} {change}")).collect();
    let told = told.join("\n");
    for (source, part, health, on) in [
        ("arxiv", Some("cs.CL"), Health::Stale, "2026-08-12"),
        ("hf-daily", Some("2026-08-13"), Health::Partial, "2026-08-14"),
        ("arxiv", Some("cs.CV"), Health::Partial, "2026-08-14"),
        ("arxiv", Some("cs.LG"), Health::Gap, "2026-08-07"),
        ("arxiv", Some("cs.LG"), Health::Gap, "2026-08-20"),
        ("arxiv", Some("cs.LG"), Health::Gap, "2026-09-03"),
        ("arxiv", Some("cs.LG"), Health::Holiday, "2026-08-24"),
    ] {
        assert!(daemon.named(source, part, health, on), "{source} {part:?} {health:?} on {on}:\n{told}");
    }
    assert!(daemon.named("oai", None, Health::Limited, "2026-08-21"), "{told}");
    for state in daemon.site.desk().reader().sources().unwrap() {
        for (name, part) in &state.parts {
            let is_well = !matches!(part.health, Health::Gap | Health::Stale) && part.missing.is_empty();
            assert!(is_well, "{} {name} at the end: {part:?}", state.source);
        }
        assert!(
            matches!(state.health, Health::Fresh | Health::Quiet | Health::Holiday),
            "{} is {:?}",
            state.source,
            state.health
        );
    }
}

fn no_paper_is_missed_and_none_is_there_twice(daemon: &Daemon, sky: &Skies) {
    let (month, now) = (daemon.month, daemon.clock.now());
    let reader = daemon.site.desk().reader();
    let mut missed = Vec::new();
    let mut announced = 0;
    for paper in sky.papers() {
        if offprint::model::announcements::eastern_midnight(paper.day).plus(TimeDelta::minutes(10)) > now {
            continue;
        }
        announced += 1;
        let id = ExternalId::parse(&format!("arxiv:{}", paper.id)).unwrap();
        let Some(found) = reader.paper_by_external(&id).unwrap() else {
            missed.push(paper.id.clone());
            continue;
        };
        let found = reader.paper(&found).unwrap().unwrap();
        let is_due = |listed: NaiveDate| {
            listed >= month.day("2026-07-28") && Timestamp::midnight(listed).plus(TimeDelta::hours(3)) < now
        };
        let has_hf = found.sources().iter().any(|source| source.as_str() == "hf-daily");
        if paper.listed.is_some_and(is_due) && !has_hf {
            missed.push(format!("{} of the daily list of {}", paper.id, paper.listed.unwrap()));
        }
        // A recorded list also names papers of years before, which stand on their own days.
        let month = |day: NaiveDate| day.format("%y%m").to_string();
        let is_of_its_time = |days: i64| paper.id.starts_with(&month(paper.day - TimeDelta::days(days)));
        if is_of_its_time(0) || is_of_its_time(15) {
            assert_eq!(
                found.published().day(),
                paper.day,
                "{} stands on the day that announced it",
                paper.id
            );
        }
    }
    assert!(announced > 700, "{announced}");
    assert_eq!(missed, Vec::<String>::new(), "of {announced}");
    let (mut names, mut papers) = (BTreeMap::<String, u32>::new(), 0);
    for paper in reader.papers() {
        let paper = paper.unwrap();
        papers += 1;
        // Two works may have one title; what names a paper of arXiv is its identifier.
        let arxiv = paper.ids().into_iter().find(|id| matches!(id, ExternalId::Arxiv(_)));
        let name = arxiv.map_or_else(|| paper.title().text.to_string(), ToString::to_string);
        *names.entry(name).or_default() += 1;
    }
    let twice: Vec<_> = names.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
    let topic = TopicId::parse("all").unwrap();
    let mut entries: BTreeMap<String, u32> = BTreeMap::new();
    for entry in reader.timeline(&topic, None, 100_000).unwrap() {
        *entries.entry(entry.served_as.to_string()).or_default() += 1;
    }
    assert!(entries.values().all(|count| *count == 1));
    assert_eq!(entries.len(), papers, "every paper is in the topic once");
    let mut articles = 0;
    for date in month.day("2026-07-30").iter_days().take_while(|date| *date < now.day()) {
        let id = ExternalId::parse(&format!("doi:10.5555/flags.{}", date.format("%Y%m%d"))).unwrap();
        assert!(reader.paper_by_external(&id).unwrap().is_some(), "the journal's article of {date}");
        articles += 1;
    }
    eprintln!("{announced} papers of arXiv and {articles} of a journal: 0 missed, 0 twice");
}

fn requests_kept_to_the_budget(net: &Net, sky: &Skies) {
    let log = sky.log();
    let arxiv: Vec<_> = log.iter().filter(|(_, path)| path.starts_with("/arxiv/")).collect();
    let closest = arxiv.windows(2).map(|pair| pair[1].0.since(pair[0].0)).min().unwrap();
    assert!(closest >= TimeDelta::seconds(3), "two requests of arXiv are {closest} apart");
    for (at, path) in &arxiv {
        assert!(
            !matches!(at.day().weekday(), Weekday::Sat | Weekday::Sun),
            "{path} on {at}, a day to be skipped"
        );
    }
    // Addresses that are asked again are asked conditionally: all but OAI-PMH's pages and papers by name.
    let (mut known, mut in_full) = (BTreeSet::new(), Vec::new());
    for request in net.requests() {
        let is_page = request.path.starts_with("/arxiv/oai") || request.path.starts_with("/arxiv/api");
        if !is_page && !known.insert(request.path.clone()) && !request.path.starts_with("/hf") {
            in_full.extend(request.header("if-none-match").is_none().then_some(request.path));
        }
    }
    assert_eq!(in_full, Vec::<String>::new());
    eprintln!("{} requests, {} of them to arXiv, none closer than {closest}", log.len(), arxiv.len());
}
