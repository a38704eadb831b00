// A form that saves each change as it is made. Without this script its button saves it.
// <form data-autosave> sends the whole form; <form data-autosave="cell"> only the box that changed (data-at="A/B").
// The answer is a few elements, each put in the place of the one with its id. Changes of a page follow one another: each
// carries what was seen last. When the log-in has ended, one is sent to the page that gives it back; what was typed stays
// in this browser (js/keep.js) until it is accepted.
let chain = Promise.resolve();
let waiting = 0; // what is on its way or queued
let leaving = false; // by a button, which saves by itself
let hurried = false; // by a link, which waits for what is queued
let refused = false;

function said(sentence) {
  const note = document.querySelector("#enregistre");
  if (!note) return;
  note.classList.add("not-kept");
  note.querySelector("span:last-child").textContent = sentence;
}

function bodyOf(form, box, checked) {
  const body = new FormData(form);
  if (box) {
    body.delete("tick");
    body.set("do", "cell");
    body.set("at", box.dataset.at);
    body.set("works", checked ? "1" : "0");
  }
  return body;
}

function place(html) {
  const focused = document.activeElement?.id;
  const answer = new DOMParser().parseFromString(html, "text/html");
  for (const fresh of [...answer.body.querySelectorAll("[id]")]) {
    if (fresh.parentElement.closest("[id]")) continue;
    document.getElementById(fresh.id)?.replaceWith(fresh);
    // What is typed from now on is kept under what was seen now: a draft is only for the text that it was begun on.
    const keep = fresh.name === "seen" && fresh.form?.dataset;
    if (keep?.keep) keep.keep = keep.keep.replace(/:[0-9a-f]{16}$/, `:${fresh.value}`);
  }
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
}

function forget(form) {
  if (!form.dataset.keep) return;
  try { window.localStorage.removeItem(`jurande-draft:${form.dataset.keep}`); } catch { /* nothing was kept */ }
}

async function send(form, box, checked) {
  try {
    const answer = await fetch(form.action || location.href, {
      method: "POST",
      body: bodyOf(form, box, checked),
      headers: { "HX-Request": "true", "HX-Current-URL": location.href },
    });
    const away = answer.headers.get("HX-Redirect");
    if (away) { location.assign(away); return; }
    const html = await answer.text();
    if (!answer.headers.get("X-Jurande-Saved")) { said("Pas enregistré : rechargez la page, votre saisie est gardée."); return; }
    refused = !answer.ok;
    if (answer.ok) forget(form);
    place(html);
  } catch {
    refused = true;
    said("Pas de réseau : gardé dans ce navigateur, à enregistrer plus tard.");
  }
}

async function inTurn(form, box, checked) {
  // Typed text is first kept in this browser (400 ms after the last key), then sent: a draft never outlives the answer.
  await new Promise((go) => { setTimeout(go, box || hurried ? 0 : 450); });
  if (!leaving) await send(form, box, checked);
  waiting -= 1;
}

function changed(form, control) {
  const box = form.dataset.autosave === "cell" ? control.closest("[data-at]") : null;
  const checked = control.checked;
  waiting += 1;
  chain = chain.then(() => inTurn(form, box, checked));
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-autosave]");
  if (form && event.target.type !== "file") changed(form, event.target);
});

// Boxes ticked before this script was there (the browser restores none: the grid says autocomplete="off").
for (const box of document.querySelectorAll("form[data-autosave=cell] [data-at]")) {
  if (box.checked !== box.defaultChecked) changed(box.form, box);
}

// The button saves everything itself: what is queued is dropped, what is on its way is waited for, as it changes what was seen.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-autosave]") || waiting === 0) return;
  event.preventDefault();
  leaving = true;
  chain.then(() => { waiting = 0; event.target.requestSubmit(event.submitter); });
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || waiting === 0 || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
  if (link.origin !== location.origin || link.target) return;
  event.preventDefault();
  hurried = true;
  // What was refused is shown here: one does not leave it unseen.
  chain.then(() => { hurried = false; if (!refused) location.assign(link.href); });
});
