//! The `link` elements in the head of a page. What follows the head is not looked at: anybody may have written it.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::BufferQueue;
use html5ever::tokenizer::Tag;
use html5ever::tokenizer::TagKind;
use html5ever::tokenizer::Token;
use html5ever::tokenizer::TokenSink;
use html5ever::tokenizer::TokenSinkResult;
use html5ever::tokenizer::Tokenizer;
use html5ever::tokenizer::TokenizerOpts;
use html5ever::tokenizer::states::RawKind;
use url::Url;

use crate::push::discovery::Found;

/// No head is longer, in bytes.
const HEAD_BYTES: usize = 256 * 1024;

/// No head has more links.
const LINKS_AT_MOST: usize = 1_000;

/// Reads a page.
pub(super) fn read(text: &str, url: &Url) -> Found {
    let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    let end = text.floor_char_boundary(HEAD_BYTES);
    input.push_back(StrTendril::from_slice(text.get(..end).unwrap_or_default()));
    // Where a script would run, reading goes on behind it.
    while !input.is_empty() {
        let _paused = tokenizer.feed(&input);
    }
    tokenizer.end();
    let head = tokenizer.sink.0.into_inner();
    let base = head.base.and_then(|base| url.join(base.trim()).ok()).unwrap_or_else(|| url.clone());
    let mut found = Found::default();
    for (relations, target) in &head.links {
        found.note(relations, target, &base);
    }
    found
}

/// What gathers while a page is read.
#[derive(Default)]
struct Head {
    links: Vec<(String, String)>,
    base: Option<String>,
    is_over: bool,
}

impl Head {
    fn begin(&mut self, tag: &Tag) {
        let value = |name: &str| {
            let found = tag.attrs.iter().find(|attribute| &*attribute.name.local == name);
            found.map(|attribute| attribute.value.to_string())
        };
        match &*tag.name {
            "link" if self.links.len() < LINKS_AT_MOST => self.links.extend(value("rel").zip(value("href"))),
            "base" if self.base.is_none() => self.base = value("href"),
            "html" | "head" | "title" | "meta" | "link" | "base" | "script" | "style" | "noscript" => {}
            _other => self.is_over = true,
        }
    }
}

#[derive(Default)]
struct Sink(RefCell<Head>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut head = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) if !head.is_over && tag.kind == TagKind::StartTag => {
                head.begin(&tag);
                return raw(&tag.name);
            }
            Token::TagToken(tag) => head.is_over |= &*tag.name == "head",
            Token::CharacterTokens(_)
            | Token::DoctypeToken(_)
            | Token::CommentToken(_)
            | Token::NullCharacterToken
            | Token::EOFToken
            | Token::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }
}

/// What stands in these elements is no markup.
fn raw(name: &str) -> TokenSinkResult<()> {
    match name {
        "script" => TokenSinkResult::RawData(RawKind::ScriptData),
        "style" => TokenSinkResult::RawData(RawKind::Rawtext),
        "title" => TokenSinkResult::RawData(RawKind::Rcdata),
        _other => TokenSinkResult::Continue,
    }
}
