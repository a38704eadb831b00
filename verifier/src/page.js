// SPDX-License-Identifier: Apache-2.0
// The page: takes files, verifies, shows. Every text goes in as text, never as HTML.

import { emptyDossier, mainCredential, take, takeJson } from "./carriers.js";
import { readProof } from "./log.js";
import { Refused, isObject, listOf } from "./strict.js";
import { holderOf, verify } from "./verify.js";
import { PAGE, STEPS, VERDICTS, dayOf, said } from "./words.js";

const $ = (id) => document.getElementById(id);
const MARKS = { ok: "✓", warning: "!", none: "·", unknown: "?", ended: "!", refused: "✕" };
const state = {
  language: (navigator.language || "fr").toLowerCase().startsWith("fr") ? "fr" : "en",
  dossier: emptyDossier(),
  keysCameAlong: false,
  report: null,
  now: 0,
  problem: null,
};

const words = (name, facts) => said(PAGE[name], state.language, facts);

function element(name, options = {}, ...children) {
  const { text, ...attributes } = options;
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Read what was put in this very file: `{trust, credential, habilitations, lists, proof}` as texts. */
function takeEmbedded(dossier) {
  const embedded = JSON.parse($("dossier").textContent);
  if (embedded === null) return;
  for (const text of [embedded.trust, embedded.credential, ...embedded.habilitations, ...embedded.lists]) {
    if (text) takeJson(dossier, text);
  }
  if (embedded.proof) dossier.proof = readProof(embedded.proof);
}

/** Forget every file that was given, and check what this very file holds. */
async function start() {
  state.dossier = emptyDossier();
  state.problem = null;
  takeEmbedded(state.dossier);
  state.keysCameAlong = state.dossier.trust !== null;
  await check();
}

async function takeFiles(files) {
  const given = emptyDossier();
  state.problem = null;
  for (const file of files) {
    await attempt(file.name, async () => take(given, new Uint8Array(await file.arrayBuffer())));
  }
  const { dossier } = state;
  if (given.trust) {
    dossier.trust = given.trust;
    state.keysCameAlong = given.credentials.length > 0;
  }
  for (const [url, list] of given.lists) dossier.lists.set(url, list);
  // A proof is that of the credential it came with; keys and lists serve for the next one too.
  if (given.credentials.length || given.proof) dossier.proof = given.proof;
  if (given.credentials.length || state.problem) dossier.credentials = given.credentials;
  await check();
}

async function attempt(name, action) {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    state.problem ??= { name, error };
    return null;
  }
}

let work = Promise.resolve();

/** Do one thing after the other: what is dropped while another file is judged waits for its turn. */
function next(action) {
  const result = $("result");
  result.setAttribute("aria-busy", "true");
  const mine = work.then(action).finally(() => {
    if (work === mine) result.removeAttribute("aria-busy");
  });
  work = mine;
}

async function check() {
  state.now = Date.now();
  const main = await attempt("", () => mainCredential(state.dossier));
  const isReady = main?.credential && !state.problem;
  state.report = isReady ? await verify(main.credential, { ...state.dossier, habilitations: main.habilitations }, state.now) : null;
  show();
}

// --- what is shown ------------------------------------------------------------------------------

function show() {
  document.documentElement.lang = state.language;
  document.title = words("title");
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === state.language));
  }
  for (const place of document.querySelectorAll("[data-words]")) place.textContent = words(place.dataset.words);
  $("result").replaceChildren(...(state.report ? shownReport(state.report) : [shownWaiting()]));
}

function heading(verdict, title, text) {
  const marks = { valid: "ok", then: "ok", ended: "ended", unknown: "unknown", refused: "refused" };
  return element(
    "header",
    { class: `verdict ${verdict}`, "data-verdict": verdict, role: "status" },
    element("span", { class: `mark ${marks[verdict] ?? "none"}`, "aria-hidden": "true", text: MARKS[marks[verdict]] ?? "·" }),
    element("div", {}, element("h1", { text: title }), element("p", { text })),
  );
}

function shownWaiting() {
  if (state.problem) {
    const { code, facts } = state.problem.error;
    const [title, text] = pair(STEPS[code], facts);
    return heading("unknown", (state.problem.name && words("unreadable", { file: state.problem.name })) + title, text);
  }
  const names = [...(state.dossier.trust?.issuers.values() ?? [])].map(({ id, name }) => name || id).join(", ");
  return heading("waiting", words("waiting"), `${words("waiting_what")} ${names ? words("keys", { names }) : ""}`);
}

/** Return the title and the text of a sentence in the language shown. */
function pair([french, english], facts) {
  return [0, 1].map((part) => said([french[part], english[part]], state.language, facts));
}

function shownReport({ verdict, steps, document: credential, signedAt }) {
  const status = steps.find(({ number }) => number === 5);
  const [title, text] = pair(VERDICTS[verdict], status?.facts);
  const isKnown = verdict !== "refused";
  return [
    heading(verdict, title, text),
    element(
      "div",
      { class: "columns" },
      element("div", {}, ...(isKnown ? [shownCredential(credential, signedAt)] : []), shownWhole(credential, isKnown)),
      element("aside", {}, element("h2", { text: words("checks") }), shownSteps(steps), shownLimits(steps)),
    ),
  ];
}

function shownSteps(steps) {
  const lines = steps.map(({ number, code, facts, state: how }) => {
    const [title, text] = pair(STEPS[code], facts);
    return element(
      "li",
      { "data-step": number, "data-code": code, class: how },
      element("span", { class: `mark ${how}`, "aria-hidden": "true", text: MARKS[how] }),
      element("div", {}, element("h3", { text: title }), element("p", { text })),
    );
  });
  return element("ol", { class: "steps" }, ...lines);
}

function shownLimits(steps) {
  const texts = [element("p", { text: words("clock", { at: state.now }) })];
  const key = steps.find(({ code }) => code === "key.ok");
  if (state.keysCameAlong && key) {
    const address = key.facts.issuer.replace(/^did:web:/, "").split(":").map(decodeURIComponent).join("/");
    texts.push(
      element("p", { text: words("alone_keys") }),
      element("p", {}, element("code", { text: `https://${address}/confiance.json` })),
      element("p", { text: words("alone_page") }),
    );
  }
  return element("section", { class: "limits" }, element("h2", { text: words("alone") }), ...texts);
}

function shownCredential(credential, signedAt) {
  const subject = listOf(credential.credentialSubject)[0];
  const achievement = isObject(subject) ? (listOf(subject.achievement)[0] ?? {}) : {};
  const issuer = isObject(credential.issuer) ? credential.issuer.name : credential.issuer;
  const narrative = isObject(achievement.criteria) ? achievement.criteria.narrative : "";
  const facts = [
    ["from", credential.awardedDate ?? credential.validFrom],
    ["until", credential.validUntil],
  ].map(([name, value]) => [words(name), value && dayOf(Date.parse(value), state.language)]);
  if (subject?.licenseNumber) facts.push([words("number"), subject.licenseNumber]);
  return element(
    "article",
    { class: "credential" },
    element("p", { class: "issuer", dir: "auto", text: String(issuer ?? "") }),
    element("h2", { dir: "auto", text: String(achievement.name ?? credential.name ?? "") }),
    element("p", { class: "holder", dir: "auto", text: holderOf(credential) }),
    ...block(words("capable"), achievement.description ?? credential.description),
    ...block(words("assessed"), narrative),
    element(
      "dl",
      {},
      ...facts.filter(([, value]) => value).map(([name, value]) => element("div", {}, element("dt", { text: name }), element("dd", { text: String(value) }))),
    ),
    ...(signedAt ? [element("p", { class: "when", text: words("signed_by", { at: signedAt }) })] : []),
  );
}

const block = (title, text) => (text ? [element("h3", { text: title }), element("p", { dir: "auto", class: "text", text: String(text) })] : []);

function shownWhole(credential, isKnown) {
  return element(
    "details",
    {},
    element("summary", { text: words(isKnown ? "whole" : "whole_refused") }),
    element("pre", { tabindex: "0", text: JSON.stringify(credential, null, 1) }),
  );
}

// --- what people do -----------------------------------------------------------------------------

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => {
    state.language = button.dataset.language;
    show();
  });
}
$("files").addEventListener("change", ({ target }) => {
  const files = [...target.files];
  next(() => takeFiles(files));
  target.value = "";
});
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  const files = [...event.dataTransfer.files];
  next(() => takeFiles(files));
});
$("again").addEventListener("click", () => next(start));
next(start);
