// A form that saves each change as it is made. Without this script its button saves it.
// <form data-autosave> sends the whole form; <form data-autosave="cell"> only the box that changed (data-at="A/B").
// The answer is a few elements, each put in the place of the one with its id. Changes of a page follow one another: each
// carries what was seen last. When the log-in has ended, one is sent to the page that gives it back; what was typed stays
// in this browser (js/keep.js) until it is accepted.
let chain = Promise.resolve();

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
    place(html);
    if (answer.ok) forget(form);
  } catch {
    said("Pas de réseau : gardé dans ce navigateur, à enregistrer plus tard.");
  }
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-autosave]");
  if (!form || event.target.type === "file") return;
  const box = form.dataset.autosave === "cell" ? event.target.closest("[data-at]") : null;
  const checked = event.target.checked;
  // Typed text is first kept in this browser (400 ms after the last key), then sent: the draft never outlives the answer.
  chain = chain.then(() => new Promise((go) => { setTimeout(go, box ? 0 : 450); })).then(() => send(form, box, checked));
});
