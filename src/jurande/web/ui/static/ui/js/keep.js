// What one types in a long form stays in this browser until it is accepted: back button, expired log-in, network cut.
// <form data-keep="PERSON:form"> … <p data-kept hidden><span></span><button type="button" data-forget hidden></p></form>
// <form action="…/deconnexion/" data-forget-all>  signing out forgets every draft: a computer may be shared
// The draft goes when the server answers with a page that carries <meta name="jurande-kept" content="PERSON:form">, or
// when the next page no longer holds the form; a week old, it is stale. Passwords, one-time codes, files and hidden fields are never written.
const PREFIX = "jurande-draft:";
const SENT = "jurande-draft-sent";
const STALE_MS = 7 * 24 * 3600 * 1000;
const NEVER = new Set(["password", "file", "hidden", "submit", "button", "reset"]);

const storage = (() => { try { return window.localStorage; } catch { return null; } })();

function controls(form) {
  return [...form.elements].filter((e) => e.name && !NEVER.has(e.type) && e.autocomplete !== "one-time-code");
}

function read(form) {
  const draft = {};
  for (const control of controls(form)) {
    if (control.type === "checkbox" || control.type === "radio") {
      draft[control.name] ??= [];
      if (control.checked) draft[control.name].push(control.value);
    } else if (control.multiple) {
      draft[control.name] = [...control.selectedOptions].map((option) => option.value);
    } else {
      draft[control.name] = [control.value];
    }
  }
  return draft;
}

function restore(form, draft) {
  let changed = false;
  for (const control of controls(form)) {
    const values = draft[control.name];
    if (!values) continue;
    if (control.type === "checkbox" || control.type === "radio") {
      const on = values.includes(control.value);
      changed ||= control.checked !== on;
      control.checked = on;
    } else if (control.multiple) {
      for (const option of control.options) option.selected = values.includes(option.value);
    } else if (values[0] !== control.value) {
      control.value = values[0];
      changed = true;
    }
  }
  return changed;
}

function write(form) {
  storage.setItem(PREFIX + form.dataset.keep, JSON.stringify({ at: Date.now(), values: read(form) }));
}

function drafts() {
  return Object.keys(storage).filter((key) => key.startsWith(PREFIX));
}

function say(form, sentence) {
  const note = form.querySelector("[data-kept]");
  if (!note) return;
  note.hidden = false;
  note.querySelector("span").textContent = sentence;
}

function hour() {
  const now = new Date();
  return `${now.getHours()}\u00a0h\u00a0${String(now.getMinutes()).padStart(2, "0")}`;
}

let waiting;
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-keep]");
  if (!form || !storage) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    try {
      write(form);
      say(form, `Enregistré dans ce navigateur à ${hour()}`);
    } catch { /* full or refused: nothing to promise */ }
  }, 400);
});

document.addEventListener("submit", (event) => {
  if (!storage) return;
  if (event.target.matches("[data-forget-all]")) for (const key of drafts()) storage.removeItem(key);
  const form = event.target.closest("form[data-keep]");
  if (!form) return;
  write(form);
  storage.setItem(SENT, form.dataset.keep);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-forget]");
  if (!button) return;
  const form = button.closest("form[data-keep]");
  storage.removeItem(PREFIX + form.dataset.keep);
  form.reset();
  button.closest("[data-kept]").hidden = true;
});

function begin() {
  if (!storage) return;
  const forms = [...document.querySelectorAll("form[data-keep]")];
  const accepted = document.querySelector('meta[name="jurande-kept"]')?.content;
  if (accepted) storage.removeItem(PREFIX + accepted);
  // A form sent a moment ago and absent from the page that answered was accepted; a log-in page is not an answer.
  const sent = storage.getItem(SENT);
  const door = document.querySelector('input[type="password"], [data-error-page]');
  if (sent && !door) {
    storage.removeItem(SENT);
    if (!forms.some((form) => form.dataset.keep === sent)) storage.removeItem(PREFIX + sent);
  }
  for (const key of drafts()) {
    if (!(JSON.parse(storage.getItem(key)).at > Date.now() - STALE_MS)) storage.removeItem(key);
  }
  for (const form of forms) {
    const draft = storage.getItem(PREFIX + form.dataset.keep);
    // With errors the server gave back what was typed: it is the fresher of the two.
    if (!draft || form.querySelector("[aria-invalid=true]")) continue;
    if (!restore(form, JSON.parse(draft).values)) continue;
    say(form, "Votre saisie précédente est revenue.");
    form.querySelector("[data-forget]").hidden = false;
  }
}

begin();
