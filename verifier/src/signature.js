// SPDX-License-Identifier: Apache-2.0
// Steps 2 to 4 of a verification: words, key, signature (eddsa-rdfc-2022).

import { base58 } from "@scure/base";
import { concatBytes } from "@noble/hashes/utils.js";
import { isSigned } from "./ed25519.js";
import { canonicalHash, checkSpelling } from "./linked.js";
import { Refused, instant, isObject, listOf } from "./strict.js";
import { fingerprint, keyOf } from "./trust.js";

const MEMBERS = new Set(
  "@context type cryptosuite created expires verificationMethod proofPurpose proofValue id domain challenge nonce".split(" "),
);
export const CLOCKS_DIFFER_MS = 5 * 60_000;

export const issuerOf = (document) => (isObject(document.issuer) ? document.issuer.id : document.issuer);

/** Return the one proof of a document, well-formed. */
function proofOf(document) {
  const proofs = listOf(document.proof);
  if (proofs.length !== 1 || !isObject(proofs[0])) throw new Refused(proofs.length ? "signature.several" : "signature.none");
  const [proof] = proofs;
  const unknown = Object.keys(proof).find((name) => !MEMBERS.has(name));
  if (unknown || proof.type !== "DataIntegrityProof" || proof.cryptosuite !== "eddsa-rdfc-2022") {
    throw new Refused("signature.form", { name: String(unknown ?? proof.cryptosuite) });
  }
  if ("@context" in proof && JSON.stringify(proof["@context"]) !== JSON.stringify(document["@context"])) {
    throw new Refused("signature.form", { name: "@context" });
  }
  return proof;
}

/**
 * Return who signed a document and when: `{issuer, key, signedAt}`.
 *
 * `trust` gives the keys, `now` is in milliseconds, `passed(step, code, facts)` is told of each step that holds.
 */
export async function establish(document, { trust, now, passed = () => {} }) {
  checkSpelling(document);
  const unsecured = { ...document };
  delete unsecured.proof;
  const hash = await canonicalHash(unsecured);
  const proof = proofOf(document);
  const config = { ...proof, "@context": document["@context"] };
  delete config.proofValue;
  const configHash = await canonicalHash(config);
  passed(2, "safe_mode.ok");

  const issuer = trust.issuers.get(issuerOf(document));
  if (!issuer) throw new Refused("key.stranger", { issuer: String(issuerOf(document)) });
  const signedAt = instant(proof.created);
  const key = keyOf(issuer, proof.verificationMethod, signedAt);
  passed(3, "key.ok", { issuer: issuer.id, name: issuer.name, fingerprint: fingerprint(key.octets), since: key.since });

  if (proof.proofPurpose !== "assertionMethod") throw new Refused("signature.form", { name: String(proof.proofPurpose) });
  if (signedAt > now + CLOCKS_DIFFER_MS) throw new Refused("signature.future", { at: signedAt });
  if (proof.expires !== undefined && instant(proof.expires) <= now) throw new Refused("signature.form", { name: "expires" });
  if (!isSigned(signatureBytes(proof.proofValue), concatBytes(configHash, hash), key.octets)) {
    throw new Refused("signature.bad");
  }
  passed(4, "signature.ok", { at: signedAt });
  return { issuer, key, signedAt };
}

function signatureBytes(text) {
  try {
    return base58.decode(String(text).slice(1));
  } catch {
    throw new Refused("signature.bad");
  }
}
