// SPDX-License-Identifier: Apache-2.0
// Step 5: what the lists of the issuer say of the credential, and when they said it (Bitstring Status List 1.0).

import { base64urlnopad } from "@scure/base";
import { inflated } from "./inflate.js";
import { CLOCKS_DIFFER_MS, establish } from "./signature.js";
import { Refused, instant, isObject, listOf } from "./strict.js";

const LEAST_BITS = 131_072;
const MOST_ENTRIES = 8;
const INDEX = /^(?:0|[1-9][0-9]{0,8})$/;
const SAID = { revocation: "status.revoked", suspension: "status.suspended" };

/**
 * Return `{code, facts}` of the status of a credential.
 *
 * `lists` maps addresses to parsed list credentials. A revocation is final, so that an old list is enough to show it;
 * that nothing was said against the credential is only known up to the instant when the list was signed.
 */
export async function statusOf(document, { issuer, lists, trust, now }) {
  const entries = listOf(document.credentialStatus);
  if (!entries.length) {
    if (issuer.requiresStatus) throw new Refused("status.required");
    return { code: "status.none", facts: {} };
  }
  if (entries.length > MOST_ENTRIES) throw new Refused("status.entry");
  let oldest = Infinity;
  let isFresh = true;
  for (const entry of entries) {
    const { url, index, purpose } = readEntry(entry);
    const list = lists.get(url);
    if (!list) return { code: "status.absent", facts: { url } };
    const read = await readList(list, { url, purpose, issuer, trust, now });
    if (index >= read.bits.length * 8) throw new Refused("status.list", { url });
    if (read.bits[index >> 3] & (0x80 >> (index & 7))) throw new Refused(SAID[purpose], { at: read.signedAt });
    oldest = Math.min(oldest, read.signedAt);
    isFresh &&= now <= read.endsAt;
  }
  return { code: isFresh ? "status.ok" : "status.ok_then", facts: { at: oldest } };
}

function readEntry(entry) {
  const { statusPurpose: purpose, statusListIndex: index, statusListCredential: url } = isObject(entry) ? entry : {};
  const isKnown = isObject(entry) && String(entry.type) === "BitstringStatusListEntry" && purpose in SAID;
  if (!isKnown || !INDEX.test(index) || typeof url !== "string" || (entry.statusSize ?? 1) !== 1) {
    throw new Refused("status.entry");
  }
  return { url, index: Number(index), purpose };
}

async function readList(list, { url, purpose, issuer, trust, now }) {
  const inPlace = !issuer.lists.length || issuer.lists.some((place) => url === place || (place.endsWith("/") && url.startsWith(place)));
  const subject = list.credentialSubject;
  const isList = listOf(list.type).includes("BitstringStatusListCredential") && isObject(subject);
  if (!inPlace || !isList || list.id !== url || !listOf(subject.statusPurpose).includes(purpose)) {
    throw new Refused("status.list", { url });
  }
  let signed;
  try {
    signed = await establish(list, { trust, now });
  } catch {
    throw new Refused("status.list", { url });
  }
  const beginsAt = list.validFrom === undefined ? signed.signedAt : instant(list.validFrom);
  if (signed.issuer !== issuer || beginsAt > now + CLOCKS_DIFFER_MS) throw new Refused("status.list", { url });
  const bits = await inflated(encoded(subject.encodedList), "gzip");
  if (bits.length * 8 < LEAST_BITS) throw new Refused("status.list", { url });
  return { bits, signedAt: signed.signedAt, endsAt: list.validUntil === undefined ? signed.signedAt : instant(list.validUntil) };
}

function encoded(text) {
  try {
    if (text[0] !== "u") throw new Error();
    return base64urlnopad.decode(text.slice(1));
  } catch {
    throw new Refused("status.list", { url: "" });
  }
}
