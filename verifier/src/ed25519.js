// SPDX-License-Identifier: Apache-2.0
import { ed25519 } from "@noble/curves/ed25519.js";

/** Tell whether Ed25519 (RFC 8032, strictly) accepts the signature; a key that anybody could sign under never does. */
export function isSigned(signature, message, key) {
  try {
    return ed25519.verify(signature, message, key, { zip215: false });
  } catch {
    return false;
  }
}
