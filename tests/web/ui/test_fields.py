from django import forms
from django.template import Context, Template
from django.test import RequestFactory

from jurande.web.ui.fields import DayInput
from tests.html import check_page


class Application(forms.Form):
    name = forms.CharField(label="Nom de l’organisme", help_text="Comme au registre.")
    secret = forms.CharField(label="Mot de passe", widget=forms.PasswordInput, required=False)
    role = forms.ChoiceField(label="Rôle", widget=forms.RadioSelect, choices=[("a", "Former"), ("b", "Évaluer")])
    since = forms.DateField(label="Depuis", widget=DayInput, required=False)
    agreed = forms.BooleanField(label="D’accord")
    proof = forms.FileField(label="Pièce", required=False)
    token = forms.CharField(widget=forms.HiddenInput, required=False)


def rendered(source: str, **values: object) -> str:
    html = Template(source).render(Context(values))
    check_page(html, fragment=True)
    return html


class TestField:
    def test_puts_the_help_before_the_control_and_the_error_after(self):
        html = rendered("{% field form.name %}", form=Application({"name": ""}))
        label, text, control, error = (
            html.index(part) for part in ("Nom de l’organisme", "Comme au registre.", "<input", "Ce champ")
        )
        assert label < text < control < error

    def test_ties_the_control_to_its_help_and_its_error(self):
        html = rendered("{% field form.name %}", form=Application({"name": ""}))
        assert 'aria-describedby="id_name_helptext id_name_error"' in html
        assert 'aria-invalid="true"' in html
        assert 'id="id_name_helptext"' in html
        assert 'id="id_name_error"' in html

    def test_says_what_may_be_left_out(self):
        form = Application()
        assert "(facultatif)" in rendered("{% field form.since %}", form=form)
        assert "(facultatif)" not in rendered("{% field form.name %}", form=form)

    def test_groups_choices_under_their_question(self):
        html = rendered("{% field form.role %}", form=Application({"role": "b"}))
        assert "<fieldset" in html
        assert "<legend" in html
        assert html.count('class="form-check-input"') == 2

    def test_keeps_a_day_as_the_browser_wants_it(self):
        html = rendered("{% field form.since %}", form=Application({"since": "2026-03-12"}))
        assert 'type="date"' in html
        assert 'value="2026-03-12"' in html

    def test_never_sends_a_password_back(self):
        html = rendered("{% field form.secret %}", form=Application({"secret": "correct horse"}))
        assert "correct horse" not in html
        assert 'data-reveal="id_secret"' in html

    def test_keeps_the_native_file_control(self):
        html = rendered("{% field form.proof %}", form=Application())
        assert 'type="file"' in html
        assert "data-drop-input" in html

    def test_drops_placeholders(self):
        class Named(forms.Form):
            name = forms.CharField(widget=forms.TextInput(attrs={"placeholder": "Nom"}))

        assert "placeholder" not in rendered("{% field form.name %}", form=Named())


class TestForm:
    def test_sums_up_every_error_with_a_link_to_its_field(self):
        html = rendered("{% form form %}{% fields form %}{% endform %}", form=Application({}))
        assert "3 points à corriger" in html
        assert '<a href="#id_name">Nom de l’organisme</a>' in html
        assert '<a href="#id_role_0">Rôle</a>' in html

    def test_sends_files_when_it_has_some(self):
        assert "multipart/form-data" in rendered("{% form form %}{% fields form %}{% endform %}", form=Application())

    def test_carries_hidden_fields_and_the_token(self):
        html = rendered(
            "{% form form %}{% fields form %}{% endform %}",
            form=Application(initial={"token": "t"}),
            csrf_token="signed",
        )
        assert '<input type="hidden" name="csrfmiddlewaretoken" value="signed">' in html
        assert 'name="token" value="t"' in html

    def test_carries_no_token_when_it_only_asks(self):
        html = rendered('{% form form method="get" %}x{% endform %}', form=Application(), csrf_token="signed")
        assert "signed" not in html

    def test_keys_its_draft_by_person(self):
        request = RequestFactory().get("/")
        request.user = type("Someone", (), {"code": "7KQ2MZ"})()
        html = rendered('{% form form keep="dossier" %}x{% endform %}', form=Application(), request=request)
        assert 'data-keep="7KQ2MZ:dossier"' in html
