//! What gofeed's tests state: a JSON file beside each feed.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::recorded::feeds::Expected;
use crate::recorded::feeds::Field;

/// Name, feed and expectations of every pair of a feed and the JSON of the same name.
pub(super) fn pairs(files: &[(String, Vec<u8>)]) -> Vec<(String, Vec<u8>, Vec<Expected>)> {
    let by_name: BTreeMap<&str, &Vec<u8>> =
        files.iter().map(|(name, bytes)| (name.as_str(), bytes)).collect();
    let mut pairs = Vec::new();
    for (name, bytes) in files {
        let Some(stem) = name.strip_suffix(".xml") else { continue };
        let Some(json) = by_name.get(format!("{stem}.json").as_str()) else { continue };
        let Ok(stated) = serde_json::from_slice::<Value>(json) else { continue };
        let items = stated["items"].as_array().or(stated["entries"].as_array());
        let expected =
            items.into_iter().flatten().enumerate().flat_map(|(item, stated)| of_item(item, stated));
        pairs.push((name.clone(), bytes.clone(), expected.collect()));
    }
    pairs
}

fn of_item(item: usize, stated: &Value) -> Vec<Expected> {
    let mut found = Vec::new();
    let mut state = |field, value: Option<&str>| {
        if let Some(value) = value.map(str::trim).filter(|value| !value.is_empty()) {
            found.push(Expected { item, field, value: value.to_owned() });
        }
    };
    state(Field::Title, stated["title"].as_str());
    state(Field::Link, stated["link"].as_str().or(stated["links"][0]["href"].as_str()));
    let id = [&stated["id"], &stated["guid"], &stated["guid"]["value"]];
    state(Field::Id, id.into_iter().find_map(Value::as_str));
    let date = [&stated["publishedParsed"], &stated["pubDateParsed"], &stated["updatedParsed"]];
    state(Field::Date, date.into_iter().find_map(Value::as_str));
    let author = [&stated["author"], &stated["author"]["name"], &stated["authors"][0]["name"]];
    state(Field::Author, author.into_iter().find_map(Value::as_str));
    found
}
