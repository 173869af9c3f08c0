//! Envelopes as repositories send them, and as they should not.

use super::*;

fn read(body: &str) -> Answer {
    let url = url::Url::parse("https://repository.example.org/oai").unwrap();
    Answer::read(&Response::ok(url, "text/xml", body)).unwrap()
}

fn record(inside: &str) -> String {
    format!("<record><header>{inside}</header><metadata><dc><title>Flags</title></dc></metadata></record>")
}

fn list(inside: &str) -> String {
    format!(
        "<OAI-PMH><responseDate>2026-08-12T03:45:10Z</responseDate><ListRecords>{inside}</ListRecords></OAI-PMH>"
    )
}

#[test]
fn a_list_tells_its_records_its_token_and_its_size() {
    let one = record("<identifier>oai:x:1</identifier><datestamp>2026-08-11T23:59:59Z</datestamp>");
    let token = "<resumptionToken completeListSize='387' cursor='100'>885/oai_dc/200</resumptionToken>";
    let answer = read(&list(&format!("{one}{token}")));
    assert_eq!((answer.made, answer.is_whole, answer.is_list), ("2026-08-12".parse().ok(), true, true));
    assert_eq!((answer.token.as_deref(), answer.size), (Some("885/oai_dc/200"), Some(387)));
    let item = answer.items().next().unwrap().unwrap();
    assert_eq!((item.identifier.as_str(), item.is_deleted), ("oai:x:1", false));
    assert_eq!(item.changed, "2026-08-11".parse().ok());
    assert_eq!(item.metadata.unwrap().inner_text("title").as_deref(), Some("Flags"));
}

#[test]
fn both_ends_of_a_list_are_ends() {
    for end in
        ["", "<resumptionToken/>", "<resumptionToken> </resumptionToken>", "<resumptionToken cursor='0'  />"]
    {
        assert_eq!(read(&list(end)).token, None, "{end}");
    }
    // Tokens with bare ampersands are sent by several repositories.
    let bare = read(&list("<resumptionToken>set=a&from=b&amp;c</resumptionToken>"));
    assert_eq!(bare.token.as_deref(), Some("set=a&from=b&c"));
}

#[test]
fn prefixes_and_letters_of_names_do_not_matter() {
    let answer = read(
        "<?xml version='1.0'?><oai:OAI-PMH xmlns:oai='http://www.openarchives.org/OAI/2.0/'>\
         <oai:responseDate>2026-08-12T03:45:10Z</oai:responseDate><oai:ListRecords><oai:record>\
         <oai:header status='deleted'><oai:identifier>oai:x:1</oai:identifier></oai:header></oai:record>\
         <oai:resumptionToken>t</oai:resumptionToken></oai:ListRecords></oai:OAI-PMH>",
    );
    assert_eq!((answer.is_whole, answer.token.as_deref()), (true, Some("t")));
    assert!(answer.items().next().unwrap().unwrap().is_deleted);
}

#[test]
fn a_record_that_comes_twice_is_read_once_and_a_broken_one_costs_itself() {
    let good = record("<identifier>oai:x:1</identifier>");
    let broken = "<record><header><identifier>oai:x:2</header></record>";
    let nameless = record("<identifier></identifier>");
    let long = record(&format!("<identifier>{}</identifier>", "x".repeat(501)));
    let huge = format!(
        "<record><header><identifier>oai:x:3</identifier></header>{}</record>",
        "y".repeat(RECORD_BYTES)
    );
    let last = record("<identifier>oai:x:4</identifier>");
    let answer = read(&list(&[good.clone(), broken.to_owned(), nameless, good, long, huge, last].concat()));
    let (read, faults): (Vec<_>, Vec<_>) = answer.items().partition(Result::is_ok);
    let read: Vec<String> = read.into_iter().map(|item| item.unwrap().identifier).collect();
    assert_eq!((read.first().unwrap().as_str(), read.last().unwrap().as_str()), ("oai:x:1", "oai:x:4"));
    let faults: Vec<usize> = faults.into_iter().map(|fault| fault.unwrap_err().0).collect();
    assert_eq!(faults, if read.len() == 3 { vec![3, 5, 6] } else { vec![2, 3, 5, 6] });
}

#[test]
fn of_a_page_of_countless_records_the_first_are_read() {
    let answer = read(&list(&"<record/>".repeat(RECORDS_AT_MOST + 5)));
    assert_eq!((answer.count(), answer.items().count()), (RECORDS_AT_MOST + 5, RECORDS_AT_MOST + 1));
    assert_eq!(answer.items().last().unwrap().unwrap_err().1, "5 more records are not read");
}

#[test]
fn errors_are_told_in_the_words_of_the_repository() {
    let answer = read(
        "<OAI-PMH><error code='badArgument'>no such set</error><error code='undefinedError'/></OAI-PMH>",
    );
    assert_eq!(answer.complaint().as_deref(), Some("badArgument: no such set; undefinedError"));
    assert!(answer.has_error("BadArgument") && !answer.has_error("noRecordsMatch") && !answer.is_list);
}

#[test]
fn what_is_no_answer_of_the_protocol_is_refused() {
    let url = url::Url::parse("https://repository.example.org/oai").unwrap();
    for (body, said) in [
        ("", "there is no markup"),
        ("broken xml", "there is no markup"),
        ("<html><body>x</body></html>", "its root element is <html>"),
        ("<rss/>", "its root element is <rss>"),
    ] {
        let fault = Answer::read(&Response::ok(url.clone(), "text/xml", body)).unwrap_err();
        assert!(fault.starts_with(said), "{fault}");
    }
    assert!(!read(&list("")[..60]).is_whole);
}

#[test]
fn a_repository_says_how_exact_its_times_are() {
    let said = |granularity: &str| {
        read(&format!(
            "<OAI-PMH><Identify><earliestDatestamp>2005-09-16T00:00:00Z</earliestDatestamp>\
             <granularity>{granularity}</granularity></Identify></OAI-PMH>"
        ))
        .identity()
        .unwrap()
    };
    let earliest = "2005-09-16".parse().ok();
    assert_eq!(said("YYYY-MM-DD"), Identity { is_to_the_second: false, earliest });
    assert_eq!(said("YYYY-MM-DDThh:mm:ssZ"), Identity { is_to_the_second: true, earliest });
    assert_eq!(read("<OAI-PMH><Identify/></OAI-PMH>").identity(), None);
}
