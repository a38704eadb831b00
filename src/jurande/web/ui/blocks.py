"""Components with a body of their own or a small template: {% section %}…{% endsection %}, {% due %}, {% tabs %}…

What each takes is said at the top of its template in templates/ui/, and in docs/reference/components.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.template import Context, Library
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify

from jurande.web.ui import parts
from jurande.web.ui.areas import Rows
from jurande.web.ui.marks import STATUSES, icon

register = Library()
BUTTONS = {"primary", "line", "quiet"}


def _checked(status: str) -> str:
    if status not in STATUSES:
        raise ValueError(f"no status {status!r}: one of {sorted(STATUSES)}")
    return status


# --- the frame of a page ------------------------------------------------------------------------


@register.simple_block_tag
def ask(
    content: str, question: str, answer: str = "", eyebrow: str = "", eyebrow_url: str = "", context: str = ""
) -> SafeString:
    """The page's question as its title, the answer under it, and on the right what one may do (the body)."""
    values = {
        "question": question,
        "answer": answer,
        "eyebrow": eyebrow,
        "eyebrow_url": eyebrow_url,
        "context": context,
        "side": SafeString(content.strip()),
    }
    return SafeString(render_to_string("ui/ask.html", values))


@register.simple_block_tag
def section(
    content: str, title: str, note: str = "", link: str = "", link_url: str = "", name: str = "", classes: str = ""
) -> SafeString:
    """A part of the page: ink rule, title, note, at most one link on the right, then the body."""
    values = {
        "title": title,
        "note": note,
        "link": link,
        "link_url": link_url,
        "name": name or f"s-{slugify(title)}",
        "classes": classes,
        "body": content,
    }
    return SafeString(render_to_string("ui/section.html", values))


@register.inclusion_tag("ui/tabs.html")
def tabs(items: Sequence[parts.Tab], label: str, aside: parts.Link | None = None) -> dict[str, Any]:
    """Views of one record, or saved views of a list; ``aside`` is a link kept on the right."""
    return {"tabs": items, "label": label, "aside": aside, "look": "tabs", "here": "page"}


@register.inclusion_tag("ui/areas.html")
def areas(rows: Rows, label: str) -> dict[str, Any]:
    """The pages of a large part of a house: its moments, then the pages of the one we are in."""
    return {"rows": rows, "label": label}


@register.inclusion_tag("ui/steps.html")
def steps(items: Sequence[parts.Step], label: str) -> dict[str, Any]:
    """The steps of a long form, done, current, to do."""
    return {"steps": items, "label": label}


@register.simple_block_tag
def menu(content: str, label: str, icon_name: str = "", look: str = "btn btn-line", side: str = "right") -> SafeString:
    """A button that opens a panel under it; the body is a list of links or a small form."""
    values = {"label": label, "icon_name": icon_name, "look": look, "side": side, "body": content}
    return SafeString(render_to_string("ui/menu.html", values))


@register.inclusion_tag("ui/theme.html")
def theme_switch() -> dict[str, Any]:
    """Day, night, or as the system; kept in this browser alone."""
    return {"choices": (("light", "sun"), ("dark", "moon"), ("system", "device-desktop"))}


# --- acts ---------------------------------------------------------------------------------------


@register.inclusion_tag("ui/button.html")
def button(
    label: str,
    url: str = "",
    look: str = "line",
    icon_name: str = "",
    size: str = "",
    name: str = "",
    value: str = "",
    reason: str = "",
    busy: bool = False,
    dialog: str = "",
    form: str = "",
) -> dict[str, Any]:
    """A button, or a link when ``url`` is given. One primary a page. ``reason`` puts it out and says why."""
    if look not in BUTTONS:
        raise ValueError(f"no look {look!r}: one of {sorted(BUTTONS)}")
    return {
        "label": label,
        "url": url,
        "look": look,
        "icon_name": icon_name,
        "size": size,
        "name": name,
        "value": value,
        "reason": reason,
        "busy": busy,
        "dialog": dialog,
        "form": form,
    }


@register.simple_block_tag
def dialog(
    content: str, name: str, title: str, effects: Sequence[parts.Effect] = (), shown: bool = False
) -> SafeString:
    """What an irreversible act will do, before it is done. The body is its form; ``shown`` lays it in the page."""
    values = {"name": name, "title": title, "effects": effects, "shown": shown, "body": content}
    return SafeString(render_to_string("ui/dialog.html", values))


@register.inclusion_tag("ui/copy.html")
def copy_button(text: str, label: str = "") -> dict[str, Any]:
    """Copies ``text``; hidden without JavaScript, where one selects it by hand."""
    return {"text": text, "label": label}


@register.inclusion_tag("ui/code_box.html")
def code_box(text: str, label: str) -> dict[str, Any]:
    """A code or a secret to read, copy or type elsewhere."""
    return {"text": text, "label": label}


@register.inclusion_tag("ui/switch.html")
def switch(label: str, name: str, checked: bool = False, note: str = "", disabled: bool = False) -> dict[str, Any]:
    """A checkbox whose effect is immediate, inside <form data-submit-on-change>; give it a .no-js button too."""
    return {"label": label, "name": name, "checked": checked, "note": note, "disabled": disabled}


# --- what is said -------------------------------------------------------------------------------


@register.simple_block_tag
def alert(content: str, status: str, title: str = "", link: str = "", link_url: str = "") -> SafeString:
    """What happened and what to do: a bold sentence, then the body, then at most one link."""
    values = {"status": _checked(status), "title": title, "link": link, "link_url": link_url, "body": content}
    return SafeString(render_to_string("ui/alert.html", values))


@register.inclusion_tag("ui/messages.html", takes_context=True)
def notices(context: Context) -> dict[str, Any]:
    """Django's messages as alerts, at the top of the page."""
    kinds = {"success": "ok", "info": "run", "warning": "warn", "error": "late", "debug": "stop"}
    said = context.get("messages") or ()
    return {"notices": [{"status": kinds.get(m.level_tag, "run"), "text": m.message} for m in said]}


@register.simple_block_tag
def empty(content: str, icon_name: str, title: str, text: str) -> SafeString:
    """A page that holds nothing yet: what it will hold, why it matters; the body is the one button that starts it."""
    values = {"icon_name": icon_name, "title": title, "text": text, "body": SafeString(content.strip())}
    return SafeString(render_to_string("ui/empty.html", values))


@register.inclusion_tag("ui/skeleton.html")
def skeleton(lines: int = 5, label: str = "") -> dict[str, Any]:
    """Where something is still on its way."""
    return {"lines": range(lines), "label": label}


# --- records ------------------------------------------------------------------------------------


@register.inclusion_tag("ui/due.html")
def due(item: parts.Due) -> dict[str, Any]:
    """One deadline with its clock, inside <ol class="dues">."""
    return {"due": item}


@register.inclusion_tag("ui/timeline.html")
def timeline(events: Sequence[parts.Event], label: str = "", surface: bool = False) -> dict[str, Any]:
    """A record's life, newest first: when, what, who."""
    return {"events": events, "label": label, "surface": surface}


@register.inclusion_tag("ui/facts.html")
def facts(items: Sequence[parts.Fact], look: str = "def") -> dict[str, Any]:
    """Terms and values; ``look`` is "def" (a column), "def fine" or "strip" (a row under a title)."""
    return {"facts": items, "look": look}


@register.inclusion_tag("ui/stats.html")
def stats(items: Sequence[parts.Stat]) -> dict[str, Any]:
    """A few large figures in a row."""
    return {"stats": items}


@register.inclusion_tag("ui/rank.html")
def rank(
    position: int, name: str, url: str, note: str, reasons: Sequence[parts.Reason], bars: Sequence[parts.Bar] = ()
) -> dict[str, Any]:
    """Someone worth looking at, in order, with the reasons as sentences; inside <ol>."""
    return {"position": position, "name": name, "url": url, "note": note, "reasons": reasons, "bars": bars}


@register.simple_block_tag
def evidence(content: str, status: str, word: str, name: str, brief: str, opened: bool = False) -> SafeString:
    """A judgment and its evidence: closed it is one line, open it shows the body (sentence, records, rule, source)."""
    values = {"status": _checked(status), "word": word, "name": name, "brief": brief, "opened": opened, "body": content}
    return SafeString(render_to_string("ui/evidence.html", values))


@register.inclusion_tag("ui/doc.html")
def doc(file: parts.File) -> dict[str, Any]:
    """A kept document: name, what is known of it, what one may do."""
    return {"file": file}


@register.inclusion_tag("ui/job.html")
def job(progress: parts.Progress) -> dict[str, Any]:
    """A job under way: what is done, left and failed, row by row; it refreshes itself until it is over."""
    segments = [parts.Segment(progress.done, "ok"), parts.Segment(progress.failed, "warn")]
    return {"job": progress, "segments": segments}


@register.inclusion_tag("ui/pages.html")
def pagination(pages: parts.Pages) -> dict[str, Any]:
    """Page numbers of a long list."""
    return {"pages": pages}


@register.simple_tag
def external(label: str, url: str) -> SafeString:
    """A link that leaves the house, and says so."""
    return format_html(
        '<a href="{}" rel="noreferrer">{} {}</a>', url, label, icon("external-link", "s", "site externe")
    )
