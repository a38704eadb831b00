// SPDX-License-Identifier: Apache-2.0
// Step 7: who assessed for the certifier, and under which habilitation, judged at the instant of the signature.
// core/proof/verification/authority.py has the reasons.

import { base64 } from "@scure/base";
import { sha256, sha384, sha512 } from "@noble/hashes/sha2.js";
import { establish, issuerOf } from "./signature.js";
import { statusOf } from "./status.js";
import { Refused, instant, isObject, listOf } from "./strict.js";

const DIGESTS = { sha256, sha384, sha512 };
const CEASED = ["status.suspended", "status.revoked"];

/** Return the addresses and digests of the credentials that a document binds. */
export const boundBy = (document) =>
  listOf(document.relatedResource)
    .filter((item) => isObject(item) && item.mediaType === "application/vc")
    .map(({ id, digestSRI }) => ({ id: String(id), digest: String(digestSRI) }));

function hasDigest(octets, digest) {
  const [name, expected] = [digest.slice(0, digest.indexOf("-")), digest.slice(digest.indexOf("-") + 1)];
  return Object.hasOwn(DIGESTS, name) && base64.encode(DIGESTS[name](octets)) === expected;
}

/**
 * Return `[code, facts]` of the authority of a credential that `issuer` signed at `signedAt`.
 *
 * `habilitations` are `{octets, value}`: those that were handed over beside the credential.
 */
export async function authorityOf(document, { issuer, signedAt, habilitations, lists, trust, now }) {
  if (issuer.habilitatedBy) throw new Refused("authority.form");
  const subjects = listOf(document.credentialSubject).filter(isObject);
  const sources = subjects
    .map(({ source }) => (typeof source === "string" ? { id: source } : source))
    .filter((source) => isObject(source) && source.id !== issuer.id);
  if (!sources.length) return ["authority.own_name"];
  const [source] = sources;
  const facts = { name: String(source.name ?? source.id) };
  if (source.endorsement || source.endorsementJwt) throw new Refused("authority.form");
  const bound = boundBy(document);
  if (!bound.length) return ["authority.source_alone", facts];
  if (sources.length > 1) throw new Refused("authority.refused", facts);
  const named = habilitations.filter(({ value }) => bound.some(({ id }) => id === value.id));
  const same = named.filter(({ octets, value }) => bound.some(({ id, digest }) => id === value.id && hasDigest(octets, digest)));
  if (!named.length) throw new Refused("authority.absent", facts);
  if (!same.length) throw new Refused("authority.altered", facts);
  let refusal;
  for (const { value } of same) {
    try {
      return [await judged(value, { document, source, issuer, signedAt, lists, trust, now, facts }), facts];
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      refusal ??= error;
    }
  }
  throw refusal;
}

async function judged(habilitation, { document, source, issuer, signedAt, lists, trust, now, facts }) {
  const refused = (code) => new Refused(code, facts);
  try {
    await establish(habilitation, { trust, now });
  } catch {
    throw refused("authority.refused");
  }
  const subject = habilitation.credentialSubject;
  if (issuerOf(habilitation) !== issuer.id || !isObject(subject) || subject.id !== source.id) throw refused("authority.refused");
  const [from, until] = ["validFrom", "validUntil"].map((name) => (name in habilitation ? instant(habilitation[name]) : null));
  if ((from !== null && signedAt < from) || (until !== null && signedAt > until)) throw refused("authority.not_then");
  if (!isAllowed(document, subject)) throw refused("authority.not_allowed");
  const told = issuer.interruptions.filter(({ credential }) => credential === habilitation.id);
  if (told.some(({ since, until: end }) => since <= signedAt && signedAt < end)) throw refused("authority.not_then");
  try {
    const { code } = await statusOf(habilitation, { issuer, lists, trust, now });
    if (code === "status.absent") throw refused("authority.unsure");
    return "authority.ok";
  } catch (error) {
    if (!CEASED.includes(error.code)) throw error.code === "authority.unsure" ? error : refused("authority.refused");
    // Suspended or withdrawn: the certifier says since when, or a withdrawal covers nothing.
    if (told.some(({ until: end }) => end === Infinity)) return "authority.ended_since";
    if (error.code === "status.suspended") return "authority.suspended";
    throw refused("authority.withdrawn");
  }
}

function isAllowed(document, subject) {
  const issued = listOf(document.credentialSubject).flatMap((one) => listOf(one.achievement));
  const achievement = listOf(subject.achievement).find(isObject) ?? {};
  const allowed = listOf(achievement.related).map((item) => item?.id);
  if (issued.length && issued.every((one) => one?.id && allowed.includes(one.id))) return true;
  const known = references(achievement);
  return issued.length > 0 && issued.every((one) => references(one).some((name) => known.includes(name)));
}

const references = (achievement) =>
  listOf(achievement?.otherIdentifier)
    .map((item) => item?.identifier)
    .filter((name) => typeof name === "string");
