//! Keys about what papers mean and which of them are talked about.

use crate::config::form::Form;
use crate::config::keys::DAY;
use crate::config::keys::Fallback;
use crate::config::keys::Section;
use crate::config::keys::key;

pub(super) const RANKING: Section = Section {
    heading: "[ranking]",
    about: "How ranked topics know what a text means. Nothing here is needed: Offprint trains an embedding of its own.",
    keys: &[key(
        "transformer",
        Form::Path,
        Fallback::Absent,
        "A folder with a sentence encoder (`config.json`, `tokenizer.json`, `model.safetensors`, as sentence-transformers saves them; `offprint encoder fetch` brings one). It encodes about ten papers a second on one core, each once. Only a program built with `--features transformer` has it; it is read at the start.",
    )],
    later: &[],
    kinds: &[],
};

pub(super) const TRENDING: Section = Section {
    heading: "[trending]",
    about: "How it is told which papers are talked about; the page `/trending` prints the formula.",
    keys: &[key(
        "half_life",
        Form::Duration(3_600, 366 * DAY),
        Fallback::Written("\"5d\""),
        "After so long half is left of what speaks for a paper.",
    )],
    later: &[],
    kinds: &[],
};
