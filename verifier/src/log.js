// SPDX-License-Identifier: Apache-2.0
// Step 8: the public log shows the credential (c2sp.org: signed-note, tlog-checkpoint, tlog-proof, tlog-policy).

import { base64, base64urlnopad } from "@scure/base";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { isSigned } from "./ed25519.js";
import { Refused, canonical, isObject, parse } from "./strict.js";

export const MAGIC = "c2sp.org/tlog-proof@v1";
const [LOG_KEY, WITNESS_KEY] = [0x01, 0x04];
const LINE = /^— ([^\s+]+) ([A-Za-z0-9+/=]+)$/;

function decoded(text) {
  try {
    return base64.decode(text);
  } catch {
    throw new Refused("log.malformed");
  }
}

function decimal(text) {
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(text) || !Number.isSafeInteger(Number(text))) throw new Refused("log.malformed");
  return Number(text);
}

function verifierKey(vkey, kind) {
  const [, name, id, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+(.+)$/.exec(vkey) ?? [];
  if (!name) throw new Refused("trust.malformed");
  const octets = decoded(encoded);
  const own = bytesToHex(sha256(concatBytes(utf8ToBytes(`${name}\n`), octets)).slice(0, 4));
  if (octets.length !== 33 || octets[0] !== kind || own !== id) throw new Refused("trust.malformed");
  return { name, id, key: octets.slice(1) };
}

/** Return the logs, the witnesses, and the group or witness that must have cosigned, of a policy file. */
export function parsePolicy(text) {
  const policy = { logs: [], witnesses: new Map(), groups: new Map(), quorum: undefined };
  for (const line of text.split("\n")) {
    const [word, ...rest] = line.split(/[ \t]+/).filter(Boolean);
    if (word === undefined || word.startsWith("#")) continue;
    if (word === "log") policy.logs.push(verifierKey(rest[0], LOG_KEY));
    else if (word === "witness") policy.witnesses.set(rest[0], verifierKey(rest[1], WITNESS_KEY));
    else if (word === "group") {
      const [name, least, ...members] = rest;
      policy.groups.set(name, { members, least: { any: 1, all: members.length }[least] ?? decimal(least) });
    } else if (word === "quorum") [policy.quorum] = rest;
    else throw new Refused("trust.malformed");
  }
  if (policy.quorum === undefined) throw new Refused("trust.malformed");
  return policy;
}

function isWitnessed(policy, name, seen) {
  if (name === "none") return true;
  const group = policy.groups.get(name);
  if (!group) return seen.has(name);
  return group.members.filter((member) => isWitnessed(policy, member, seen)).length >= Math.max(1, group.least);
}

/** Return `{origin, size, root, witnesses}` of a checkpoint that a log of the policy signed, with its quorum. */
function openCheckpoint(note, policy) {
  const cut = note.lastIndexOf("\n\n");
  if (cut < 0 || !note.endsWith("\n")) throw new Refused("log.malformed");
  const text = note.slice(0, cut + 1);
  const signers = new Set();
  const witnesses = new Set();
  for (const line of note.slice(cut + 2, -1).split("\n")) {
    const [, name, encoded] = LINE.exec(line) ?? [];
    if (!name) throw new Refused("log.malformed");
    const octets = decoded(encoded);
    const [id, blob] = [bytesToHex(octets.slice(0, 4)), octets.slice(4)];
    const log = policy.logs.find((key) => key.name === name && key.id === id);
    if (log) {
      if (!isSigned(blob, utf8ToBytes(text), log.key)) throw new Refused("log.checkpoint");
      signers.add(name);
    }
    for (const [called, key] of policy.witnesses) {
      if (key.name !== name || key.id !== id) continue;
      const time = new DataView(blob.buffer, blob.byteOffset).getBigUint64(0);
      if (!isSigned(blob.slice(8), utf8ToBytes(`cosignature/v1\ntime ${time}\n${text}`), key.key)) {
        throw new Refused("log.checkpoint");
      }
      witnesses.add(called);
    }
  }
  const [origin, size, root, ...rest] = text.split("\n");
  if (rest.length !== 1 || !signers.has(origin) || !isWitnessed(policy, policy.quorum, witnesses)) {
    throw new Refused("log.checkpoint");
  }
  return { origin, size: decimal(size), root: decoded(root), witnesses: [...witnesses] };
}

const leaf = (entry) => sha256(concatBytes(new Uint8Array([0]), entry));
const node = (left, right) => sha256(concatBytes(new Uint8Array([1]), left, right));

/** Return the root that a path leads to (RFC 9162 §2.1.3.2). */
function rootFrom(hash, index, size, path) {
  if (index >= size) throw new Refused("log.inclusion");
  let [place, last, root] = [index, size - 1, hash];
  for (const sibling of path) {
    if (last === 0) throw new Refused("log.inclusion");
    if (place % 2 === 1 || place === last) {
      root = node(sibling, root);
      while (place % 2 === 0 && place !== 0) [place, last] = [place / 2, Math.floor(last / 2)];
    } else root = node(root, sibling);
    [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  }
  if (last !== 0) throw new Refused("log.inclusion");
  return root;
}

/** Return what a proof file says, not verified: `{entryId, salt, index, path, checkpoint}`. */
export function readProof(text) {
  const cut = text.indexOf("\n\n");
  const [magic, extra, index, ...path] = text.slice(0, cut).split("\n");
  if (cut < 0 || magic !== MAGIC || !extra?.startsWith("extra ") || !index?.startsWith("index ") || path.length > 63) {
    throw new Refused("log.malformed");
  }
  const opening = parse(new TextDecoder().decode(decoded(extra.slice(6))));
  if (!isObject(opening) || typeof opening.id !== "string" || typeof opening.salt !== "string") throw new Refused("log.malformed");
  let salt;
  try {
    salt = base64urlnopad.decode(opening.salt);
  } catch {
    throw new Refused("log.malformed");
  }
  return { entryId: opening.id, salt, index: decimal(index.slice(6)), path: path.map(decoded), checkpoint: text.slice(cut + 2) };
}

/** Return where the log shows a signed credential; its entry is built from the credential, never taken from the proof. */
export function inclusionOf(document, proof, policy) {
  const seen = openCheckpoint(proof.checkpoint, policy);
  const committed = canonical({ ...document, proof: [document.proof].flat() });
  const commitment = base64urlnopad.encode(hmac(sha256, proof.salt, utf8ToBytes(committed)));
  const entry = canonical({ commitment, id: proof.entryId, type: "credential.issued", v: 1 });
  const root = rootFrom(leaf(utf8ToBytes(entry)), proof.index, seen.size, proof.path);
  if (bytesToHex(root) !== bytesToHex(seen.root)) throw new Refused("log.inclusion");
  return { origin: seen.origin, index: proof.index, size: seen.size, witnesses: seen.witnesses.join(", ") };
}
