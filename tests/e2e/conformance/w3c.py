"""Runs a local copy of the W3C's feed validator over addresses: `w3c.py VALIDATOR ADDRESS…`.

`VALIDATOR` is the folder of a checkout of https://github.com/w3c/feedvalidator; it needs Python's html5lib, lxml and rdflib.
Nothing is sent anywhere else. Prints every error and warning with the first place, and ends with 1 if there was one.
What it does not know is left out: MathML in HTML (it knows it in XHTML), and the namespace of our own in subscription lists.
"""

import collections
import os
import sys

# The validator uses these as attributes of `urllib` without importing them.
import urllib.error
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.join(sys.argv[1], "src"))
try:
    import feedvalidator
    import feedvalidator.validators
    from feedvalidator import compatibility
    from feedvalidator.formatter.text_plain import Formatter
except ImportError as fault:
    print(f"the feed validator does not start: {fault}", file=sys.stderr)
    sys.exit(3)

OURS = "https://github.com/offprint/"
MATHML = set(feedvalidator.validators.HTMLValidator.mathml_elements)


def is_unknown_to_it(event):
    value = str(event.params.get("value", ""))
    is_math = isinstance(event, feedvalidator.logging.NotHtml) and value in MATHML
    names = " ".join(str(event.params.get(key, "")) for key in ("namespace", "value"))
    return is_math or (isinstance(event, feedvalidator.logging.UnknownNamespace) and OURS in names)


is_faulty = False
for address in sys.argv[2:]:
    try:
        events = feedvalidator.validateURL(address, firstOccurrenceOnly=0)["loggedEvents"]
    except feedvalidator.logging.ValidationFailure as failure:
        events = [failure.event]
    places = collections.OrderedDict()
    for event in compatibility.AA(events):
        if not is_unknown_to_it(event):
            place, _, words = Formatter([event])[0].partition(": ")
            places.setdefault(words or place, []).append(place)
    for words, where in places.items():
        print(f"{address}: {where[0]}: {words} ({len(where)} times)")
        is_faulty = True
sys.exit(1 if is_faulty else 0)
