//! Invented papers in the exact shape in which arXiv, Hugging Face and journals send them.

use std::fmt::Write as _;

/// One item of an arXiv feed.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) id: String,
    pub(crate) version: u32,
    pub(crate) announce: &'static str,
    pub(crate) title: String,
    pub(crate) abstract_text: String,
    pub(crate) creators: String,
    pub(crate) categories: Vec<String>,
    pub(crate) doi: Option<String>,
}

impl Item {
    /// A new paper in `cs.LG` by two authors.
    pub(crate) fn new(id: &str, title: &str) -> Self {
        Self {
            id: id.to_owned(),
            version: 1,
            announce: "new",
            title: title.to_owned(),
            abstract_text: r"We count $k$-flags in gardens, 2.5$\times$ faster than before.".to_owned(),
            creators: "Ann A. Example (Inst. of Gardens, Dept. of Flags), Bo van der Test Jr.".to_owned(),
            categories: vec!["cs.LG".to_owned()],
            doi: None,
        }
    }

    /// The same paper in a later version.
    pub(crate) fn revised(&self, version: u32) -> Self {
        Self { version, announce: "replace", ..self.clone() }
    }
}

/// An arXiv feed of one announcement day.
pub(crate) fn arxiv(day: &str, items: &[Item]) -> String {
    let mut text = format!(
        "<?xml version='1.0' encoding='UTF-8'?>\n<rss xmlns:arxiv=\"http://arxiv.org/schemas/atom\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:atom=\"http://www.w3.org/2005/Atom\" version=\"2.0\">\n\
         <channel><title>cs.LG updates on arXiv.org</title><link>http://rss.arxiv.org/rss/cs.LG</link>\n\
         <description>cs.LG updates on the arXiv.org e-print archive.</description><language>en-us</language>\n\
         <pubDate>{day} 00:00:00 -0400</pubDate><skipDays><day>Saturday</day><day>Sunday</day></skipDays>\n"
    );
    for item in items {
        let Item { id, version, announce, title, abstract_text, creators, categories, doi } = item;
        let categories: Vec<_> = categories.iter().map(|one| format!("<category>{one}</category>")).collect();
        let doi = doi.as_ref().map(|doi| format!("<arxiv:DOI>{doi}</arxiv:DOI>")).unwrap_or_default();
        write!(
            text,
            "<item><title>{}</title><link>https://arxiv.org/abs/{id}</link>\
             <description>arXiv:{id}v{version} Announce Type: {announce} \nAbstract: {}</description>\
             <guid isPermaLink=\"false\">oai:arXiv.org:{id}v{version}</guid>{}<pubDate>{day} 00:00:00 -0400</pubDate>\
             <arxiv:announce_type>{announce}</arxiv:announce_type>\
             <dc:rights>http://creativecommons.org/licenses/by/4.0/</dc:rights>{doi}<dc:creator>{}</dc:creator></item>\n",
            escaped(title),
            escaped(abstract_text),
            categories.concat(),
            escaped(creators),
        )
        .unwrap();
    }
    text + "</channel></rss>\n"
}

/// A Hugging Face daily list: identifier, title, votes and comments of each paper.
pub(crate) fn daily(day: &str, papers: &[(&str, &str, u64, u64)]) -> String {
    let entry = |(id, title, votes, comments): &(&str, &str, u64, u64)| {
        serde_json::json!({
            "paper": {
                "id": id,
                "authors": [{"name": "Ann A. Example", "hidden": false}, {"name": "Bo van der Test Jr.", "hidden": false}],
                "publishedAt": format!("{day}T00:00:00.000Z"),
                "submittedOnDailyAt": format!("{day}T00:00:00.000Z"),
                "title": title,
                "summary": "We count k-flags in gardens, 2.5times faster than before.",
                "upvotes": votes,
                "githubRepo": "https://github.com/example-lab/flags",
                "githubStars": votes * 3,
            },
            "publishedAt": format!("{day}T20:00:00.000Z"),
            "title": title,
            "summary": "We count k-flags in gardens, 2.5times faster than before.",
            "numComments": comments,
            "isAuthorParticipating": false,
        })
    };
    serde_json::Value::Array(papers.iter().map(entry).collect()).to_string()
}

/// A journal's RDF feed with PRISM: DOI and title of each article.
pub(crate) fn journal(articles: &[(&str, &str)]) -> String {
    let item = |(doi, title): &(&str, &str)| {
        format!(
            "<item rdf:about=\"https://flags.example.org/doi/{doi}\"><title>{}</title>\
             <link>https://flags.example.org/doi/{doi}</link>\
             <description>Journal of Flags, Published online: 13 August 2026; doi:{doi}</description>\
             <dc:creator>Ann A. Example</dc:creator><dc:creator>Bo van der Test Jr.</dc:creator>\
             <dc:identifier>doi:{doi}</dc:identifier><dc:date>2026-08-13</dc:date>\
             <prism:publicationName>Journal of Flags</prism:publicationName><prism:doi>{doi}</prism:doi></item>\n",
            escaped(title)
        )
    };
    let items: Vec<_> = articles.iter().map(item).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" \
         xmlns=\"http://purl.org/rss/1.0/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         xmlns:prism=\"http://prismstandard.org/namespaces/basic/2.0/\"><channel rdf:about=\"https://flags.example.org/\">\
         <title>Journal of Flags</title><link>https://flags.example.org/</link><description>Recent</description></channel>\n\
         {}</rdf:RDF>\n",
        items.concat()
    )
}

/// Text as it stands in XML.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
