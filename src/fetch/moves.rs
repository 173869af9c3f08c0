//! Permanent redirects: when they are believed, and which are not.

use chrono::TimeDelta;
use url::Url;

use crate::model::source::Moved;
use crate::model::time::Timestamp;

/// So many identical answers in a row are believed …
const TIMES: u32 = 10;

/// … if more than this lies between the first and now.
const SPAN: TimeDelta = TimeDelta::days(1);

/// One redirect that was followed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Hop {
    pub(super) status: u16,
    pub(super) from: Url,
    pub(super) to: Url,
}

impl Hop {
    fn is_permanent(&self) -> bool {
        matches!(self.status, 301 | 308)
    }

    fn is_downgrade(&self) -> bool {
        self.from.scheme() == "https" && self.to.scheme() != "https"
    }
}

/// The address to ask instead of the configured one, once its move is sure.
pub(super) fn believed(moved: Option<&Moved>, now: Timestamp) -> Option<Url> {
    let moved = moved.filter(|moved| moved.times >= TIMES && now.since(moved.since) > SPAN)?;
    Url::parse(&moved.to).ok()
}

/// What is remembered after an answer that was what we hoped for, reached from the configured address by `hops`.
pub(super) fn remember(before: Option<&Moved>, hops: &[Hop], now: Timestamp) -> Option<Moved> {
    let permanent = hops.iter().take_while(|hop| hop.is_permanent());
    let to = permanent.last().map(|hop| &hop.to)?;
    if hops.iter().any(Hop::is_downgrade) || hops.iter().any(|hop| is_login(&hop.to)) {
        return None;
    }
    let same = before.filter(|before| before.to == to.as_str());
    Some(Moved {
        to: to.to_string(),
        times: same.map_or(1, |same| same.times.saturating_add(1)),
        since: same.map_or(now, |same| same.since),
    })
}

/// Whether an address looks like the door of a login: such a redirect speaks of us, not of the feed.
fn is_login(url: &Url) -> bool {
    let path = url.path().to_ascii_lowercase();
    path.split(['/', '.', '-', '_']).any(|part| {
        matches!(part, "login" | "logon" | "signin" | "signon" | "sso" | "saml" | "oauth" | "oauth2" | "auth")
    })
}

#[cfg(test)]
mod tests {
    use super::Hop;
    use super::Moved;
    use super::Timestamp;
    use super::Url;
    use super::believed;
    use super::remember;

    fn hop(status: u16, from: &str, to: &str) -> Hop {
        Hop { status, from: Url::parse(from).unwrap(), to: Url::parse(to).unwrap() }
    }

    fn hours(count: i64) -> Timestamp {
        Timestamp::from_seconds(count * 3600)
    }

    const OLD: &str = "http://example.org/rss";
    const NEW: &str = "https://example.org/feed";

    #[test]
    fn ten_identical_answers_over_more_than_a_day_are_believed() {
        let hops = [hop(301, OLD, NEW)];
        let mut moved = None;
        for poll in 0..9 {
            moved = remember(moved.as_ref(), &hops, hours(poll * 3));
            assert_eq!(believed(moved.as_ref(), hours(10_000)), None, "after {poll}");
        }
        moved = remember(moved.as_ref(), &hops, hours(23));
        assert_eq!(believed(moved.as_ref(), hours(24)), None);
        assert_eq!(believed(moved.as_ref(), hours(25)), Some(Url::parse(NEW).unwrap()));
    }

    #[test]
    fn another_target_starts_the_count_anew() {
        let before = Moved { to: "http://example.org/other".to_owned(), times: 9, since: hours(0) };
        let moved = remember(Some(&before), &[hop(308, OLD, NEW)], hours(50)).unwrap();
        assert_eq!(moved, Moved { to: NEW.to_owned(), times: 1, since: hours(50) });
    }

    #[test]
    fn only_the_permanent_beginning_of_a_way_is_remembered() {
        let further = [hop(301, OLD, NEW), hop(302, NEW, "https://cdn.example.org/today")];
        assert_eq!(remember(None, &further, hours(0)).unwrap().to, NEW);
        for status in [302, 303, 307] {
            let hops = [hop(status, OLD, NEW), hop(301, NEW, "https://example.org/x")];
            assert_eq!(remember(None, &hops, hours(0)), None);
        }
    }

    #[test]
    fn neither_a_login_nor_a_step_down_from_https_is_remembered() {
        for hop in [
            hop(301, OLD, "https://sso.example.org/saml/start"),
            hop(301, OLD, "https://example.org/wp-login.php?to=rss"),
            hop(301, NEW, "http://example.org/feed"),
        ] {
            assert_eq!(remember(None, &[hop], hours(0)), None);
        }
    }
}
