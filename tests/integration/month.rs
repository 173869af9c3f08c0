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
use offprint::daemon::desk::Occasion;
use offprint::harvest::changes::StateChange;
use offprint::harvest::history::Step;
use offprint::model::external_id::ExternalId;
use offprint::model::source::Health;
use offprint::model::time::Timestamp;
use offprint::model::topic::TopicId;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use crate::support::net::Net;
use crate::support::site::Site;
use crate::support::skies;
use crate::support::skies::CATEGORIES;
use crate::support::skies::Faults;
use crate::support::skies::Skies;

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn configuration(net: &Net) -> String {
    let categories = CATEGORIES.map(|category| format!("\"{category}\"")).join(", ");
    let arxiv = |id: &str, kind: &str, path: &str| {
        let categories =
            if kind == "arxiv-api" { String::new() } else { format!("categories = [{categories}]\n") };
        format!("[[source]]\nid = \"{id}\"\nkind = \"{kind}\"\n{categories}url = \"{}\"\n", net.url(path))
    };
    format!(
        "contact = \"mailto:ops@example.org\"\nquiet_days = [\"2026-08-24\"]\n{}{}{}{}\
         [[source]]\nid = \"hf-daily\"\nkind = \"hf-daily\"\nevery = \"6h\"\nurl = \"{}\"\n\
         [[source]]\nid = \"journal\"\nkind = \"feed\"\nevery = \"8h\"\nurl = \"{}\"\n\
         [[topic]]\nid = \"flags\"\ntitle = \"Flags\"\nquery = \"flag* OR garden*\"\n",
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
    site: Site,
    clock: Clock,
    changes: broadcast::Receiver<StateChange>,
    told: Vec<(Timestamp, StateChange)>,
}

impl Daemon {
    /// Lives until then: every source is harvested when its stored time has come, the earliest first, as the daemon's tasks
    /// do.
    async fn live(&mut self, until: &str) {
        let until = at(until);
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
        let Self { site, clock, told, .. } = self;
        let site = site.restart().await;
        clock.set(at(until));
        for source in &site.desk().config().sources {
            let state = site.desk().reader().source(&source.id).unwrap().unwrap();
            assert!(source.due(&state).is_some(), "{} is polled because of the restart", source.id);
        }
        let changes = site.desk().changes();
        Self { site, clock, changes, told }
    }

    /// Whether a part of a source came into a state on a day.
    fn named(&self, source: &str, part: Option<&str>, health: Health, on: &str) -> bool {
        self.told.iter().any(|(at, change)| {
            change.source.as_str() == source
                && part.is_none_or(|part| change.part.as_deref() == Some(part))
                && change.to == health
                && at.day() == day(on)
        })
    }
}

#[tokio::test]
async fn a_month_with_every_fault_misses_no_paper_and_shows_none_twice() {
    let net = Net::start().await;
    let holidays = BTreeSet::from([day("2026-08-24")]);
    let papers = skies::papers(day("2026-07-20"), day("2026-09-09"), 2, &holidays);
    let clock = Clock::standing(at("2026-08-03T05:00:00Z"));
    let faults = Faults {
        stale: Some((day("2026-08-12"), "cs.CL")),
        half_filled: Some(day("2026-08-13")),
        cut: Some((day("2026-08-14"), "cs.CV")),
        storm: Some((at("2026-08-21T03:00:00Z"), at("2026-08-21T09:00:00Z"))),
    };
    let sky = Skies::new(clock.clone(), papers, faults);
    let answering = sky.clone();
    net.lives("/", move |path| answering.answer(path));
    let site = Site::start_politely(&configuration(&net), clock.clone()).await;
    let changes = site.desk().changes();
    let mut daemon = Daemon { site, clock: clock.clone(), changes, told: Vec::new() };

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
    let days = Days { since: day("2026-07-20"), until: day("2026-08-02") };
    let step = async |daemon: &Daemon| {
        let config = daemon.site.desk().config();
        let oai = config.sources.iter().find(|source| source.id.as_str() == "oai").unwrap();
        daemon.site.desk().history_step(oai, &CancellationToken::new(), &|_| {}).await.unwrap()
    };
    let config = daemon.site.desk().config();
    let oai = config.sources.iter().find(|source| source.id.as_str() == "oai").unwrap();
    daemon.site.desk().begin_history(oai, days).await.unwrap().unwrap();
    for _step in 0..5 {
        assert!(matches!(step(&daemon).await, Step::Went(_)));
    }
    let now = daemon.clock.now().to_rfc3339();
    let daemon = daemon.down(&now).await;
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
            "{} is {:?}: {:?}",
            state.source,
            state.health,
            state.parts
        );
    }
}

fn no_paper_is_missed_and_none_is_there_twice(daemon: &Daemon, sky: &Skies) {
    let reader = daemon.site.desk().reader();
    let now = daemon.clock.now();
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
            listed >= day("2026-07-28") && Timestamp::midnight(listed).plus(TimeDelta::hours(3)) < now
        };
        let has_hf = found.sources().iter().any(|source| source.as_str() == "hf-daily");
        if paper.listed.is_some_and(is_due) && !has_hf {
            missed.push(format!("{} of the daily list of {}", paper.id, paper.listed.unwrap()));
        }
        assert_eq!(found.published().day(), paper.day, "{} stands on the day that announced it", paper.id);
    }
    assert!(announced > 700, "{announced}");
    assert_eq!(missed, Vec::<String>::new(), "of {announced}");
    let mut titles: BTreeMap<String, u32> = BTreeMap::new();
    for paper in reader.papers() {
        *titles.entry(paper.unwrap().title().text.to_string()).or_default() += 1;
    }
    let twice: Vec<_> = titles.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
    let topic = TopicId::parse("flags").unwrap();
    let mut entries: BTreeMap<String, u32> = BTreeMap::new();
    for entry in reader.timeline(&topic, None, 100_000).unwrap() {
        *entries.entry(entry.served_as.to_string()).or_default() += 1;
    }
    assert!(entries.values().all(|count| *count == 1));
    assert_eq!(entries.len(), titles.len(), "every paper is in the topic once");
    let mut articles = 0;
    for date in day("2026-07-30").iter_days().take_while(|date| *date < now.day()) {
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
    assert_eq!(in_full, ["/arxiv/rss/cs.CV"], "only what was cut is asked for again in full");
    eprintln!("{} requests, {} of them to arXiv, none closer than {closest}", log.len(), arxiv.len());
}
