"""Reading an XML document strictly: the declaration, the prefixes, every character."""

import io
import re
import xml.etree.ElementTree as tree

from lint_common import KNOWN_NAMESPACES, KNOWN_TERMS, LIMIT_BYTES, MEDIA, characters


def parse(faults, body, is_feed=True):
    """The root element, if the document is well formed; what every XML feed must keep is checked on the way."""
    faults.expect(len(body) < LIMIT_BYTES, "size", f"{len(body)} bytes")
    start = body[:200].decode("utf-8", "replace")
    declaration = re.match(r"<\?xml version=[\"']1\.0[\"'] encoding=[\"']utf-8[\"']\s*\?>", start, re.IGNORECASE)
    faults.expect(declaration, "XML 1.0 §2.8", "the document does not open with its declaration", start[:60])
    try:
        body.decode("utf-8")
        root = None
        for event, what in tree.iterparse(io.BytesIO(body), ["start-ns", "start", "pi"]):
            if event == "start-ns":
                namespace(faults, *what, is_feed)
            elif event == "pi":
                faults.expect("text/xsl" not in (what.text or ""), "browsers", "an XSLT style sheet is named", what.text)
                faults.expect(root is None, "xml-stylesheet §3", "a processing instruction after the root", what.text)
            elif root is None:
                root = what
    except (tree.ParseError, UnicodeDecodeError) as fault:
        faults.add("XML 1.0", f"not well formed ({fault})")
        return None
    for element in root.iter():
        name = element.tag.split("}")[-1] if isinstance(element.tag, str) else "a comment"
        characters(faults, element.text, f"the text of {name}")
        characters(faults, element.tail, f"the text after {name}")
        for attribute, value in element.attrib.items():
            characters(faults, value, f"{attribute} of {name}")
        if str(element.tag).startswith("{http://purl.org/dc/terms/}"):
            faults.expect(name in KNOWN_TERMS, "namespaces", f"dcterms:{name} is not known to validators")
    return root


def namespace(faults, prefix, uri, is_feed):
    # A subscription list may say more in a namespace of its own.
    faults.expect(uri in KNOWN_NAMESPACES or not is_feed, "namespaces", "validators do not know it", f"{prefix}={uri}")
    faults.expect(uri != MEDIA, "Media RSS", "the namespace ends with a slash", uri)
    faults.expect(prefix != "xhtml", "prefixes", "validators warn about the prefix xhtml:")


def children(element, name):
    return [child for child in element if child.tag == name]


def text(element, name):
    """The text of the first child of a name."""
    child = element.find(name)
    return None if child is None else (child.text or "")
