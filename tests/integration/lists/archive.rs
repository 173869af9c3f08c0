//! The archive of Hugging Face's daily lists, replayed: every day has the papers that its list had, the most voted first.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use offprint::model::time::Timestamp;
use serde_json::Value;

use crate::support::data::files;
use crate::support::data::recorded;
use crate::support::net::Net;
use crate::support::site::Site;

/// From here on, up to the end of the archive; `OFFPRINT_FROM` names another day for a longer run.
const FIRST: &str = "2026-06-01";

#[tokio::test]
async fn each_day_lists_the_papers_of_its_list() {
    let Some(path) = recorded("each_day_lists_the_papers_of_its_list", "sources/hf-daily-by-date.tar.gz")
    else {
        return;
    };
    let from = std::env::var_os("OFFPRINT_FROM").and_then(|day| day.into_string().ok());
    let from = from.unwrap_or_else(|| FIRST.to_owned());
    let mut days: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for (name, bytes) in files(&path) {
        let day = name.rsplit('/').next().unwrap().trim_end_matches(".json").to_owned();
        if day >= from {
            days.insert(day, bytes);
        }
    }
    assert!(days.len() > 20, "{} days", days.len());
    let net = Net::start().await;
    let lists = days.clone();
    net.lives("/daily", move |path| {
        let wanted = |name: &str| {
            let (_before, rest) = path.split_once(&format!("{name}="))?;
            Some(rest.split('&').next().unwrap_or_default().to_owned())
        };
        let list = wanted("date").and_then(|day| lists.get(&day));
        let is_first = wanted("p").is_none_or(|page| page == "0");
        (
            200,
            list.filter(|_| is_first)
                .map_or("[]".to_owned(), |list| String::from_utf8(list.clone()).unwrap()),
        )
    });
    let config = format!(
        "contact = \"mailto:ops@example.org\"\n\
         [[source]]\nid = \"hf-daily\"\nkind = \"hf-daily\"\ndays = 900\nurl = \"{}\"\n",
        net.url("/daily")
    );
    let last: NaiveDate = days.keys().next_back().unwrap().parse().unwrap();
    let site = Site::start_at(&config, Timestamp::parse_rfc3339(&format!("{last}T20:00:00Z")).unwrap()).await;
    let summary = site.harvest("hf-daily").await;
    assert!(summary.fault.is_none(), "{summary:?}");
    site.desk().harvester().catch_up().await.unwrap();
    let mut papers = 0;
    for (day, list) in &days {
        let list: Value = serde_json::from_slice(list).unwrap();
        // One day stands in an envelope.
        let list = list.get("data").unwrap_or(&list).as_array().unwrap();
        let mut expected: Vec<String> = list.iter().map(named).collect();
        let got = site.get(&format!("/api/v1/daily/{day}?limit=100")).await;
        let got: Value = serde_json::from_str(got.text()).unwrap();
        let listed = got["papers"].as_array().unwrap();
        let mut found: Vec<String> = listed.iter().map(arxiv).collect();
        let votes: Vec<u64> =
            listed.iter().map(|paper| paper["signals"]["votes"].as_u64().unwrap_or(0)).collect();
        assert!(votes.is_sorted_by(|one, other| one >= other), "{day}: {votes:?}");
        papers += found.len();
        expected.sort();
        found.sort();
        assert_eq!(found, expected, "{day}");
        let page = site.get(&format!("/daily/{day}")).await;
        for paper in listed {
            let address = format!("/papers/{}", paper["paper"].as_str().unwrap());
            assert!(page.text().contains(&address), "{day}: {address}");
        }
    }
    println!("{papers} papers of {} days are listed as the archive has them", days.len());
    let trending = site.get("/api/v1/trending?limit=5").await;
    let trending: Value = serde_json::from_str(trending.text()).unwrap();
    for one in trending["trending"].as_array().unwrap() {
        let parts: Vec<String> = one["parts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|part| {
                format!(
                    "{} {} ({:.2})",
                    part["value"],
                    part["measure"].as_str().unwrap(),
                    part["share"].as_f64().unwrap()
                )
            })
            .collect();
        println!("{:.3} {} — {}", one["score"].as_f64().unwrap(), one["paper"]["title"], parts.join(", "));
    }
}

/// The identifier that an entry names. On some days the archive has entries as strings, as Python writes a dict.
fn named(entry: &Value) -> String {
    let id = match entry {
        Value::String(text) => {
            text.split_once("'paper': {'id': '").and_then(|(_, rest)| rest.split('\'').next())
        }
        entry => entry["paper"]["id"].as_str(),
    };
    id.unwrap_or_else(|| panic!("an entry without an identifier: {entry}")).to_owned()
}

fn arxiv(paper: &Value) -> String {
    let ids = paper["ids"].as_array().unwrap();
    ids.iter().find_map(|id| id.as_str().unwrap().strip_prefix("arxiv:")).unwrap().to_owned()
}
