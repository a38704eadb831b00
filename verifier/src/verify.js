// SPDX-License-Identifier: Apache-2.0
// The verification of a credential, in the eight steps of core/proof/verification, told one by one.

import { authorityOf } from "./authority.js";
import { inclusionOf } from "./log.js";
import { CLOCKS_DIFFER_MS, establish } from "./signature.js";
import { statusOf } from "./status.js";
import { Refused, instant, isObject, listOf } from "./strict.js";

export const Verdict = { VALID: "valid", THEN: "then", ENDED: "ended", UNKNOWN: "unknown", REFUSED: "refused" };

// How a step that does not simply hold is shown; what is not here holds.
const STATES = {
  "status.none": "none",
  "status.ok_then": "warning",
  "status.absent": "unknown",
  "dates.none": "none",
  "authority.own_name": "none",
  "authority.source_alone": "warning",
  "authority.suspended": "warning",
  "log.no_proof": "unknown",
  "log.no_policy": "unknown",
  "log.required": "unknown",
};
// Genuine, and over: said calmly.
const ENDED = new Set(["status.revoked", "status.suspended", "dates.expired"]);
// Neither genuine nor forged as far as we can tell here.
const OPEN = new Set(
  "key.stranger signature.form signature.several trust.absent status.entry authority.absent authority.unsure authority.form".split(" "),
);

/**
 * Return `{verdict, steps, document, signedAt}`.
 *
 * `document` is parsed JSON; `dossier` is `{trust, lists, proof, habilitations}` as carriers.js reads them, each possibly absent.
 * The first four steps stop at the first that fails; the others are each told.
 */
export async function verify(document, { trust, lists, proof, habilitations }, now) {
  const steps = [];
  const add = (number, code, facts = {}, state = STATES[code] ?? "ok") => steps.push({ number, code, facts, state });
  const attempt = async (number, check) => {
    try {
      await check();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const state = ENDED.has(error.code) ? "ended" : OPEN.has(error.code) ? "unknown" : "refused";
      add(number ?? numberOf(error.code), error.code, error.facts, state);
    }
  };
  let signed = null;
  await attempt(null, async () => {
    if (!listOf(document.type).includes("VerifiableCredential") || !document.credentialSubject) throw new Refused("parse.other");
    add(1, "parse.ok");
    if (!trust) throw new Refused("trust.absent");
    signed = await establish(document, { trust, now, passed: add });
  });
  if (signed) {
    const { issuer, key, signedAt } = signed;
    await attempt(5, async () => {
      const { code, facts } = await statusOf(document, { issuer, lists, trust, now });
      add(5, code, facts);
    });
    await attempt(6, () => add(6, ...datesOf(document, now)));
    await attempt(7, async () => add(7, ...(await authorityOf(document, { issuer, signedAt, habilitations, lists, trust, now }))));
    await attempt(8, () => add(8, ...logOf(document, { issuer, key, proof, policy: trust.policy })));
  }
  return { verdict: verdictOf(steps, signed), steps, document, signedAt: signed?.signedAt };
}

const numberOf = (code) => ({ parse: 1, safe_mode: 2, trust: 3, key: 3 })[code.split(".")[0]] ?? 4;

function datesOf(document, now) {
  const [from, until] = ["validFrom", "validUntil"].map((name) => (name in document ? instant(document[name]) : null));
  if (from !== null && until !== null && until < from) throw new Refused("dates.malformed", { value: document.validUntil });
  if (from !== null && now < from - CLOCKS_DIFFER_MS) throw new Refused("dates.not_yet", { from });
  if (until !== null && now > until) throw new Refused("dates.expired", { until });
  if (from === null && until === null) return ["dates.none"];
  return [until === null ? "dates.from" : "dates.ok", { from, until }];
}

function logOf(document, { issuer, key, proof, policy }) {
  if (!proof || !policy) {
    if (key.stolen) throw new Refused("log.stolen");
    return [issuer.requiresLog ? "log.required" : proof ? "log.no_policy" : "log.no_proof"];
  }
  const shown = inclusionOf(document, proof, policy);
  if (!key.stolen) return ["log.shown", shown];
  if (shown.origin !== key.stolen.log_origin || shown.index >= key.stolen.log_size) throw new Refused("log.stolen");
  return ["log.shown_before_theft", shown];
}

function verdictOf(steps, signed) {
  const states = new Set(steps.map(({ state }) => state));
  if (states.has("refused")) return Verdict.REFUSED;
  if (!signed) return Verdict.UNKNOWN;
  if (states.has("ended")) return Verdict.ENDED;
  // The log only confirms, unless the issuer promised it.
  if (steps.some(({ number, code, state }) => state === "unknown" && (number < 8 || code === "log.required"))) return Verdict.UNKNOWN;
  return steps.some(({ code }) => code === "status.ok_then") ? Verdict.THEN : Verdict.VALID;
}

/** Return the name of the person as the signed document says it; empty when it does not. */
export function holderOf(document) {
  const subject = [document.credentialSubject].flat()[0];
  if (!isObject(subject)) return "";
  const named = listOf(subject.identifier).find((item) => isObject(item) && item.hashed !== true && item.identityType === "name");
  return String(subject.name ?? named?.identityHash ?? [subject.givenName, subject.familyName].filter(Boolean).join(" "));
}
