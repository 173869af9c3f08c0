//! Keys about what goes out by itself: letters and what is pushed.

use crate::config::form::Form;
use crate::config::keys::Fallback;
use crate::config::keys::Section;
use crate::config::keys::key;

pub(super) const MAIL: Section = Section {
    heading: "[mail]",
    about: "Digests by mail. Without `from` and `server` no mail is sent and nobody can subscribe.",
    keys: &[
        key(
            "from",
            Form::Line,
            Fallback::Absent,
            "The sender's address, such as `papers@example.org`; the name beside it is `title`.",
        ),
        key(
            "server",
            Form::Line,
            Fallback::Absent,
            "The relay: `smtp://HOST` (port 587, encrypted by STARTTLS or not sent), `smtps://HOST` (port 465, encrypted), `smtp-plain://HOST` (port 25, not encrypted, for this machine or a private network), or `sendmail:/usr/sbin/sendmail`.",
        ),
        key("user", Form::Line, Fallback::Absent, "The name at the relay, where it wants one."),
        key("password", Form::Secret, Fallback::Absent, "The password at the relay."),
        key(
            "bounces",
            Form::Line,
            Fallback::Absent,
            "The address that undeliverable letters return to, such as `bounce@example.org`: each letter gets `bounce+ID@example.org`, and `offprint bounce` or `bounces_maildir` reads what comes. Without it they return to `from`.",
        ),
        key(
            "bounces_maildir",
            Form::Path,
            Fallback::Absent,
            "A Maildir whose new messages are read as bounces and complaints, and moved to `cur`.",
        ),
        key(
            "dkim_domain",
            Form::Line,
            Fallback::Absent,
            "The domain that signs (DKIM), where the relay does not sign.",
        ),
        key(
            "dkim_selector",
            Form::Line,
            Fallback::Written("\"offprint\""),
            "The selector of the signing key.",
        ),
        key(
            "dkim_key",
            Form::Secret,
            Fallback::Absent,
            "The private key, RSA or Ed25519 in PEM. `offprint doctor` prints the record to publish.",
        ),
        key(
            "postal",
            Form::Prose,
            Fallback::Absent,
            "Who sends this and where they are: a line at the end of each letter; some countries demand it.",
        ),
        key(
            "sign_up",
            Form::Flag,
            Fallback::Written("true"),
            "Whether anybody may subscribe at `/subscribe`; each address must confirm.",
        ),
        key(
            "per_minute",
            Form::Number(1, 100_000),
            Fallback::Written("3000"),
            "How many letters are handed to the relay in a minute at most.",
        ),
    ],
    later: &[],
    kinds: &[],
};

pub(super) const SUBSCRIBER: Section = Section {
    heading: "[[subscriber]]",
    about: "Someone who gets digests by mail without having to confirm, since you know them.",
    keys: &[
        key("address", Form::Line, Fallback::Required, "The mail address."),
        key("topics", Form::Lines, Fallback::Written("[]"), "The ids of the topics."),
        key(
            "lists",
            Form::Lines,
            Fallback::Written("[]"),
            "Of `daily`, `trending` and `picks` those that are wished for.",
        ),
        key(
            "rhythm",
            Form::Word(&[
                "daily",
                "weekly",
                "monday",
                "tuesday",
                "wednesday",
                "thursday",
                "friday",
                "saturday",
                "sunday",
            ]),
            Fallback::Written("\"daily\""),
            "How often: every day, or every week on that day (`weekly` is on Mondays).",
        ),
        key("hour", Form::Number(0, 23), Fallback::Written("7"), "At which hour of the day in `zone`."),
        key("zone", Form::Line, Fallback::Written("\"UTC\""), "The time zone, such as `Europe/Zurich`."),
        key(
            "even_empty",
            Form::Flag,
            Fallback::Written("false"),
            "Whether a letter comes also when nothing was listed; it says why.",
        ),
    ],
    later: &[],
    kinds: &[],
};

pub(super) const PUSH: Section = Section {
    heading: "[push]",
    about: "WebSub: new entries reach other programs within seconds, instead of at their next poll.",
    keys: &[
        key(
            "hub",
            Form::Flag,
            Fallback::Written("true"),
            "Whether this instance is a hub for its own feeds, at `/hub`; every feed names it.",
        ),
        key(
            "hubs",
            Form::Lines,
            Fallback::Written("[]"),
            "Addresses of other hubs: they are told of every change, and feeds name them too.",
        ),
        key(
            "callbacks",
            Form::Lines,
            Fallback::Written("[]"),
            "Addresses whose host and port may be subscribed although they are private, such as `http://10.0.0.5:8080/`. All others must be public, on port 80 or 443.",
        ),
        key(
            "subscribe",
            Form::Flag,
            Fallback::Written("true"),
            "Whether the hubs that sources name are subscribed to, so that their papers come at once. It needs a public `public_url`; polling goes on beside it.",
        ),
    ],
    later: &[],
    kinds: &[],
};

pub(super) const WEBHOOK: Section = Section {
    heading: "[[webhook]]",
    about: "An address that is sent the new entries of topics as they come.",
    keys: &[
        key("id", Form::Slug, Fallback::Required, "Your name for it."),
        key("topics", Form::Lines, Fallback::Required, "The ids of the topics."),
        key(
            "url",
            Form::Url,
            Fallback::Required,
            "Where to: for `ntfy` the address of the topic, for `matrix` that of the room (`https://HOST/_matrix/client/v3/rooms/ROOM`), for `mastodon` that of the server.",
        ),
        key(
            "format",
            Form::Word(&["json", "ntfy", "matrix", "slack", "mastodon"]),
            Fallback::Written("\"json\""),
            "What it is sent.",
        ),
        key(
            "secret",
            Form::Secret,
            Fallback::Absent,
            "With `json`, what deliveries are signed with (Standard Webhooks); else the access token.",
        ),
    ],
    later: &[],
    kinds: &[],
};
