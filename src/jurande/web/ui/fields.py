"""Forms: one column, the help before the error, the error beside its field with what to do, nothing typed ever lost."""

from __future__ import annotations

from typing import Any

from django.forms import BaseForm, BoundField, widgets
from django.forms.boundfield import BoundWidget
from django.template import Context, Library
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

register = Library()

# A widget's class → how it is laid out. The first that matches wins, so the particular come before the general.
LAYOUTS: tuple[tuple[type[widgets.Widget], str], ...] = (
    (widgets.CheckboxSelectMultiple, "choices"),
    (widgets.RadioSelect, "choices"),
    (widgets.CheckboxInput, "check"),
    (widgets.FileInput, "file"),
    (widgets.Select, "select"),
)


class DayInput(widgets.DateInput):
    """A civil date with the browser's own calendar; it posts and shows ISO, whatever the locale."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        """Fix the format that <input type=date> wants."""
        super().__init__(attrs, format="%Y-%m-%d")


def layout_of(widget: widgets.Widget) -> str:
    """Return "choices", "check", "file", "select" or "text"."""
    return next((layout for kind, layout in LAYOUTS if isinstance(widget, kind)), "text")


def control(bound: BoundField, layout: str, classes: str = "") -> SafeString:
    """Render the field's own control with the kit's classes; Django already ties it to its help and its errors."""
    own = {"select": "form-select", "check": "form-check-input", "file": "", "text": "form-control"}[layout]
    given = bound.field.widget.attrs.get("class", "")
    # A placeholder vanishes as one types: what it says belongs in the help text.
    attrs: dict[str, Any] = {"class": " ".join(filter(None, (own, given, classes))), "placeholder": False}
    if layout == "file":
        attrs["data-drop-input"] = ""
    if not attrs["class"]:
        del attrs["class"]
    return bound.as_widget(attrs=attrs)


@register.simple_tag
def field(
    bound: BoundField, classes: str = "", after: str = "", unit: str = "", label: str = "", follows: bool = False
) -> SafeString:
    """One field of a Django form: label, help, control, error.

    ``classes`` go on the control ("short", "one-time"); ``after`` is a line under it; ``unit`` stands beside it;
    ``label`` replaces the form's own; ``follows``: another answer asks for it, so that it is not called optional.
    """
    if bound.is_hidden:
        return SafeString(bound.as_widget())
    layout = layout_of(bound.field.widget)
    values: dict[str, Any] = {
        "field": bound,
        "label": label or bound.label,
        "layout": layout,
        "optional": not bound.field.required and layout != "check" and not follows,
        "after": after,
        "unit": unit,
        "secret": isinstance(bound.field.widget, widgets.PasswordInput),
        "classes": classes,
    }
    if layout == "choices":
        values["options"] = [_option(option) for option in bound.subwidgets]
    else:
        values["control"] = control(bound, layout, classes)
    return SafeString(render_to_string(f"ui/field_{layout}.html", values))


@register.simple_tag
def fields(form: BaseForm, classes: str = "") -> SafeString:
    """Every visible field of a form, one under the other."""
    return SafeString("".join(field(bound, classes) for bound in form.visible_fields()))


def _option(option: BoundWidget) -> dict[str, Any]:
    option.data["attrs"]["class"] = "form-check-input"
    return {"id": option.id_for_label, "label": option.choice_label, "input": option.tag()}


@register.simple_block_tag(takes_context=True)
def form(
    context: Context,
    content: str,
    bound: BaseForm | None = None,
    action: str = "",
    method: str = "post",
    keep: str = "",
    name: str = "",
    upload: bool = False,
) -> SafeString:
    """A form around its body: CSRF token, hidden fields, and at the top every error with a link to its field.

    ``keep`` names the draft that this browser saves as one types (person and form, e.g. "candidature-7KQ2MZ").
    """
    # Asked for only when needed: a public page without drafts reads no session.
    person = getattr(getattr(context.get("request"), "user", None), "code", "") if keep else ""
    values = {
        "form": bound,
        "action": action,
        "method": method,
        "keep": f"{person or 'invite'}:{keep}" if keep else "",
        "name": name,
        "upload": upload or (bound is not None and bound.is_multipart()),
        "token": context.get("csrf_token", "") if method == "post" else "",
        "body": content,
        "faults": _faults(bound) if bound is not None else [],
    }
    return SafeString(render_to_string("ui/form.html", values))


def _faults(bound: BaseForm) -> list[dict[str, str]]:
    faults = [{"anchor": "", "label": "", "sentence": str(sentence)} for sentence in bound.non_field_errors()]
    for item in bound:
        anchor = item.id_for_label or f"{item.auto_id}_0"
        faults += [{"anchor": anchor, "label": str(item.label), "sentence": str(said)} for said in item.errors]
    return faults


@register.inclusion_tag("ui/form_end.html")
def form_end(
    label: str, cancel_url: str = "", cancel: str = "", note: str = "", look: str = "primary"
) -> dict[str, Any]:
    """The end of a form: the act it does, a way out, a sentence if one is needed."""
    return {"label": label, "cancel_url": cancel_url, "cancel": cancel, "note": note, "look": look}
