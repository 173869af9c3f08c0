//! What arXiv's feeds say, in each of their forms.

use super::*;
use crate::model::record::Announce;
use crate::model::record::RawAuthors;
use crate::model::record::Record;
use crate::sources::OptionValue;

fn read(body: &str) -> Batch {
    let source = build(&Options {
        given: [("categories".to_owned(), OptionValue::TextList(vec!["cs.LG".to_owned()]))].into(),
        mailbox: None,
    });
    let (source, run) = (source.unwrap(), Timestamp::parse_rfc3339("2026-08-12T05:00:00Z").unwrap());
    let request = source.ask(&Cursor::default(), run).unwrap();
    let response = Response::ok(request.url.clone(), "application/rss+xml", body.to_owned());
    source.read(&Cursor::default(), run, &request, &response)
}

/// One item of RSS 2.0, announced on 12 August 2026.
fn item(id: &str, kind: &str) -> Record {
    let batch = read(&format!(
        "<rss version='2.0' xmlns:arxiv='x' xmlns:dc='y'><channel><title>cs.LG updates</title><item>\
         <title>Counting $k$-Flags</title><link>https://arxiv.org/abs/{id}</link>\
         <description>arXiv:{id}v2 Announce Type: {kind} \nAbstract: We count.</description>\
         <guid isPermaLink='false'>oai:arXiv.org:{id}v2</guid><category>cs.LG</category>\
         <pubDate>Wed, 12 Aug 2026 00:00:00 -0400</pubDate><arxiv:announce_type>{kind}</arxiv:announce_type>\
         <dc:creator>Ann Test, Bo Test</dc:creator></item></channel></rss>"
    ));
    assert_eq!((&batch.problems[..], batch.unusable), (&[][..], None));
    batch.records.into_iter().next().unwrap()
}

fn dates(record: &Record) -> (Option<&str>, Option<&str>) {
    (record.announced.as_ref().map(|date| &*date.text), record.revised.as_ref().map(|date| &*date.text))
}

#[test]
fn the_day_of_a_feed_announces_only_what_is_new_in_it() {
    let day = Some("Wed, 12 Aug 2026 00:00:00 -0400");
    assert_eq!(dates(&item("2608.09999", "new")), (day, None));
    assert_eq!(dates(&item("2608.09999", "cross")), (day, None));
    assert_eq!(dates(&item("2607.09999", "cross")), (Some("2026-07"), None));
    assert_eq!(dates(&item("2608.09999", "replace")), (Some("2026-08"), day));
    assert_eq!(dates(&item("hep-th/9901001", "replace-cross")), (Some("1999-01"), day));
}

#[test]
fn an_item_names_its_version_and_its_announcement() {
    let record = item("2608.09999", "replace");
    assert_eq!((record.key.as_str(), record.version), ("2608.09999", Some(2)));
    assert_eq!(record.announce, Some(Announce::Replace));
    assert_eq!(record.abstract_text.unwrap().text, "We count.");
}

/// The old form, its structure that of the feed of hep-ex of 23 May 2018.
const OLD: &str = "<?xml version=\"1.0\"?><rdf:RDF xmlns:rdf='r' xmlns='http://purl.org/rss/1.0/' xmlns:dc='http://purl.org/dc/elements/1.1/'>
<channel rdf:about='http://arxiv.org/'><title>hep-ex updates on arXiv.org</title>
<dc:date>2018-05-23T20:30:00-05:00</dc:date><items><rdf:Seq><rdf:li rdf:resource='x'/></rdf:Seq></items></channel>
<item rdf:about='http://arxiv.org/abs/1805.08875'><title>Do flags spin?. (arXiv:1805.08875v1 [hep-ex])</title>
<link>http://arxiv.org/abs/1805.08875</link>
<description rdf:parseType='Literal'>&lt;p&gt;A range of
$2.6&amp;lt;\\eta&amp;lt;4$ and $p&lt;1$.
&lt;/p&gt;</description>
<dc:creator> &lt;a href=&quot;http://arxiv.org/find/x/1/au:+T&quot;&gt;Ann Test&lt;/a&gt; (FLAG Collaboration)</dc:creator></item>
<item rdf:about='http://arxiv.org/abs/1805.06430'><title>Flags. (arXiv:1805.06430v2 [nucl-th] UPDATED)</title>
<link>http://arxiv.org/abs/1805.06430</link><description>&lt;p&gt;Old.&lt;/p&gt;</description></item>
<item><title>More flags. (arXiv:1804.09166v1 [hep-ex] CROSS LISTED)</title><description>x</description></item></rdf:RDF>";

#[test]
fn the_old_form_says_everything_in_its_titles() {
    let batch = read(OLD);
    assert_eq!((&batch.problems[..], batch.records.len()), (&[][..], 3));
    let stamps: Vec<_> =
        batch.records.iter().map(|record| (&*record.key, record.version, record.announce)).collect();
    let wanted = [
        ("1805.08875", Some(1), Some(Announce::New)),
        ("1805.06430", Some(2), Some(Announce::Replace)),
        ("1804.09166", Some(1), Some(Announce::Cross)),
    ];
    assert_eq!(stamps, wanted);
    let first = &batch.records[0];
    assert_eq!(first.title.as_ref().unwrap().text, "Do flags spin?");
    assert_eq!(first.abstract_text.as_ref().unwrap().text, "A range of\n$2.6<\\eta<4$ and $p<1$.");
    assert_eq!(first.subjects[0].term, "hep-ex");
    assert!(matches!(&first.authors, RawAuthors::Arxiv(names) if names.contains("Ann Test")));
    let day = Some("2018-05-23T20:30:00-05:00");
    assert_eq!(dates(first), (day, None));
    assert_eq!(dates(&batch.records[1]), (Some("2018-05"), day));
    assert_eq!(dates(&batch.records[2]), (Some("2018-04"), None));
}

#[test]
fn what_is_no_feed_is_unusable_and_says_why() {
    for (body, said) in [
        ("", "there is no markup"),
        ("Rate exceeded.", "there is no markup"),
        ("<html><body>Just a moment</body></html>", "its root element is <html>"),
        (
            "<rss><channel><title>Feed error for query: x</title><description>Bad subject class</description>\
             </channel></rss>",
            "Feed error for query: x: Bad subject class",
        ),
        (
            "<feed><title>Feed error for query: y</title><subtitle>AT&T</subtitle></feed>",
            "Feed error for query: y: AT&T",
        ),
        (
            "<feed><title>Feed error for query: z</title><summary>Why</summary></feed>",
            "Feed error for query: z: Why",
        ),
    ] {
        let batch = read(body);
        assert!(batch.unusable.as_ref().is_some_and(|words| words.starts_with(said)), "{:?}", batch.unusable);
    }
    assert_eq!(read("<rss><channel><title>cs.LG</title></channel></rss>").unusable, None);
}

#[test]
fn a_feed_says_how_often_it_has_news() {
    let head = "<title>t</title><ttl>90</ttl><skipDays><day>Saturday</day><day>Sunday</day></skipDays>";
    let item = "<item><title>t</title><link>https://arxiv.org/abs/2608.00001</link></item>";
    for end in ["", "&c;", "</channel></rss>"] {
        let pace = read(&format!("<rss><channel>{head}{item}{end}")).pace;
        assert_eq!((pace.ttl, pace.skip_days.len()), (Some(Duration::from_mins(90)), 2), "{end}");
    }
}

#[test]
fn a_comment_that_is_not_closed_costs_no_other_item() {
    let item = |id: &str, extra: &str| {
        format!("<item><title>t</title>{extra}<link>https://arxiv.org/abs/{id}</link></item>")
    };
    let body = format!(
        "<rss><channel>{}{}{}</channel></rss>",
        item("2608.00001", "<!-- open"),
        item("2608.00002", "<description><![CDATA[open</description>"),
        item("2608.00003", "<!-- closed --><description><![CDATA[closed]]></description>")
    );
    let keys: Vec<String> = read(&body).records.into_iter().map(|record| record.key).collect();
    assert_eq!(keys, ["2608.00001", "2608.00002", "2608.00003"]);
}

#[test]
fn vocabularies_may_have_any_prefix() {
    let body = "<rss><channel><title>t</title><item><title>t</title><guid>oai:arXiv.org:2608.00001v1</guid>\
                <du:creator>Ann Test</du:creator><ax:announce_type>cross</ax:announce_type><m:title>no</m:title></item></channel></rss>";
    let record = read(body).records.remove(0);
    assert!(matches!(&record.authors, RawAuthors::Arxiv(names) if names == "Ann Test"));
    assert_eq!((record.announce, record.title.unwrap().text.as_str()), (Some(Announce::Cross), "t"));
}

#[test]
fn a_list_that_breaks_off_says_nothing_of_its_day() {
    let item = "<item><title>t</title><link>https://arxiv.org/abs/2608.00001</link></item>";
    let batch = read(&format!("<rss><channel><title>t</title>{item}<item><title>u</ti"));
    assert_eq!((batch.records.len(), batch.coverage.len()), (1, 0));
    assert!(batch.is_broken_off && batch.is_partial);
    assert_eq!(read(&format!("<rss><channel><title>t</title>{item}</channel></rss>")).coverage.len(), 1);
}
