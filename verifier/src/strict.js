// SPDX-License-Identifier: Apache-2.0
// JSON with one reading (I-JSON, RFC 7493), and its one spelling (RFC 8785).

export const MOST_BYTES = 2_000_000;
const DEEPEST = 64;
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/gs;

/** What makes a step fail; `code` says why, `facts` are texts to show. */
export class Refused extends Error {
  constructor(code, facts = {}) {
    super(code);
    this.code = code;
    this.facts = facts;
  }
}

/** Return the text of UTF-8 bytes; a byte that is not UTF-8 refuses them. */
export function textOf(octets) {
  if (octets.length > MOST_BYTES) throw new Refused("parse.size");
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    throw new Refused("parse.malformed");
  }
}

/** Return the value of a JSON text in which no object says the same name twice. */
export function parse(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refused("parse.malformed");
  }
  refuseDuplicates(text);
  check(value, 0);
  return value;
}

function refuseDuplicates(text) {
  const open = [];
  let last = null;
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === "{") open.push(new Set());
    else if (token === "[") open.push(null);
    else if (token === "}" || token === "]") open.pop();
    else if (token === ":") {
      const names = open[open.length - 1];
      const name = JSON.parse(last);
      if (names.has(name) || name === "__proto__") throw new Refused("parse.ambiguous", { name });
      names.add(name);
    }
    last = token;
  }
}

function check(value, depth) {
  if (depth > DEEPEST) throw new Refused("parse.size");
  if (typeof value === "string" && !value.isWellFormed()) throw new Refused("parse.malformed");
  if (typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new Refused("parse.ambiguous", { name: String(value) });
  }
  if (value !== null && typeof value === "object") {
    for (const [name, inner] of Object.entries(value)) {
      check(name, depth);
      check(inner, depth + 1);
    }
  }
}

/** Return the one spelling of a JSON value: names in order of UTF-16 units, no space. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    return `{${Object.keys(value)
      .sort()
      .map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`)
      .join(",")}}`;
  }
  return JSON.stringify(value);
}

export const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
export const listOf = (value) => (Array.isArray(value) ? value : value === undefined ? [] : [value]);

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** Return the milliseconds of an instant that has a time zone, on a day that exists. */
export function instant(value) {
  const isSpelt = typeof value === "string" && INSTANT.test(value) && !value.startsWith("0000");
  const found = isSpelt ? Date.parse(value) : NaN;
  const day = isSpelt ? value.slice(0, 10) : "";
  if (Number.isNaN(found) || new Date(`${day}T00:00:00Z`).toISOString().slice(0, 10) !== day) throw new Refused("dates.malformed", { value: String(value).slice(0, 60) });
  return found;
}
