"""An output plugin of feed2exec: writes what it is handed to the file that its argument names."""

import json


def output(told, *args, feed=None, item=None, **kwargs):
    authors = [author["name"] for author in item.get("authors", []) if "name" in author]
    line = {"id": item["id"], "title": item["title"], "date": list(item["published_parsed"]), "authors": authors}
    with open(told, "a", encoding="utf-8") as lines:
        lines.write(json.dumps(line) + "\n")
    return True
