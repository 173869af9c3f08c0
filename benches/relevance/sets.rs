//! Judged sets as they lie on disk.

use std::collections::HashMap;
use std::collections::HashSet;
use std::io::BufRead;
use std::io::BufReader;
use std::path::Path;

pub(crate) struct Paper {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) abstract_text: String,
}

pub(crate) struct Query {
    pub(crate) text: String,
    pub(crate) like: Vec<String>,
    pub(crate) relevant: HashSet<String>,
}

pub(crate) struct Set {
    pub(crate) name: String,
    pub(crate) papers: Vec<Paper>,
    pub(crate) queries: Vec<Query>,
}

fn lines(path: &Path) -> impl Iterator<Item = serde_json::Value> {
    let file = std::fs::File::open(path).unwrap();
    let read: Box<dyn BufRead> = if path.extension().is_some_and(|ending| ending == "gz") {
        Box::new(BufReader::new(flate2::read::GzDecoder::new(file)))
    } else {
        Box::new(BufReader::new(file))
    };
    read.lines()
        .map(Result::unwrap)
        .filter(|line| !line.trim().is_empty())
        .map(|line| serde_json::from_str(&line).unwrap())
}

pub(crate) fn papers(path: &Path) -> impl Iterator<Item = Paper> {
    lines(path).map(|paper| {
        let text = |key: &str| paper[key].as_str().unwrap_or_default().to_owned();
        Paper { id: text("id"), title: text("title"), abstract_text: text("abstract") }
    })
}

pub(crate) fn read(folder: &Path) -> Set {
    let mut relevant: HashMap<String, HashSet<String>> = HashMap::new();
    for line in std::fs::read_to_string(folder.join("qrels.tsv")).unwrap().lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        if fields[2].parse::<f64>().unwrap() > 0.0 {
            relevant.entry(fields[0].to_owned()).or_default().insert(fields[1].to_owned());
        }
    }
    let mut queries = Vec::new();
    for query in lines(&folder.join("queries.jsonl")) {
        let Some(relevant) = relevant.remove(query["id"].as_str().unwrap_or_default()) else { continue };
        let likes = query["like"].as_array().into_iter().flatten();
        queries.push(Query {
            text: query["text"].as_str().unwrap_or_default().to_owned(),
            like: likes.filter_map(|like| like.as_str().map(str::to_owned)).collect(),
            relevant,
        });
    }
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Set { name, papers: papers(&folder.join("docs.jsonl.gz")).collect(), queries }
}
