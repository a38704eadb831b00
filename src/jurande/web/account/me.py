"""Who I am here, how I sign in, where I am signed in, which houses I work for."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jurande.registers.parties import operations, queries
from jurande.web.access import audience, person_of
from jurande.web.ui.forms import refusing
from jurande.web.ui.sessions import browser_name


class PersonForm(forms.Form):
    """What others read of me."""

    first_name = forms.CharField(label=_("Prénom"), max_length=100)
    last_name = forms.CharField(label=_("Nom"), max_length=100)
    phone = forms.CharField(
        label=_("Téléphone"), max_length=30, required=False, help_text=_("Chiffré ; montré à votre seule maison.")
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience("account")
def home(request: HttpRequest) -> HttpResponse:
    """My name, my telephone, and the ways to what protects my account."""
    person = person_of(request)
    known = {"first_name": person.first_name, "last_name": person.last_name, "phone": person.phone}
    form = PersonForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        with refusing(request, form):
            operations.update_person(
                person=person, actor=queries.actor_for(person), now=timezone.now(), **form.cleaned_data
            )
            messages.success(request, _("Votre compte est à jour."))
            return redirect("account:home")
    page = {"form": form, "person": person, "second_factor": queries.has_second_factor(person)}
    return render(request, "account_pages/home.html", page)


@require_safe
@audience("account")
def places(request: HttpRequest) -> HttpResponse:
    """Every house I work for: where to go when there is more than one, or none yet."""
    return render(request, "account_pages/places.html")


@require_safe
@audience("account")
def sessions(request: HttpRequest) -> HttpResponse:
    """Where I am signed in."""
    found = queries.sessions_of(person_of(request), now=timezone.now(), current_key=request.session.session_key or "")
    rows = [(session, browser_name(session.browser)) for session in found]
    return render(request, "account_pages/sessions.html", {"sessions": rows})


@require_POST
@audience("account")
def close(request: HttpRequest, session: str) -> HttpResponse:
    """Close one of my sessions."""
    person = person_of(request)
    with refusing(request):
        operations.revoke_session(
            person=person, session_id=session, actor=queries.actor_for(person), now=timezone.now()
        )
        messages.success(request, _("Cette session est fermée."))
    return redirect("account:sessions")


@require_POST
@audience("account")
def close_all(request: HttpRequest) -> HttpResponse:
    """Close every session but this one."""
    person = person_of(request)
    closed = operations.sign_out_everywhere(
        person=person,
        actor=queries.actor_for(person),
        now=timezone.now(),
        but_session_key=request.session.session_key or "",
    )
    said = ngettext("%(n)d autre session est fermée.", "%(n)d autres sessions sont fermées.", closed)
    messages.success(request, said % {"n": closed})
    return redirect("account:sessions")
