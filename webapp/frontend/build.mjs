// Builds the front end into webapp/static/dist: stylesheet, scripts, worker bundle, icon sheets, wasm, each under a
// name with its hash, each with a brotli and a gzip copy, and manifest.json (logical name -> hashed name).
// Same sources, same bytes. Run by `npm run build`.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import esbuild from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = resolve(HERE, "../..");
const DIST = join(ROOT, "webapp/static/dist");
const TEMPLATES = join(ROOT, "webapp/templates");
const MODULES = join(ROOT, "node_modules");
const run = promisify(execFile);

const manifest = new Map(); // logical name -> hashed name
const written = new Map(); // file in dist -> promise of having it

const digest = (bytes) => createHash("sha256").update(bytes).digest("hex").slice(0, 10);

function keep(name, content) {
  const bytes = Buffer.from(content);
  const dot = name.lastIndexOf(".");
  const hashed = `${name.slice(0, dot)}-${digest(bytes)}${name.slice(dot)}`;
  manifest.set(name, hashed);
  written.set(hashed, writeOnce(hashed, () => bytes));
  for (const [suffix, pack] of Object.entries(squeeze)) {
    written.set(`${hashed}.${suffix}`, writeOnce(`${hashed}.${suffix}`, () => pack(bytes)));
  }
  return hashed;
}

// --- writing

const squeeze = {
  br: (bytes) =>
    promisify(brotliCompress)(bytes, {
      params: {
        // For the wasm, 11 instead of 10 would save 3 % and take two seconds more.
        [constants.BROTLI_PARAM_QUALITY]: bytes.length > 500_000 ? 10 : 11,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }),
  gz: (bytes) => promisify(gzip)(bytes, { level: 9 }),
};

const exists = (path) => stat(path).then(() => true, () => false);

/** The name carries the hash: a file that is there is the right one. A half-written one never has the name. */
async function writeOnce(name, make) {
  const path = join(DIST, name);
  if (await exists(path)) return;
  await writeFile(`${path}.part`, await make());
  await rename(`${path}.part`, path);
}

/** The manifest last, so that a running server never reads a name that is not there yet; then the leftovers go. */
async function finish() {
  await Promise.all(written.values());
  const sorted = Object.fromEntries([...manifest].sort(([a], [b]) => (a < b ? -1 : 1)));
  await writeFile(join(DIST, "manifest.json.part"), `${JSON.stringify(sorted, null, 2)}\n`);
  await rename(join(DIST, "manifest.json.part"), join(DIST, "manifest.json"));
  for (const old of await readdir(DIST)) if (old !== "manifest.json" && !written.has(old)) await rm(join(DIST, old));
}

// --- styles

async function buildStyles() {
  const folder = await mkdtemp(join(tmpdir(), "changke-css-"));
  const out = join(folder, "app.css");
  const cli = join(MODULES, "@tailwindcss/cli/dist/index.mjs");
  await run(process.execPath, [cli, "-i", join(HERE, "css/app.css"), "-o", out, "--minify"], { cwd: ROOT });
  keep("app.css", await readFile(out));
  await rm(folder, { recursive: true });
}

// --- scripts

const BASE = {
  bundle: true,
  write: false,
  minify: true,
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  logLevel: "error",
  absWorkingDir: ROOT,
  define: { "process.env.NODE_ENV": '"production"' },
};

/** What is imported with `import()` becomes a file of its own; everything else of a page is one file, without a waterfall. */
function lazyChunks() {
  const started = new Map();
  return {
    name: "lazy-chunks",
    setup(build) {
      build.onResolve({ filter: /./ }, async (args) => {
        if (args.kind !== "dynamic-import" || args.pluginData === "seen") return null;
        const found = await build.resolve(args.path, {
          resolveDir: args.resolveDir,
          kind: args.kind,
          pluginData: "seen",
        });
        if (found.errors.length) return found;
        if (!started.has(found.path)) started.set(found.path, buildScript(found.path));
        return { path: `./${await started.get(found.path)}`, external: true };
      });
    },
  };
}

async function buildScript(entry) {
  const built = await esbuild.build({
    ...BASE,
    entryPoints: [entry],
    format: "esm",
    plugins: [lazyChunks()],
  });
  return keep(basename(entry).replace(/\.m?js$/, ".js"), built.outputFiles[0].contents);
}

/** A classic script for the worker to import. */
async function buildForWorker(name) {
  const built = await esbuild.build({ ...BASE, entryPoints: [join(HERE, `js/${name}`)], format: "iife" });
  keep(name, built.outputFiles[0].contents);
}

/** The barcode reader that barcode-detector itself was made for: its nested copy when there is one. */
async function copyReader() {
  const places = ["barcode-detector/node_modules/zxing-wasm", "zxing-wasm"];
  for (const place of places) {
    const path = join(MODULES, place, "dist/reader/zxing_reader.wasm");
    const bytes = await readFile(path).catch(() => null);
    if (bytes) return keep("zxing_reader.wasm", bytes);
  }
  throw new Error("zxing_reader.wasm is missing: run npm ci");
}

// --- icons

const listed = (text) => text.split("\n").map((line) => line.trim()).filter((line) => line && !line.startsWith("#"));

/** One symbol per icon; size, stroke and fill come from the class `.i`, not from the drawing. */
function symbol(name, svg) {
  const inner = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
  return `<symbol id="${name}" viewBox="0 0 24 24">${inner.replace(/\s*\n\s*/g, "").replaceAll(" />", "/>")}</symbol>`;
}

async function buildIcons() {
  const names = listed(await readFile(join(HERE, "icons/list.txt"), "utf8")).sort();
  const symbols = await Promise.all(
    names.map(async (name) => symbol(name, await readFile(join(MODULES, "lucide-static/icons", `${name}.svg`), "utf8"))),
  );
  keep("icons.svg", `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`);
  const pictures = await readFile(join(HERE, "icons/pictures.svg"), "utf8");
  keep("pictures.svg", pictures.replace(/<!--.*?-->/gs, "").replace(/\s*\n\s*/g, ""));
  return new Set(names);
}

/** Icons that a page asks for by name and the list lacks: they would be invisible. */
async function missingIcons(names) {
  const missing = new Set();
  for (const entry of await readdir(TEMPLATES, { recursive: true })) {
    if (!entry.endsWith(".html")) continue;
    const text = await readFile(join(TEMPLATES, entry), "utf8");
    for (const [, name] of text.matchAll(/\bicon(?:\(|=)\s*['"]([a-z0-9-]+)['"]/g)) {
      if (!names.has(name)) missing.add(`${name} (${entry})`);
    }
  }
  return [...missing];
}

async function report(started) {
  for (const [name, hashed] of [...manifest].sort()) {
    const { size } = await stat(join(DIST, `${hashed}.br`));
    console.log(`${(size / 1000).toFixed(1).padStart(7)} kB brotli  ${name}`);
  }
  console.log(`built in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

const started = Date.now();
await mkdir(DIST, { recursive: true });
const [icons] = await Promise.all([
  buildIcons(),
  copyReader(),
  buildStyles(),
  buildScript(join(HERE, "js/main-staff.js")),
  buildScript(join(HERE, "js/main-member.js")),
  buildScript(join(HERE, "js/elements/ck-colour.js")),
  buildScript(join(HERE, "js/elements/ck-wait.js")),
  buildScript(join(HERE, "js/back-office.js")),
  buildScript(join(HERE, "js/sharing.js")),
  buildScript(join(HERE, "js/asking.js")),
  buildForWorker("sw-bundle.js"),
  buildForWorker("sw-queue.js"),
]);
await finish();
await report(started);
const missing = await missingIcons(icons);
if (missing.length) {
  console.error(`Icons that webapp/frontend/icons/list.txt lacks: ${missing.join(", ")}`);
  process.exitCode = 1;
}
