"""The clauses of the house, version by version: read, written, published by somebody else, compared."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jurande.core.france.clauses import MERGE_FIELDS, ClauseFact, compare_clauses, set_faults
from jurande.core.france.comparison import Change
from jurande.core.france.conventions import MENTIONS
from jurande.registers.common.verdicts import require
from jurande.registers.conventions import policies
from jurande.registers.conventions.operations import clauses as operations
from jurande.registers.conventions.operations.clauses import Wording
from jurande.registers.conventions.queries import clauses as queries
from jurande.registers.conventions.queries.conventions import choices_of
from jurande.registers.parties.queries import names_of
from jurande.web.access import Asked, audience
from jurande.web.certifier.conventions.parts import set_chip, set_found
from jurande.web.ui.forms import refusing
from jurande.web.ui.parts import Effect


@require_safe
@audience("certifier")
def versions(request: Asked, certifier: str) -> HttpResponse:
    """Every version of the clauses, and what the house chose."""
    require(policies.can_see_conventions(request.actor))
    rows = list(queries.clause_sets(request.actor))
    names = names_of([row.published_by_code or row.started_by_code for row in rows])
    page = {
        "rows": [(row, set_chip(row), names.get(row.published_by_code or row.started_by_code, "")) for row in rows],
        "draft": next((row for row in rows if row.is_draft), None),
        "compared": rows[:2] if len(rows) > 1 else [],
        "choices": choices_of(request.certifier),
        "may_prepare": policies.can_prepare_conventions(request.actor, request.certifier),
    }
    return render(request, "certifier/conventions/clause_sets.html", page)


@require_POST
@audience("certifier")
def start(request: Asked, certifier: str) -> HttpResponse:
    """Begin the next version, from the one in use or from the standard."""
    require(policies.can_prepare_conventions(request.actor, request.certifier))
    with refusing(request):
        draft = operations.start_clause_set(certifier=request.certifier, actor=request.actor, now=timezone.now())
        messages.success(request, _("Le brouillon est prêt à relire."))
        return redirect("certifier:conventions-clauses-one", certifier, draft.code)
    return redirect("certifier:conventions-clauses", certifier)


@require_safe
@audience("certifier")
def one(request: Asked, certifier: str, clause_set: str) -> HttpResponse:
    """One version, article by article, with what stops its publication."""
    held = set_found(request, clause_set)
    articles = queries.clauses_of(held)
    editable = policies.can_write_clauses(request.actor, held)
    page = {
        "held": held,
        "state": set_chip(held),
        "articles": articles,
        "mentions": {mention.number: mention for mention in MENTIONS},
        "faults": set_faults(ClauseFact(row.title, row.body, row.mention) for row in articles) if held.is_draft else [],
        "editable": editable,
        "publishing": policies.can_publish_clauses(request.actor, held) if held.is_draft else None,
        "who": names_of([held.published_by_code, held.started_by_code]),
    }
    return render(request, "certifier/conventions/clause_set.html", page)


class ClauseForm(forms.Form):
    """One clause of a set."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(label=_("Titre"), max_length=160)
    body = forms.CharField(
        label=_("Texte"),
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=_(
            "Une ligne vide sépare les paragraphes. Une ligne qui commence par un tiret est un élément de liste."
        ),
    )
    mention = forms.TypedChoiceField(
        label=_("Mention obligatoire qu’elle porte"),
        coerce=int,
        choices=[(0, _("Aucune")), *((m.number, f"{m.number}° {m.label}") for m in MENTIONS)],
    )
    duty = forms.CharField(label=_("Source citée à côté du titre"), max_length=120, required=False)
    only_for = forms.ChoiceField(
        label=_("Elle paraît"),
        required=False,
        choices=[
            ("", _("dans toutes les conventions")),
            ("former", _("seulement pour qui forme")),
            ("organiser", _("seulement pour qui évalue")),
        ],
    )
    is_required = forms.BooleanField(label=_("Elle ne peut pas être retirée d’une convention"), required=False)

    def wording(self) -> Wording:
        """What was typed."""
        names = ("title", "body", "mention", "duty", "only_for", "is_required")
        return Wording(**{name: self.cleaned_data[name] for name in names})


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def add(request: Asked, certifier: str, clause_set: str) -> HttpResponse:
    """Write a new clause at the end of a draft."""
    held = set_found(request, clause_set)
    require(policies.can_write_clauses(request.actor, held))
    form = ClauseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.add_clause(clause_set=held, wording=form.wording(), actor=request.actor, now=timezone.now())
            messages.success(request, _("La clause est ajoutée."))
            return redirect("certifier:conventions-clauses-one", certifier, clause_set)
    return _form_page(request, held, form, _("Quelle clause ajouter\u00a0?"))


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def write(request: Asked, certifier: str, clause_set: str, clause: str) -> HttpResponse:
    """Write one clause of a draft anew."""
    held = set_found(request, clause_set)
    require(policies.can_write_clauses(request.actor, held))
    row = _clause(held, clause)
    names = ("revision", "title", "body", "mention", "duty", "only_for", "is_required")
    form = ClauseForm(request.POST or None, initial={name: getattr(row, name) for name in names})
    now_written = None
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.write_clause(
                clause=row,
                wording=form.wording(),
                revision=form.cleaned_data["revision"] or 0,
                actor=request.actor,
                now=timezone.now(),
            )
            messages.success(request, _("La clause est enregistrée."))
            return redirect("certifier:conventions-clauses-one", certifier, clause_set)
        if form.cleaned_data["revision"] != row.revision:
            # What was typed stays; saving again, once compared, takes the place of what the other person wrote.
            form.data = form.data.copy()
            form.data["revision"] = str(row.revision)
            now_written = row
    return _form_page(request, held, form, _("Comment écrire cette clause\u00a0?"), now_written)


@require_POST
@audience("certifier")
def move(request: Asked, certifier: str, clause_set: str, clause: str) -> HttpResponse:
    """Move a clause one place."""
    held = set_found(request, clause_set)
    require(policies.can_write_clauses(request.actor, held))
    operations.move_clause(clause=_clause(held, clause), up="haut" in request.POST, actor=request.actor)
    return redirect(f"{reverse('certifier:conventions-clauses-one', args=[certifier, clause_set])}#{clause}")


@require_POST
@audience("certifier")
def remove(request: Asked, certifier: str, clause_set: str, clause: str) -> HttpResponse:
    """Take a clause out of a draft."""
    held = set_found(request, clause_set)
    require(policies.can_write_clauses(request.actor, held))
    operations.remove_clause(clause=_clause(held, clause), actor=request.actor, now=timezone.now())
    messages.success(request, _("La clause est retirée du brouillon."))
    return redirect("certifier:conventions-clauses-one", certifier, clause_set)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def publish(request: Asked, certifier: str, clause_set: str) -> HttpResponse:
    """Publish a draft that somebody else wrote, after saying what follows."""
    held = set_found(request, clause_set)
    require(policies.can_publish_clauses(request.actor, held))
    form = forms.Form(request.POST or None)
    if request.method == "POST":
        with refusing(request):
            operations.publish_clause_set(clause_set=held, actor=request.actor, now=timezone.now())
            messages.success(request, _("Les clauses sont publiées."))
        return redirect("certifier:conventions-clauses-one", certifier, clause_set)
    effects = [
        Effect("lock", str(_("Cette version ne changera plus jamais."))),
        Effect("file-text", str(_("Les conventions commencées désormais la suivent. Les autres gardent la leur."))),
        Effect("book-2", str(_("Une écriture au journal, à votre nom, pour toujours."))),
    ]
    return _act_page(request, held, form, _("Publier ces clauses\u00a0?"), _("Publier"), effects)


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def discard(request: Asked, certifier: str, clause_set: str) -> HttpResponse:
    """Throw a draft away, after saying what follows."""
    held = set_found(request, clause_set)
    require(policies.can_write_clauses(request.actor, held))
    form = forms.Form(request.POST or None)
    if request.method == "POST":
        with refusing(request):
            operations.discard_clause_set(clause_set=held, actor=request.actor, now=timezone.now())
            messages.success(request, _("Le brouillon est abandonné."))
            return redirect("certifier:conventions-clauses", certifier)
    effects = [
        Effect("ban", str(_("Ce qui y était écrit est perdu."))),
        Effect("check", str(_("La version publiée, s’il y en a une, reste celle des conventions."))),
    ]
    return _act_page(request, held, form, _("Abandonner ce brouillon\u00a0?"), _("Abandonner"), effects)


@require_safe
@audience("certifier")
def compare(request: Asked, certifier: str) -> HttpResponse:
    """Two versions side by side, word by word."""
    require(policies.can_see_conventions(request.actor))
    rows = {str(row.number): row for row in queries.clause_sets(request.actor)}
    latest = list(rows)[:2]
    if len(latest) < 2:
        raise Http404
    former, new = rows.get(request.GET.get("de", latest[-1])), rows.get(request.GET.get("a", latest[0]))
    if former is None or new is None:
        raise Http404
    changes = compare_clauses(queries.worded(former), queries.worded(new))
    changed = [one for one in changes if one.change != Change.SAME]
    page = {
        "former": former,
        "new": new,
        "versions": list(rows.values()),
        "changes": changed,
        "same": len(changes) - len(changed),
    }
    return render(request, "certifier/conventions/compare.html", page)


class ChoicesForm(forms.Form):
    """What the law leaves to the house."""

    subcontract_percent = forms.IntegerField(
        label=_("Part sous-traitée, au plus"),
        min_value=0,
        max_value=100,
        help_text=_("En pourcent de ce que le partenaire réalise dans l’année sur le compte personnel de formation."),
    )
    observation_days = forms.IntegerField(
        label=_("Délai pour répondre à des griefs"),
        min_value=1,
        max_value=365,
        help_text=_("En jours, à compter de leur réception. La loi demande un délai suffisant."),
    )
    notice_days = forms.IntegerField(
        label=_("Préavis d’une visite"),
        min_value=0,
        max_value=90,
        help_text=_("En jours, quand la visite est annoncée."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("certifier")
def choices(request: Asked, certifier: str) -> HttpResponse:
    """Choose what the law leaves open; conventions already sent keep what they say."""
    require(policies.can_prepare_conventions(request.actor, request.certifier))
    held = choices_of(request.certifier)
    form = ChoicesForm(request.POST or None, initial={name: getattr(held, name) for name in ChoicesForm.base_fields})
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.set_convention_choices(
                certifier=request.certifier, actor=request.actor, now=timezone.now(), **form.cleaned_data
            )
            messages.success(request, _("Vos choix sont enregistrés."))
            return redirect("certifier:conventions-clauses", certifier)
    page = {
        "form": form,
        "question": _("Que laisse la loi à votre choix\u00a0?"),
        "answer": _("Ces nombres entrent dans les conventions à venir. Celles déjà envoyées ne changent pas."),
        "label": _("Enregistrer"),
        "back": reverse("certifier:conventions-clauses", args=[certifier]),
    }
    return render(request, "certifier/conventions/form.html", page)


def _clause(held: Any, code: str) -> Any:
    row = queries.clause(held, code)
    if row is None:
        raise Http404
    return row


def _form_page(request: Asked, held: Any, form: forms.Form, question: object, now_written: Any = None) -> HttpResponse:
    page = {
        "held": held,
        "form": form,
        "question": question,
        "now_written": now_written,
        "merge_fields": MERGE_FIELDS.items(),
        "keep": f"clause-{held.code}-{form.initial.get('revision', 'nouvelle')}",
    }
    return render(request, "certifier/conventions/clause.html", page)


def _act_page(
    request: Asked, held: Any, form: forms.Form, question: object, label: object, effects: list[Effect]
) -> HttpResponse:
    page = {
        "form": form,
        "question": question,
        "label": label,
        "effects": effects,
        "back": reverse("certifier:conventions-clauses-one", args=[held.certifier.code, held.code]),
    }
    return render(request, "certifier/conventions/act.html", page)
