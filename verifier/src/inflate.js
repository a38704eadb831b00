// SPDX-License-Identifier: Apache-2.0
import { Refused } from "./strict.js";

const MOST_BYTES = 16 * 1024 * 1024;

/** Return the bytes of a gzip or deflate stream, refused past a bound: a bomb stops there. */
export async function inflated(octets, format, most = MOST_BYTES) {
  const stream = new Blob([octets]).stream().pipeThrough(new DecompressionStream(format));
  const parts = [];
  let size = 0;
  try {
    for (const reader = stream.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.length;
      if (size > most) throw new Refused("parse.size");
      parts.push(value);
    }
  } catch (error) {
    throw error instanceof Refused ? error : new Refused("parse.malformed");
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
