// SPDX-License-Identifier: Apache-2.0
// Make the one-file verifier: npm run build [-- FOLDER]. The same sources and the same lock give the same bytes.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const folder = resolve(process.argv[2] ?? join(here, "../src/jurande/integrations/offline_verifier"));

// What fetches documents has no place here: jsonld is given its contexts, and nothing else is ever read. Nor has a
// polyfill that turns texts into code.
const INSTEAD = [
  [/@digitalbazaar\/http-client\//, "module.exports = {};"],
  [/jsonld\/lib\/platform-browser\.js$/, "exports.setupDocumentLoaders = exports.setupGlobals = () => {};"],
  [/setimmediate\//, "globalThis.setImmediate ??= (later) => setTimeout(later);"],
];
const withoutNetwork = {
  name: "without-network",
  setup({ onLoad }) {
    for (const [filter, contents] of INSTEAD) onLoad({ filter }, () => ({ contents }));
  },
};

const bundle = await build({
  absWorkingDir: here,
  entryPoints: ["src/page.js"],
  bundle: true,
  minify: true,
  format: "iife",
  platform: "browser",
  target: "es2022",
  charset: "ascii",
  legalComments: "none",
  metafile: true,
  write: false,
  define: { global: "globalThis" },
  plugins: [withoutNetwork],
});
const script = bundle.outputFiles[0].text.trim();
const { code } = await transform(readFileSync(join(here, "src/page.css"), "utf8"), { loader: "css", minify: true });
const style = code.trim();
const hashOf = (text) => `sha256-${createHash("sha256").update(text).digest("base64")}`;
const values = { script, style, "script-hash": hashOf(script), "style-hash": hashOf(style) };
const page = readFileSync(join(here, "src/page.html"), "utf8").replace(/\{\{([a-z-]+)\}\}/g, (_, name) => values[name]);

const packages = [
  ...new Set(Object.keys(bundle.metafile.inputs).flatMap((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? [])),
]
  .filter((name) => !INSTEAD.some(([filter]) => filter.test(`${name}/`)))
  .sort();
const licences = packages.map((name) => {
  const root = join(here, "node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const file = readdirSync(root).find((found) => /^licen[cs]e/i.test(found));
  const text = file ? readFileSync(join(root, file), "utf8").trim() : "(no licence file in the package)";
  return `${name} ${version} — ${license}\n\n${text}\n`;
});

mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, "verifier.html"), page);
writeFileSync(join(folder, "verifier.html.sha256"), `${createHash("sha256").update(page).digest("hex")}  verifier.html\n`);
writeFileSync(join(folder, "LICENCES.txt"), licences.join(`\n${"-".repeat(80)}\n\n`));
console.log(`${folder}: ${Buffer.byteLength(page)} bytes`);
