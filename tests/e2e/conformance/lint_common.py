"""What the checks of all formats share: faults, characters, addresses, dates, markup."""

import datetime
import html.parser
import re
import urllib.parse

LIMIT_BYTES = 5_000_000
"""Where feed validators stop reading."""

ATOM = "{http://www.w3.org/2005/Atom}"
HISTORY = "{http://purl.org/syndication/history/1.0}"
XHTML = "{http://www.w3.org/1999/xhtml}"
MATHML = "{http://www.w3.org/1998/Math/MathML}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
DC = "{http://purl.org/dc/elements/1.1/}"
MEDIA = "http://search.yahoo.com/mrss"

KNOWN_NAMESPACES = {
    "http://www.w3.org/2005/Atom",
    "http://www.w3.org/1999/xhtml",
    "http://www.w3.org/1998/Math/MathML",
    "http://www.w3.org/XML/1998/namespace",
    "http://purl.org/dc/elements/1.1/",
    "http://purl.org/dc/terms/",
    "http://purl.org/rss/1.0/modules/content/",
    "http://search.yahoo.com/mrss/",
    "http://purl.org/syndication/thread/1.0",
    "http://purl.org/syndication/history/1.0",
    "http://a9.com/-/spec/opensearch/1.1/",
}
"""Namespaces that feed validators know; any other is warned about."""

KNOWN_TERMS = {
    "abstract", "accessRights", "alternative", "available", "bibliographicCitation", "conformsTo", "created",
    "dateAccepted", "dateSubmitted", "hasFormat", "hasPart", "hasVersion", "isFormatOf", "isPartOf", "isReferencedBy",
    "isReplacedBy", "isRequiredBy", "isVersionOf", "issued", "license", "modified", "provenance", "references",
    "replaces", "requires", "rightsHolder", "valid",
}  # fmt: skip
"""The Dublin Core terms that feed validators know in an entry. `identifier` is not one: it is known as a DC element."""

RELATIONS = {
    "alternate", "self", "related", "via", "enclosure", "license", "replies", "hub", "current", "first", "last", "next",
    "previous", "prev-archive", "next-archive",
}  # fmt: skip
FEED_RELATIONS = RELATIONS - {"alternate", "self", "related", "via", "enclosure", "license", "replies"}

MATHML_ELEMENTS = {
    "math", "mrow", "mi", "mn", "mo", "mfrac", "msqrt", "mroot", "mstyle", "msub", "msup", "msubsup", "munder", "mover",
    "munderover", "mmultiscripts", "mtable", "mtr", "mtd", "mtext", "mspace", "mpadded", "mphantom", "merror",
    "maction", "semantics", "annotation", "annotation-xml", "none", "mprescripts",
}  # fmt: skip
MATHML_ATTRIBUTES = {
    "display", "displaystyle", "scriptlevel", "encoding", "mathvariant", "mathcolor", "mathbackground", "stretchy",
    "fence", "separator", "lspace", "rspace", "minsize", "maxsize", "linethickness", "width", "height", "depth",
    "align", "columnalign", "columnlines", "columnspacing", "columnspan", "rowalign", "rowlines", "rowspacing",
    "rowspan", "equalcolumns", "equalrows", "frame", "fontstyle", "fontweight", "actiontype", "selection",
}  # fmt: skip
"""What feed validators let pass; `class`, `alttext`, `accent`, `movablelimits` and `form` are not among them."""

MARKUP = {
    "a", "abbr", "acronym", "address", "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "cite", "code", "col",
    "colgroup", "dd", "del", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6",
    "hr", "i", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "samp", "section", "small", "span", "strong",
    "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul", "var", "wbr",
}  # fmt: skip
"""Elements that show text. A feed of papers has no pictures, forms or scripts."""


class Faults:
    """The faults of one document; what is wrong in many places is told once, with the first excerpt."""

    def __init__(self, address):
        self.address = address
        self.seen = {}

    def add(self, rule, words, excerpt=""):
        excerpt = " ".join(str(excerpt).split())
        excerpt = excerpt if len(excerpt) <= 200 else excerpt[:200] + "…"
        self.seen.setdefault((rule, words), []).append(excerpt)

    @property
    def found(self):
        """A line for each."""
        lines = []
        for (rule, words), excerpts in self.seen.items():
            line = f"{self.address}: {rule}: {words}" + (f": {excerpts[0]}" if excerpts[0] else "")
            lines.append(line + (f" ({len(excerpts)} times)" if len(excerpts) > 1 else ""))
        return lines

    def expect(self, holds, rule, words, excerpt=""):
        if not holds:
            self.add(rule, words, excerpt)
        return holds


def characters(faults, text, where):
    """XML 1.0 §2.2, and what validators warn about: controls of either kind and the replacement character."""
    bad = re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd\ufffe\uffff]", text or "")
    if bad:
        around = text[max(0, bad.start() - 30) : bad.end() + 30]
        faults.add("characters", f"U+{ord(bad[0]):04X} in {where}", ascii(around))


def is_absolute(address):
    """Whether it is an absolute IRI without white space (RFC 3987 §2.2)."""
    if address is None or re.search(r"[\s<>\"{}|\\^`]", address):
        return False
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]*:.", address) is not None


def is_web(address):
    """Whether it is an absolute address that a browser opens."""
    return is_absolute(address) and urllib.parse.urlsplit(address).scheme in ("http", "https", "mailto")


def canonical(faults, rule, uri):
    """RFC 4287 §4.2.6.1: the normal form of an identifier; RFC 4151 for tags."""
    if not faults.expect(is_absolute(uri), rule, "an identifier is not an absolute IRI", uri):
        return
    scheme, rest = uri.split(":", 1)
    faults.expect(scheme == scheme.lower(), rule, "a scheme is not in lower case", uri)
    for escape in re.findall("%([0-9A-Fa-f]{2}|.{0,2})", rest):
        is_hex = re.fullmatch("[0-9A-F]{2}", escape)
        needless = is_hex and re.fullmatch("[A-Za-z0-9._~-]", chr(int(escape, 16)))
        faults.expect(is_hex and not needless, rule, f"a percent escape %{escape} is not in normal form", uri)
    if scheme == "tag":
        tag = re.fullmatch(r"([a-z0-9._-]+@)?[a-z0-9-]+(\.[a-z0-9-]+)*,(\d{4}(-\d\d(-\d\d)?)?):([!$&-;=?@A-Z_a-z~%]|[^\x00-\x7f])*", rest)
        if faults.expect(tag, rule, "a tag breaks RFC 4151 §2.1", uri):
            today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
            faults.expect(tag[3] <= today, rule, "the date of a tag lies ahead", uri)
        return
    parts = urllib.parse.urlsplit(uri)
    faults.expect(parts.netloc == parts.netloc.lower(), rule, "a host is not in lower case", uri)
    default = {"http": ":80", "https": ":443"}.get(scheme)
    faults.expect(not default or not parts.netloc.endswith(default), rule, "a default port is said", uri)
    faults.expect(parts.path or not parts.netloc, rule, "an empty path is not /", uri)
    faults.expect(not re.search(r"(^|/)\.\.?(/|$)", parts.path), rule, "a path has dot segments", uri)


def moment(faults, rule, text):
    """RFC 3339 §5.6, upper case, between 1990 and tomorrow; the time, if it is one."""
    shape = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"
    if not faults.expect(re.fullmatch(shape, text or ""), rule, "a date is not one of RFC 3339", text):
        return None
    try:
        at = datetime.datetime.fromisoformat(re.sub(r"\.(\d{1,6})\d*", lambda part: "." + part[1].ljust(6, "0"), text).replace("Z", "+00:00"))
    except ValueError as fault:
        faults.add(rule, f"a date does not exist ({fault})", text)
        return None
    plausible(faults, rule, at)
    return at


def plausible(faults, rule, at):
    tomorrow = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
    faults.expect(at.year >= 1990 and at <= tomorrow, rule, "a date is not plausible", at)


def mail_date(faults, rule, text):
    """RFC 822 §5.1 with a year of four digits, and the right day of the week; the time, if it is one."""
    days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    shape = r"(?:(\w{3}), )?(\d{1,2}) (\w{3}) (\d{4}) (\d\d):(\d\d)(?::(\d\d))? (GMT|UT|Z|[+-]\d{4})"
    found = re.fullmatch(shape, text or "")
    if not faults.expect(found and found[3] in months, rule, "a date is not one of RFC 822", text):
        return None
    try:
        zone = found[8] if found[8][0] in "+-" else "+0000"
        clock = f"{found[4]}-{months.index(found[3]) + 1:02}-{int(found[2]):02}T{found[5]}:{found[6]}:{found[7] or '00'}"
        at = datetime.datetime.strptime(clock + zone, "%Y-%m-%dT%H:%M:%S%z")
    except ValueError as fault:
        faults.add(rule, f"a date does not exist ({fault})", text)
        return None
    faults.expect(found[1] in (None, days[at.weekday()]), rule, "a day of the week is wrong", text)
    plausible(faults, rule, at)
    return at


def element(faults, rule, name, attributes, namespace):
    """One element of markup: it shows text or a formula, and neither runs nor loads anything."""
    if namespace == MATHML:
        faults.expect(name in MATHML_ELEMENTS, rule, f"MathML element {name} is not known to readers")
        for attribute in attributes:
            faults.expect(attribute in MATHML_ATTRIBUTES, rule, f"MathML attribute {attribute} of {name} is not known to readers")
        return
    faults.expect(name in MARKUP, rule, f"element {name} does not belong into a body")
    for attribute, value in attributes.items():
        faults.expect(attribute != "style" and not attribute.startswith("on"), rule, f"attribute {attribute} of {name}", value)
        if attribute in ("href", "src", "cite"):
            faults.expect(is_web(value), rule, f"{attribute} of {name} is not an absolute address", value)


class Markup(html.parser.HTMLParser):
    """HTML as it stands in RSS and JSON: every element is looked at, and all are closed."""

    VOID = {"br", "hr", "wbr", "col", "img"}

    def __init__(self, faults, rule):
        super().__init__()
        self.faults, self.rule, self.open = faults, rule, []

    def handle_starttag(self, tag, attributes, is_closed=False):
        if tag == "math" or "math" in self.open:
            namespace = MATHML
            attributes = [(name, value) for name, value in attributes if name != "xmlns"]
        else:
            namespace = XHTML
            attributes = [(name, value) for name, value in attributes if name not in ("xmlns", "xml:lang", "lang")]
        element(self.faults, self.rule, tag, dict(attributes), namespace)
        if tag not in self.VOID and not is_closed:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes, is_closed=True)
        is_void = tag in self.VOID or "math" in self.open
        self.faults.expect(is_void, self.rule, f"<{tag}/> opens an element in HTML")

    def handle_endtag(self, tag):
        if tag in self.VOID:
            return
        last = self.open[-1] if self.open else None
        if self.faults.expect(last == tag, self.rule, f"</{tag}> closes {last}"):
            self.open.pop()

    def handle_comment(self, text):
        self.faults.add(self.rule, "a comment in a body", text)


def markup(faults, rule, text):
    """Checks a body that is written as HTML."""
    parser = Markup(faults, rule)
    parser.feed(text)
    parser.close()
    faults.expect(not parser.open, rule, f"elements are not closed: {parser.open}")
