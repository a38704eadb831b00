// SPDX-License-Identifier: Apache-2.0
// Whose keys count, since when: the file «confiance.json» that a certifier publishes.

import { base58 } from "@scure/base";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { Refused, instant, isObject, listOf } from "./strict.js";
import { parsePolicy } from "./log.js";

const ED25519 = [0xed, 0x01];

/** Return the 32 bytes of an Ed25519 Multikey, null for a key of another kind. */
function publicKey(multikey) {
  if (typeof multikey !== "string" || multikey[0] !== "z") return null;
  let octets;
  try {
    octets = base58.decode(multikey.slice(1));
  } catch {
    throw new Refused("trust.malformed");
  }
  return octets.length === 34 && octets[0] === ED25519[0] && octets[1] === ED25519[1] ? octets.slice(2) : null;
}

/** Return what people compare: eight groups of four, from the SHA-256 of the key. */
export const fingerprint = (key) => bytesToHex(sha256(key)).slice(0, 32).replace(/(.{4})(?!$)/g, "$1 ").toUpperCase();

// Strict, as core/proof/trust.py is: a word that we do not know is refused rather than ignored.
const WORDS = {
  file: "issuers log_policy",
  issuer: "id name domain registration keys status_lists requires_status requires_log habilitated_by may_habilitate interruptions",
  key: "id publicKeyMultibase publicKeyJwk since until compromised purposes",
  interruption: "credential since until",
};

function known(kind, node) {
  const words = WORDS[kind].split(" ");
  if (!isObject(node) || Object.keys(node).some((name) => !words.includes(name))) throw new Refused("trust.malformed");
  return node;
}

const end = (value) => (value === undefined ? Infinity : instant(value));

/** Return issuers by identifier, and the policy of the log, of a parsed trust file. */
export function readTrust(file) {
  const issuers = new Map();
  for (const issuer of listOf(known("file", file).issuers)) {
    if (typeof known("issuer", issuer).id !== "string" || issuers.has(issuer.id)) throw new Refused("trust.malformed");
    issuers.set(issuer.id, {
      id: issuer.id,
      name: typeof issuer.name === "string" ? issuer.name : "",
      keys: keysOf(issuer),
      lists: listOf(issuer.status_lists),
      requiresStatus: issuer.requires_status === true,
      requiresLog: issuer.requires_log === true,
      habilitatedBy: issuer.habilitated_by ?? "",
      interruptions: listOf(issuer.interruptions).map((told) => {
        const { credential, since, until } = known("interruption", told);
        return { credential, since: instant(since), until: end(until) };
      }),
    });
  }
  if (!issuers.size) throw new Refused("trust.malformed");
  return { issuers, policy: typeof file.log_policy === "string" ? parsePolicy(file.log_policy) : null };
}

/** Return the Ed25519 keys of an issuer by address; keys of other kinds sign nothing that this page reads. */
function keysOf(issuer) {
  const keys = new Map();
  for (const key of listOf(issuer.keys)) {
    if (typeof known("key", key).id !== "string" || keys.has(key.id)) throw new Refused("trust.malformed");
    const octets = publicKey(key.publicKeyMultibase);
    const signs = octets !== null && listOf(key.purposes ?? "assertionMethod").includes("assertionMethod");
    const since = key.since === undefined ? -Infinity : instant(key.since);
    keys.set(key.id, { octets, signs, since, until: end(key.until), stolen: isObject(key.compromised) ? key.compromised : null });
  }
  return keys;
}

/** Return the key that this issuer had at this address, at this instant. */
export function keyOf(issuer, method, at) {
  const key = issuer.keys.get(method);
  if (!key || !key.signs) throw new Refused("key.other", { method });
  if (at < key.since) throw new Refused("key.not_yet", { since: key.since });
  if (at >= key.until) throw new Refused("key.retired", { until: key.until });
  return key;
}
