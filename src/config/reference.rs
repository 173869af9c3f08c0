//! The reference page: every key with its form, its default and a sentence, made of the table of keys and the table of
//! kinds. A test compares it with `config/reference.md`, so that the page is never behind the program.

use std::fmt::Write as _;

use crate::config::form::Form;
use crate::config::forms::written_duration;
use crate::config::forms::written_size;
use crate::config::keys::Fallback;
use crate::config::keys::Key;
use crate::config::keys::SECTIONS;
use crate::query::guide;
use crate::sources::KINDS;
use crate::sources::Kind;

const OPENING: &str = "\
# Configuration reference

Offprint reads one TOML file: the one that `--config` names, else `$OFFPRINT_CONFIG`, else `config/offprint.toml` in the \
folder where it was started, else `/etc/offprint/offprint.toml`.
Without any of them it uses its built-in configuration, which has the same text as `config/offprint.toml`.
Every key is optional unless its default says *required*; a key that is not listed here is an error.
`offprint check` reads the configuration and reports every fault at once.

Durations are a whole number and a unit: `90s`, `15m`, `1h`, `2d`.
Sizes are a whole number and a unit: `512 KiB`, `64 MiB`, `1 GiB`.
Names (`id`) have lower-case letters, digits and hyphens, at most 64.
";

const LANGUAGE: &str = "\
## The query language

The same language serves `query` of a topic and `offprint search`.
A query with `\"` in it stands between `'` in TOML: `query = '\"low-rank adaptation\" OR LoRA'`.
";

/// The page as Markdown.
pub(super) fn page() -> String {
    let mut page = OPENING.to_owned();
    for section in SECTIONS {
        let heading = match section.heading {
            "" => "The top of the file".to_owned(),
            "the window of a topic" => "`window = { … }` of a topic".to_owned(),
            heading => format!("`{heading}`"),
        };
        put(&mut page, format_args!("\n## {heading}\n\n{}\n", section.about));
        table(&mut page, section.keys);
    }
    put(&mut page, format_args!("\n## Kinds of source\n\n"));
    put(
        &mut page,
        format_args!("These are the values of `kind` in `[[source]]`, each with the keys it adds.\n"),
    );
    for kind in KINDS {
        of_kind(&mut page, kind);
    }
    put(&mut page, format_args!("\n{LANGUAGE}\n{}", guide::markdown()));
    page
}

fn of_kind(page: &mut String, kind: &Kind) {
    let every = written_duration(kind.manners.every);
    let least = written_duration(kind.manners.every_at_least);
    let about = kind.about.trim_end_matches('.');
    put(page, format_args!("\n### `{}`\n\n{about}.\n", kind.name));
    put(
        page,
        format_args!(
            "It is asked every {every} unless you say otherwise, and never more often than every {least}, unless `url` is the operator's own: \
             on this machine or in a private network.\n"
        ),
    );
    let keys: Vec<Key> = kind.options.iter().map(Key::from).collect();
    if !keys.is_empty() {
        table(page, &keys);
    }
}

/// The keys that hold values; tables have headings of their own.
fn table(page: &mut String, keys: &[Key]) {
    put(page, format_args!("\n| key | holds | default | meaning |\n|---|---|---|---|\n"));
    for key in keys {
        if matches!(key.form, Form::Table(_) | Form::Tables(_)) {
            continue;
        }
        let default = match key.fallback {
            Fallback::Required => "*required*".to_owned(),
            Fallback::Absent => "none".to_owned(),
            Fallback::Written(written) | Fallback::OfKind(written) => format!("`{written}`"),
            Fallback::Described(words) => words.to_owned(),
        };
        let cells = [format!("`{}`", key.name), holds(key.form), default, key.about.to_owned()];
        let cells = cells.map(|cell| cell.replace('|', "\\|"));
        put(page, format_args!("| {} |\n", cells.join(" | ")));
    }
}

/// What a key holds, with its bounds.
fn holds(form: Form) -> String {
    let duration = |seconds| written_duration(std::time::Duration::from_secs(seconds));
    match form {
        Form::Line => "one line of text".to_owned(),
        Form::Prose => "text".to_owned(),
        Form::Slug => "a name".to_owned(),
        Form::Kind => "a kind of source".to_owned(),
        Form::PublicUrl | Form::Url => "an `http` or `https` address".to_owned(),
        Form::Contact => "a `mailto:` or `https:` address".to_owned(),
        Form::Authority => "a host name or mailbox you own, in lower case".to_owned(),
        Form::Path => "a path".to_owned(),
        Form::Duration(least, most) => format!("a duration from {} to {}", duration(least), duration(most)),
        Form::Size(least, most) => format!("a size from {} to {}", written_size(least), written_size(most)),
        Form::Number(0, most) if most == u64::from(u32::MAX) => "a whole number".to_owned(),
        Form::Number(least, most) => format!("a whole number from {least} to {most}"),
        Form::Flag => "`true` or `false`".to_owned(),
        Form::Word(words) => {
            let words: Vec<String> = words.iter().map(|word| format!("`\"{word}\"`")).collect();
            words.join(", ")
        }
        Form::Lines => "a list of strings".to_owned(),
        Form::Days => "a list of days, `\"YYYY-MM-DD\"`".to_owned(),
        Form::Listen => "a list of addresses".to_owned(),
        Form::Query => "a query".to_owned(),
        Form::Budget => "a number of papers, `\"8/day\"` or `\"20/week\"`".to_owned(),
        Form::Secret => "the place of a key: `env:NAME` or `credential:NAME`".to_owned(),
        Form::Table(_) => "a table".to_owned(),
        Form::Tables(_) => "a list of tables".to_owned(),
    }
}

/// Appends to the page; writing to a string cannot fail.
fn put(page: &mut String, text: std::fmt::Arguments<'_>) {
    let _cannot_fail = page.write_fmt(text);
}
