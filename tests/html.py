"""What must be true of every page we answer."""

from __future__ import annotations

import html5lib

VOID_OF_LABEL = {"hidden", "submit", "button", "reset", "image"}
# html5lib reports SVG's own camel-cased attributes and self-closing tags, which browsers accept.
TOLERATED = {"non-void-element-with-trailing-solidus", "invalid-character-in-attribute-name"}


def check_page(html: str, *, fragment: bool = False) -> None:
    """Fail with every fault found in the page; ``fragment`` leaves out what only a whole page must have."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parseFragment(html) if fragment else parser.parse(html)
    faults = [f"{code} at {position}" for position, code, _ in parser.errors if code not in TOLERATED]
    elements = [node for node in tree.iter() if isinstance(node.tag, str)]
    for node in elements:
        tag = node.tag.rsplit("}", 1)[-1]
        faults += [f"inline {name} on <{tag}>" for name in node.attrib if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and not node.get("src") and node.get("type") != "application/json"):
            faults.append(f"inline <{tag}>")
        if node.get("href", "").lower().startswith("javascript:"):
            faults.append("a javascript: link")
    # A merge field may be quoted: in a <code>, or in a text being typed.
    spoken = [node.text or "" for node in elements if node.tag not in {"code", "textarea"}]
    spoken += [node.tail or "" for node in elements]
    if any("{{" in text or "{%" in text for text in spoken):
        faults.append("template syntax left in the page")
    faults += _unlabelled(elements)
    identifiers = [node.get("id") for node in elements if node.get("id")]
    faults += [f"id «{name}» twice" for name in {i for i in identifiers if identifiers.count(i) > 1}]
    if not fragment:
        headings = sum(node.tag == "h1" for node in elements)
        if headings != 1:
            faults.append(f"{headings} <h1>")
        if not any(node.tag == "title" and (node.text or "").strip() for node in elements):
            faults.append("no <title>")
    assert not faults, "\n".join(faults) + "\n\n" + html[:4000]


def _unlabelled(elements: list) -> list[str]:
    labelled = {node.get("for") for node in elements if node.tag == "label"}
    wrapped = {id(child) for node in elements if node.tag == "label" for child in node.iter()}
    return [
        f"<{node.tag} name={node.get('name')}> without a label"
        for node in elements
        if node.tag in {"input", "select", "textarea"}
        and node.get("type") not in VOID_OF_LABEL
        and not (node.get("aria-label") or node.get("aria-labelledby"))
        and node.get("id") not in labelled
        and id(node) not in wrapped
    ]
