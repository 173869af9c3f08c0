//! Bare addresses in running text.

pub(super) fn is_address(rest: &str) -> bool {
    let behind = rest.strip_prefix("https://").or_else(|| rest.strip_prefix("http://"));
    behind.is_some_and(|host| host.starts_with(|first: char| first.is_alphanumeric() || first == '['))
}

pub(super) fn unescaped(address: &str) -> String {
    let mut out = String::with_capacity(address.len());
    let mut characters = address.trim().chars().peekable();
    while let Some(character) = characters.next() {
        if character != '\\' {
            out.push(character);
        } else if let Some(next) = characters.next_if(|next| !next.is_alphanumeric()) {
            out.push(next);
        }
    }
    out.replace("~{}", "~")
}
