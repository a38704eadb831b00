// SPDX-License-Identifier: Apache-2.0
// What a document says, in the only way to write it: JSON-LD in safe mode with frozen contexts, then RDFC-1.0.

import jsonld from "jsonld";
import { canonize } from "rdf-canonize";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import credentialsV2 from "../../src/jurande/core/proof/contexts/credentials-v2.json";
import openBadges301 from "../../src/jurande/core/proof/contexts/open-badges-3.0.1.json";
import openBadges302 from "../../src/jurande/core/proof/contexts/open-badges-3.0.2.json";
import openBadges303 from "../../src/jurande/core/proof/contexts/open-badges-3.0.3.json";
import extensions from "../../src/jurande/core/proof/contexts/open-badges-extensions.json";
import { Refused, isObject, listOf } from "./strict.js";

const CREDENTIALS = "https://www.w3.org/ns/credentials/v2";
const BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/";
const FROZEN = new Map([
  [CREDENTIALS, credentialsV2],
  [`${BADGES}context-3.0.1.json`, openBadges301],
  [`${BADGES}context-3.0.2.json`, openBadges302],
  [`${BADGES}context-3.0.3.json`, openBadges303],
  [`${BADGES}extensions.json`, extensions],
]);
const VERSIONS = ["3.0.1", "3.0.2", "3.0.3"].map((number) => `${BADGES}context-${number}.json`);
// A context added, removed or moved can change what words mean under a signature that still verifies.
const ACCEPTED = new Set(
  [
    [CREDENTIALS],
    ...VERSIONS.map((version) => [CREDENTIALS, version]),
    ...VERSIONS.map((version) => [CREDENTIALS, version, `${BADGES}extensions.json`]),
  ].map((urls) => urls.join(" ")),
);
const KEYWORDS = new Set(["@context", "@value", "@language", "@json"]);
const MOST_VALUES = 10_000;
const LONGEST_WORK_MS = 10_000;

async function documentLoader(url) {
  if (!FROZEN.has(url)) throw new Refused("safe_mode.context", { name: url.slice(0, 200) });
  return { contextUrl: null, documentUrl: url, document: FROZEN.get(url) };
}

/** A SHA-256 for rdf-canonize that asks nothing of the browser. */
class Digest {
  content = "";
  update(text) {
    this.content += text;
  }
  async digest() {
    return bytesToHex(sha256(utf8ToBytes(this.content)));
  }
}

/** Return the SHA-256 of the canonical N-Quads of a document, in which every word must be defined. */
export async function canonicalHash(document) {
  const signal = AbortSignal.timeout(LONGEST_WORK_MS);
  try {
    const quads = await jsonld.toRDF(document, { documentLoader, safe: true, base: null });
    const text = await canonize(quads, { algorithm: "RDFC-1.0", createMessageDigest: () => new Digest(), signal });
    return sha256(utf8ToBytes(text));
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Refused("safe_mode.undefined", { name: undefinedWord(error) });
  }
}

function undefinedWord(error) {
  const event = error?.details?.event?.details ?? {};
  return String(event.property ?? event.type ?? event.id ?? event.relativeReference ?? "").slice(0, 100);
}

/**
 * Return when the JSON says what is signed where its readers look: words and not addresses, accepted contexts, the
 * credential and its statuses described in one place (core/proof/spelling.py has the reasons).
 */
export function checkSpelling(document) {
  const entries = listOf(document.credentialStatus).filter(isObject);
  const allowed = new Map(entries.filter(({ id }) => typeof id === "string").map(({ id }) => [id, ["id", "type"]]));
  if (typeof document.id === "string") allowed.set(document.id, ["id", "type", "endorsementComment"]);
  const top = { ...document };
  delete top.proof;
  const waiting = [top];
  for (let count = 0; waiting.length; count += 1) {
    const value = waiting.pop();
    if (count > MOST_VALUES) throw new Refused("parse.size");
    if (value === null) throw new Refused("safe_mode.undefined", { name: "null" });
    if (Array.isArray(value)) waiting.push(...value);
    else if (isObject(value)) {
      checkWords(value);
      if ("@context" in value && !ACCEPTED.has(listOf(value["@context"]).join(" "))) {
        throw new Refused("safe_mode.context", { name: listOf(value["@context"]).join(" ").slice(0, 200) });
      }
      const elsewhere = value !== top && !entries.includes(value);
      const permitted = allowed.get(value.id);
      if (elsewhere && permitted && Object.keys(value).some((name) => !permitted.includes(name))) {
        throw new Refused("safe_mode.twice", { name: value.id.slice(0, 100) });
      }
      waiting.push(...Object.entries(value).filter(([name]) => name !== "@context").map(([, inner]) => inner));
    }
  }
  if (!("@context" in top)) throw new Refused("safe_mode.context", { name: "" });
}

function checkWords(node) {
  for (const name of Object.keys(node)) {
    if (name.includes(":") || (name.startsWith("@") && !KEYWORDS.has(name)) || /^\p{Lu}/u.test(name)) {
      throw new Refused("safe_mode.spelling", { name: name.slice(0, 100) });
    }
  }
  const kinds = listOf(node.type).filter((kind) => typeof kind === "string");
  if (kinds.some((kind) => kind.includes(":")) || new Set(kinds).size !== kinds.length) {
    throw new Refused("safe_mode.spelling", { name: kinds.join(" ").slice(0, 100) });
  }
}
