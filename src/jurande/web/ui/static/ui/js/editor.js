// A référentiel written line by line, at the keyboard, saving as one goes. Without this script each line is a form.
// <div id="plan" data-editor data-person> … <li data-line="CODE" data-revision="3"><form data-line-form><textarea data-line-text>
// Acts follow one another: each carries the revision of the line that was read. What is not saved yet is kept in this
// browser under the person's name, so that an expired log-in or a cut network loses nothing; signing out forgets it.
const plan = document.querySelector("[data-editor]");
const note = document.querySelector("[data-editor-said]");
const PREFIX = `jurande-draft:${plan?.dataset.person}:ligne-`;
const PAUSE_MS = 1200;
let chain = Promise.resolve();
let away = false;

const storage = (() => { try { return window.localStorage; } catch { return null; } })();
const row = (code) => plan.querySelector(`[data-line="${CSS.escape(code)}"]`);
const textOf = (line) => line?.querySelector(":scope > form [data-line-text], :scope > .bloc-head [data-line-text]");
const codeOf = (area) => area.closest("[data-line]").dataset.line;
const isDirty = (area) => area.value !== area.dataset.saved;

function say(sentence, late = false) {
  note.hidden = false;
  note.classList.toggle("s-late", late);
  note.querySelector("[data-said]").textContent = sentence;
}

function hour() {
  const now = new Date();
  return `${now.getHours()}\u00a0h\u00a0${String(now.getMinutes()).padStart(2, "0")}`;
}

function fit(area) {
  if (CSS.supports("field-sizing", "content")) return;
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + 2}px`;
}

function keep(area) {
  const line = area.closest("[data-line]");
  line.classList.toggle("unsaved", isDirty(area));
  if (!storage) return;
  try {
    if (isDirty(area)) {
      const draft = { at: Date.now(), values: { text: [area.value] }, revision: line.dataset.revision };
      storage.setItem(PREFIX + line.dataset.line, JSON.stringify(draft));
    } else storage.removeItem(PREFIX + line.dataset.line);
  } catch { /* full: the page still holds it */ }
}

function begin() {
  for (const area of plan.querySelectorAll("[data-line-text]")) {
    area.dataset.saved ??= area.defaultValue;
    fit(area);
  }
}

// What an earlier visit could not send comes back, unless somebody wrote the line since: then both texts are shown.
// What was typed while this script was still on its way is sent too.
function restore() {
  let back = false;
  for (const area of plan.querySelectorAll("[data-line-text]")) {
    const line = area.closest("[data-line]");
    const kept = storage?.getItem(PREFIX + line.dataset.line);
    if (!kept) {
      if (isDirty(area)) { keep(area); save(area); }
      continue;
    }
    const draft = JSON.parse(kept);
    const text = draft.values.text[0];
    if (text === area.dataset.saved) { storage.removeItem(PREFIX + line.dataset.line); continue; }
    area.value = text;
    back = true;
    fit(area);
    keep(area);
    save(area, draft.revision);
  }
  if (back) say("Votre saisie précédente est revenue.");
}

async function send(fields) {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", plan.querySelector("[name=csrfmiddlewaretoken]").value);
  for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) body.append(name, one);
  const answer = await fetch(location.pathname, { method: "POST", body, headers: { "HX-Request": "true" }, redirect: "manual" });
  if (answer.headers.has("HX-Redirect") || answer.type === "opaqueredirect" || answer.status === 403) {
    away = true;
    throw new Error("Vous n’êtes plus connecté. Votre texte est gardé dans ce navigateur\u00a0: reconnectez-vous, il reviendra.");
  }
  return answer;
}

function queue(act) {
  chain = chain.then(act).catch((fault) => {
    const network = fault instanceof TypeError;
    say(network ? "Le réseau ne répond pas. Votre texte est gardé dans ce navigateur." : fault.message, true);
    if (network) setTimeout(flush, 5000);
  });
  return chain;
}

function save(area, revision = "") {
  const code = codeOf(area);
  return queue(async () => {
    const live = textOf(row(code));
    if (!live || !isDirty(live) || away) return;
    const line = row(code);
    const text = live.value;
    const answer = await send({ do: "save", kind: kindOf(line), line: code, revision: revision || line.dataset.revision, text });
    if (answer.status === 409) return conflict(line, await answer.text());
    if (answer.status === 422) throw new Error(await answer.text());
    if (!answer.ok) throw new Error("L’enregistrement n’a pas abouti. Votre texte est gardé dans ce navigateur.");
    setRevision(line, answer.headers.get("X-Jurande-Revision"));
    live.dataset.saved = text;
    keep(live);
    say(`Enregistré à ${hour()}`);
  });
}

function kindOf(line) {
  return textOf(line).form.elements.kind.value;
}

function setRevision(line, revision) {
  line.dataset.revision = revision;
  for (const field of line.querySelectorAll(`[name=line][value="${CSS.escape(line.dataset.line)}"]`)) {
    field.form.elements.revision.value = revision;
  }
}

function flush() {
  for (const area of plan.querySelectorAll("[data-line-text]")) if (isDirty(area)) save(area);
}

const parsed = (html) => [...new DOMParser().parseFromString(html, "text/html").body.childNodes];

// Show the plan as the server has it; what is being typed meanwhile is carried over, letter for letter.
function swap(html, except) {
  const typed = [...plan.querySelectorAll("[data-line-text]")]
    .filter((area) => area !== except && isDirty(area))
    .map((area) => [codeOf(area), area.value]);
  const opened = [...plan.querySelectorAll("details[open]")].map((one) => one.closest("[data-line]").dataset.line);
  const held = document.activeElement?.matches?.("[data-line-text]") ? document.activeElement : null;
  const caret = held && [codeOf(held), held.selectionStart];
  plan.replaceChildren(...parsed(html));
  begin();
  for (const code of opened) row(code)?.querySelector("details")?.setAttribute("open", "");
  for (const [code, value] of typed) {
    const area = textOf(row(code));
    if (area) { area.value = value; keep(area); }
  }
  if (caret && row(caret[0])) focus(...caret);
}

// An act that changes the plan; what is unsaved is sent first.
function act(fields, after = () => {}) {
  flush();
  return queue(async () => {
    if (away) return;
    const line = fields.line && row(fields.line);
    if (line) Object.assign(fields, { kind: kindOf(line), revision: line.dataset.revision });
    const answer = await send(fields);
    const html = await answer.text();
    if (answer.status === 409) return conflict(line, html);
    if (answer.status === 422) throw new Error(html);
    if (!answer.ok) throw new Error("Cela n’a pas abouti. Rechargez la page\u00a0: votre texte est gardé.");
    swap(html, line && textOf(line));
    after(answer.headers.get("X-Jurande-Line"));
    flush();
    say(`Enregistré à ${hour()}`);
  });
}

function focus(code, at) {
  const line = row(code);
  line?.closest("details")?.setAttribute("open", "");
  const area = textOf(line);
  if (!area) return;
  area.focus();
  area.setSelectionRange(at, at);
}

function conflict(line, html) {
  line.querySelector("[data-conflict]")?.remove();
  line.append(...parsed(html));
  line.querySelector("[data-mine]").focus();
}

// Enter parts the line on the screen at once, so that one goes on typing while the server is told.
function split(area) {
  const code = codeOf(area);
  const at = area.selectionStart;
  const whole = area.value;
  const rest = whole.slice(area.selectionEnd);
  const text = whole.slice(0, at) + rest;
  const line = area.closest("[data-line]");
  const next = line.cloneNode(true);
  next.removeAttribute("id");
  next.dataset.line = `new-${Date.now()}`;
  next.querySelector("details")?.remove();
  line.after(next);
  const waiting = textOf(next);
  waiting.value = waiting.dataset.saved = rest;
  area.value = area.dataset.saved = whole.slice(0, at);
  fit(area);
  waiting.focus();
  waiting.setSelectionRange(0, 0);
  for (const other of plan.querySelectorAll("[data-line-text]")) if (other !== area && other !== waiting && isDirty(other)) save(other);
  queue(async () => {
    const holder = row(code);
    const fields = { do: "split", kind: kindOf(holder), line: code, revision: holder.dataset.revision, text, at };
    const answer = await send(fields).catch((fault) => { undo(); throw fault; });
    const html = await answer.text();
    if (!answer.ok) {
      undo();
      if (answer.status === 409) return conflict(holder, html);
      throw new Error(answer.status === 422 ? html : "La ligne n’a pas été coupée. Votre texte est gardé.");
    }
    const caret = document.activeElement === waiting ? waiting.selectionStart : null;
    const typed = waiting.value;
    const made = answer.headers.get("X-Jurande-Line");
    swap(html, waiting);
    const there = textOf(row(made));
    if (there && typed !== rest) { there.value = typed; keep(there); }
    if (caret !== null) focus(made, caret);
    flush();
    say(`Enregistré à ${hour()}`);
  });
  function undo() {
    area.value = area.value + (textOf(next)?.value ?? rest);
    area.dataset.saved = whole;
    next.remove();
    fit(area);
    keep(area);
    area.focus();
  }
}

function keyed(event) {
  const area = event.target;
  if (!area.matches?.("[data-line-text]") || event.isComposing) return;
  const code = codeOf(area);
  const list = area.closest(".lines");
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    if (!list) return save(area);
    if (code.startsWith("new-")) return queue(() => { const now = document.activeElement; if (now?.matches("[data-line-text]") && !codeOf(now).startsWith("new-")) split(now); });
    split(area);
  } else if (event.key === "Backspace" && list && area.selectionStart === 0 && area.selectionEnd === 0) {
    const before = textOf(area.closest("[data-line]").previousElementSibling);
    if (!before || code.startsWith("new-")) return;
    event.preventDefault();
    const into = codeOf(before);
    const at = before.value.trim().length;
    const text = area.value;
    area.dataset.saved = text;
    act({ do: "merge", line: code, text }, () => focus(into, at));
  } else if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    event.preventDefault();
    const at = area.selectionStart;
    if (!code.startsWith("new-")) act({ do: event.key === "ArrowUp" ? "up" : "down", line: code }, () => focus(code, at));
  }
}

function submitted(event) {
  const form = event.target;
  if (!plan.contains(form)) return;
  if (form.matches("[data-settle]")) {
    event.preventDefault();
    const line = form.closest("[data-line]");
    setRevision(line, form.elements.revision.value);
    form.closest("[data-conflict]").remove();
    const area = textOf(line);
    area.dataset.saved = null;
    save(area);
    return;
  }
  if (form.matches("[data-add]")) {
    event.preventDefault();
    const fields = { do: "add", kind: form.elements.kind.value };
    if (form.elements.parent) fields.parent = form.elements.parent.value;
    act(fields, (code) => focus(code, 0));
  } else if (form.matches("[data-line-form]")) {
    event.preventDefault();
    const code = form.elements.line.value;
    const what = event.submitter?.value ?? "save";
    if (what === "save") return save(textOf(row(code)));
    const area = textOf(row(code));
    if (what === "remove") {
      area.dataset.saved = area.value;
      storage?.removeItem(PREFIX + code);
    }
    act({ do: what, line: code }, () => row(code)?.querySelector(`[data-act="${what}"]`)?.focus());
  }
}

function tagged(event) {
  const form = event.target.closest?.("[data-tags]");
  if (!form) return;
  const tags = [...form.querySelectorAll("[name=tags]:checked")].map((box) => box.value);
  const code = form.elements.line.value;
  const box = event.target.value;
  act({ do: "tags", line: code, tags }, () => row(code)?.querySelector(`[name=tags][value="${box}"]`)?.focus());
}

function clicked(event) {
  const yours = event.target.closest("[data-yours]");
  if (!yours || !plan.contains(yours)) return;
  event.preventDefault();
  const block = yours.closest("[data-conflict]");
  const line = block.closest("[data-line]");
  const area = textOf(line);
  area.value = area.dataset.saved = block.querySelector("[data-theirs]").textContent;
  setRevision(line, block.querySelector("[name=revision]").value);
  block.remove();
  fit(area);
  keep(area);
  area.focus();
}

if (plan) {
  const pauses = new WeakMap();
  begin();
  restore();
  plan.addEventListener("input", (event) => {
    const area = event.target;
    if (!area.matches("[data-line-text]")) return;
    fit(area);
    keep(area);
    clearTimeout(pauses.get(area));
    if (!codeOf(area).startsWith("new-")) pauses.set(area, setTimeout(() => area.isConnected && save(area), PAUSE_MS));
  });
  plan.addEventListener("focusout", (event) => {
    if (event.target.matches("[data-line-text]") && isDirty(event.target) && !codeOf(event.target).startsWith("new-")) save(event.target);
  });
  plan.addEventListener("keydown", keyed);
  plan.addEventListener("submit", submitted);
  plan.addEventListener("change", tagged);
  plan.addEventListener("click", clicked);
}
