//! Which works of Crossref a source asks for: its options, and the filter that they make.

use serde_json::Value;

use crate::sources::OptionFault;
use crate::sources::OptionForm;
use crate::sources::OptionKey;
use crate::sources::Options;
use crate::sources::crossref::notices;
use crate::sources::windows::Window;
use crate::sources::windows::rules;

/// The fields that are asked for. An unknown one is refused with the whole request, so that they can be configured.
const FIELDS: &[&str] = &[
    "DOI",
    "URL",
    "abstract",
    "article-number",
    "author",
    "container-title",
    "created",
    "event",
    "group-title",
    "is-referenced-by-count",
    "issue",
    "issued",
    "license",
    "link",
    "original-title",
    "page",
    "published",
    "published-online",
    "relation",
    "resource",
    "subtitle",
    "title",
    "type",
    "update-to",
    "updated-by",
    "volume",
];

/// Types of works that are no papers; they come only where the operator names their type.
const NO_PAPERS: &[&str] = &[
    "book-series",
    "book-set",
    "component",
    "database",
    "dataset",
    "grant",
    "journal",
    "journal-issue",
    "journal-volume",
    "peer-review",
    "proceedings-series",
    "report-component",
    "report-series",
    "standard",
    "standard-series",
];

const FIELDS_KEY: OptionKey = OptionKey {
    name: "fields",
    form: OptionForm::TextList,
    is_required: false,
    default: "",
    example: "",
    about: "The fields that are asked for, should Crossref refuse one of ours; `DOI` and `title` must be among them.",
};

const ROWS: OptionKey = OptionKey {
    name: "rows",
    form: OptionForm::Number,
    is_required: false,
    default: "1000",
    example: "",
    about: "How many works are asked for in one request, 20 to 1,000.",
};

const URL: OptionKey = OptionKey {
    name: "url",
    form: OptionForm::Url,
    is_required: false,
    default: "\"https://api.crossref.org/works\"",
    example: "",
    about: "Where the interface lies.",
};

/// The options of every kind that asks Crossref.
pub(super) const COMMON: &[OptionKey] = &[rules::DAYS, FIELDS_KEY, ROWS, URL];

/// The options of a source of works.
pub(super) const OPTIONS: &[OptionKey] = &[
    OptionKey {
        name: "by",
        form: OptionForm::Text,
        is_required: false,
        default: "\"created\"",
        example: "",
        about: "Which works are new: those just registered (`created`), or all that changed (`indexed`), which is much more.",
    },
    rules::DAYS,
    FIELDS_KEY,
    OptionKey {
        name: "issn",
        form: OptionForm::TextList,
        is_required: false,
        default: "",
        example: "[\"1234-5679\"]",
        about: "The ISSNs of the journals. One of `issn`, `member`, `prefix` and `query` must be given.",
    },
    OptionKey {
        name: "member",
        form: OptionForm::Text,
        is_required: false,
        default: "",
        example: "",
        about: "The number of a member of Crossref, such as `297`.",
    },
    OptionKey {
        name: "prefix",
        form: OptionForm::Text,
        is_required: false,
        default: "",
        example: "",
        about: "A DOI prefix, such as `10.1103`.",
    },
    OptionKey {
        name: "query",
        form: OptionForm::Text,
        is_required: false,
        default: "",
        example: "",
        about: "Words; Crossref gives works that have any of them, so that few and rare ones are best.",
    },
    ROWS,
    OptionKey {
        name: "type",
        form: OptionForm::TextList,
        is_required: false,
        default: "",
        example: "",
        about: "Crossref's types, such as `journal-article`; without it every type that is a paper.",
    },
    URL,
];

/// Which works are asked for.
#[derive(Debug)]
pub(super) struct Scope {
    /// Words that are looked for.
    pub(super) words: Option<String>,
    /// Filters, `name:value` each.
    filters: Vec<String>,
    /// What the part that is harvested is called.
    pub(super) part: String,
    /// The types that the operator named.
    types: Vec<String>,
    /// Whether works that changed are asked for rather than those that were registered.
    is_by_index: bool,
}

/// The works that the options name.
pub(super) fn of(options: &Options) -> Result<Scope, OptionFault> {
    let fault = |option, index, message: String| OptionFault { option, index, message, hint: None };
    let mut filters = Vec::new();
    for (index, issn) in options.list("issn").iter().enumerate() {
        let issn = issn.trim().to_ascii_uppercase();
        if !is_issn(&issn) {
            return Err(fault("issn", Some(index), format!("\"{issn}\" is no ISSN such as 1234-5679")));
        }
        if !has_check_digit(&issn) {
            let message = format!("\"{issn}\" is mistyped: its last character does not fit the others");
            return Err(fault("issn", Some(index), message));
        }
        filters.push(format!("issn:{issn}"));
    }
    if let Some(member) = options.text("member") {
        if member.is_empty() || !member.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(fault("member", None, format!("\"{member}\" is no number")));
        }
        filters.push(format!("member:{member}"));
    }
    if let Some(prefix) = options.text("prefix") {
        let registrant = prefix.strip_prefix("10.").unwrap_or_default();
        if registrant.is_empty() || !registrant.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
            return Err(fault("prefix", None, format!("\"{prefix}\" is no DOI prefix such as 10.1103")));
        }
        filters.push(format!("prefix:{prefix}"));
    }
    let words = options.text("query").map(str::trim).filter(|words| !words.is_empty()).map(str::to_owned);
    if filters.is_empty() && words.is_none() {
        let message = "nothing says which works are asked for".to_owned();
        let hint = Some("add one of issn, member, prefix and query".to_owned());
        return Err(OptionFault { option: "issn", index: None, message, hint });
    }
    let types = options.list("type").to_vec();
    for (index, name) in types.iter().enumerate() {
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') {
            return Err(fault("type", Some(index), format!("\"{name}\" is no type such as journal-article")));
        }
        filters.push(format!("type:{name}"));
    }
    let is_by_index = match options.text("by").unwrap_or("created") {
        "created" => false,
        "indexed" => true,
        other => {
            return Err(fault("by", None, format!("\"{other}\" is neither \"created\" nor \"indexed\"")));
        }
    };
    let part = filters.first().or(words.as_ref()).map(|name| name.chars().take(64).collect());
    Ok(Scope { words, filters, part: part.unwrap_or_default(), types, is_by_index })
}

/// Everything that takes a paper back. Retraction Watch adds to works that were registered long ago.
pub(super) fn of_retractions() -> Scope {
    let filters = notices::TAKEN_BACK.iter().map(|kind| format!("update-type:{kind}")).collect();
    Scope { words: None, filters, part: "retractions".to_owned(), types: Vec::new(), is_by_index: true }
}

/// The fields that are asked for, joined.
pub(super) fn fields(options: &Options) -> Result<String, OptionFault> {
    let given = options.list("fields");
    if given.is_empty() {
        return Ok(FIELDS.join(","));
    }
    let fault = |index, message| OptionFault { option: "fields", index, message, hint: None };
    let is_field = |name: &String| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if let Some(index) = given.iter().position(|name| !is_field(name)) {
        let name = given.get(index).map(String::as_str).unwrap_or_default();
        return Err(fault(Some(index), format!("\"{name}\" is no name of a field such as container-title")));
    }
    for needed in ["DOI", "title"] {
        if !given.iter().any(|name| name == needed) {
            return Err(fault(
                None,
                format!("{needed} is not among them, without which nothing can be read"),
            ));
        }
    }
    Ok(given.join(","))
}

impl Scope {
    /// The filter for the days of a window. History goes by registration: what was indexed long ago was so again since.
    pub(super) fn filter(&self, window: &Window, is_of_history: bool) -> String {
        let date = if self.is_by_index && !is_of_history { "index" } else { "created" };
        let days =
            [format!("from-{date}-date:{}", window.from), format!("until-{date}-date:{}", window.until)];
        days.iter().chain(&self.filters).map(String::as_str).collect::<Vec<_>>().join(",")
    }

    /// Whether a work is a paper, or of a type that the operator named.
    pub(super) fn takes(&self, work: &Value) -> bool {
        let kind = work.get("type").and_then(Value::as_str).unwrap_or_default();
        self.types.iter().any(|named| named == kind) || !NO_PAPERS.contains(&kind)
    }
}

/// Whether the last character is the one that the others give (ISO 3297): 8 to 2 times each add up to a multiple of 11.
fn has_check_digit(issn: &str) -> bool {
    let digits = issn.chars().filter(|letter| *letter != '-');
    let value = |letter: char| if letter == 'X' { Some(10) } else { letter.to_digit(10) };
    let weighted = (1..=8).rev().zip(digits).filter_map(|(weight, digit)| Some(weight * value(digit)?));
    weighted.sum::<u32>() % 11 == 0
}

/// Four digits, a hyphen, three digits and a check digit.
fn is_issn(text: &str) -> bool {
    let shape = text.bytes().enumerate().all(|(place, byte)| match place {
        4 => byte == b'-',
        8 => byte.is_ascii_digit() || byte == b'X',
        _digit => byte.is_ascii_digit(),
    });
    shape && text.len() == 9
}
