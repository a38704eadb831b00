// SPDX-License-Identifier: Apache-2.0
// What files hold: a credential (JSON, PNG, SVG, PDF), keys, status lists, a proof of the log, or all of it in a ZIP.

import { boundBy } from "./authority.js";
import { inflated } from "./inflate.js";
import { MAGIC, readProof } from "./log.js";
import { MOST_BYTES, Refused, isObject, listOf, parse, textOf } from "./strict.js";
import { readTrust } from "./trust.js";

const MOST_FILES = 100;
// One character a byte: good to look for ASCII, and for nothing else.
const latin1 = new TextDecoder("latin1");

/** Return what nothing was given yet to. `credentials` are `{octets, value}`, in the order they came. */
export const emptyDossier = () => ({ credentials: [], trust: null, lists: new Map(), proof: null });

/**
 * Return the one credential to verify and the habilitations that came with it, which it binds.
 *
 * Several credentials that nothing binds to each other are refused: nobody could tell which was judged.
 */
export function mainCredential({ credentials }) {
  const bound = new Set(credentials.flatMap(({ value }) => boundBy(value).map(({ id }) => id)));
  const main = credentials.filter(({ value }) => !bound.has(value.id));
  if (main.length > 1) throw new Refused("parse.several");
  return { credential: main[0]?.value ?? null, habilitations: credentials.filter((one) => one !== main[0]) };
}

/** Add to a dossier what one file holds; a file that holds nothing known is refused. */
export async function take(dossier, octets) {
  const start = latin1.decode(octets.subarray(0, 1024));
  if (start.startsWith("PK\x03\x04")) return takeArchive(dossier, octets);
  if (start.slice(1).startsWith("PNG\r\n\x1a\n")) return takeJson(dossier, textOfPng(octets));
  if (start.startsWith("%PDF-")) return takeJson(dossier, await textOfPdf(octets));
  const text = textOf(octets);
  if (text.startsWith(MAGIC)) {
    dossier.proof = readProof(text);
    return;
  }
  return takeJson(dossier, /^\s*(?:<\?xml|<!--|<svg)/.test(text) ? textOfSvg(text) : text);
}

/** Add to a dossier what a JSON text holds: a credential, a list of statuses, or keys. */
export function takeJson(dossier, text) {
  const value = parse(text);
  if (!isObject(value)) throw new Refused("parse.other");
  if (Array.isArray(value.issuers)) dossier.trust = readTrust(value);
  else if (listOf(value.type).includes("BitstringStatusListCredential")) dossier.lists.set(value.id, value);
  else if (!dossier.credentials.some(({ value: { id } }) => id !== undefined && id === value.id)) {
    dossier.credentials.push({ octets: new TextEncoder().encode(text), value });
  } else throw new Refused("parse.several");
}

async function takeArchive(dossier, octets) {
  for (const { name, content } of await filesOfZip(octets)) {
    if (/\.(?:json|tlog-proof)$/.test(name)) await take(dossier, content);
  }
}

async function filesOfZip(octets) {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  let end = octets.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end -= 1;
  if (end < 0) throw new Refused("parse.malformed");
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if (count > MOST_FILES) throw new Refused("parse.size");
  const files = [];
  try {
    for (let number = 0; number < count; number += 1) {
      const [method, size, nameLength] = [view.getUint16(at + 10, true), view.getUint32(at + 20, true), view.getUint16(at + 28, true)];
      const name = latin1.decode(octets.subarray(at + 46, at + 46 + nameLength));
      const local = view.getUint32(at + 42, true);
      const begin = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
      const content = octets.subarray(begin, begin + size);
      if (method !== 0 && method !== 8) throw new Refused("parse.malformed");
      files.push({ name, content: method ? await inflated(content, "deflate-raw") : content });
      at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    }
  } catch (error) {
    throw error instanceof Refused ? error : new Refused("parse.malformed");
  }
  return files;
}

/** Return the text baked in the one `iTXt` chunk named «openbadgecredential»; nothing follows the image. */
function textOfPng(octets) {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  const found = [];
  let [at, kind] = [8, ""];
  while (kind !== "IEND") {
    if (at + 12 > octets.length) throw new Refused("parse.malformed");
    const content = octets.subarray(at + 8, at + 8 + view.getUint32(at));
    kind = latin1.decode(octets.subarray(at + 4, at + 8));
    at += 12 + content.length;
    if (!kind.endsWith("Xt") || !latin1.decode(content.subarray(0, 20)).startsWith("openbadgecredential\0")) continue;
    if (kind !== "iTXt" || content[20] !== 0) throw new Refused("parse.malformed");
    const language = content.indexOf(0, 22);
    found.push(content.subarray(content.indexOf(0, language + 1) + 1));
  }
  if (at !== octets.length) throw new Refused("parse.malformed");
  if (found.length !== 1) throw new Refused(found.length ? "parse.several" : "parse.empty");
  return textOf(found[0]);
}

function textOfSvg(text) {
  const picture = new DOMParser().parseFromString(text, "image/svg+xml");
  const found = picture.getElementsByTagNameNS("https://purl.imsglobal.org/ob/v3p0", "credential");
  if (found.length !== 1) throw new Refused(found.length ? "parse.several" : "parse.empty");
  if (found[0].hasAttribute("verify")) throw new Refused("parse.other");
  return found[0].textContent;
}

/** Return the one attachment of a PDF that is a signed credential: what the pages show proves nothing. */
async function textOfPdf(octets) {
  const text = latin1.decode(octets);
  if (!text.slice(-1024).includes("%%EOF")) throw new Refused("parse.malformed");
  const found = [];
  for (const { 0: head, index } of text.matchAll(/<<(?:(?!endobj|stream)[^])*?\/Type\s*\/EmbeddedFile(?:(?!endobj)[^])*?stream\r?\n/g)) {
    const begin = index + head.length;
    const length = Number(/\/Length\s+(\d+)(?!\s+\d+\s+R)/.exec(head)?.[1] ?? NaN);
    const end = Number.isNaN(length) ? text.indexOf("endstream", begin) : begin + length;
    const content = octets.subarray(begin, end);
    const plain = /\/FlateDecode/.test(head) ? await inflated(content, "deflate", MOST_BYTES) : content;
    if (plain[0] === 0x7b && isCredential(textOf(plain))) found.push(textOf(plain));
  }
  if (found.length !== 1) throw new Refused(found.length ? "parse.several" : "parse.empty");
  return found[0];
}

/** Tell whether an attachment is a credential: a PDF may also carry what it was made from. */
function isCredential(text) {
  const value = parse(text);
  return isObject(value) && (listOf(value.type).includes("VerifiableCredential") || "proof" in value);
}
