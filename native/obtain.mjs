// Obtains one native pack with npm and lays its libraries out as runtimes/<rid>/native/<backend>/.
// Run by NativePacks.targets; nothing below the source folder is written.
//
//   node obtain.mjs --pack P --rid R --backend B --libraries DIR --lock-folder DIR --output DIR
//   node obtain.mjs ... --unverified-version V        (a pack without a lock file)
//
// Exit codes: 0 fine, 1 the pack is not what the table says, 2 npm is missing, 3 npm could not obtain the pack.
import { spawnSync } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

const { values: options } = parseArgs({
  options: Object.fromEntries(
    ["pack", "rid", "backend", "libraries", "lock-folder", "output", "unverified-version"].map((name) => [name, { type: "string" }]),
  ),
});
const { pack, rid, backend, libraries, output } = options;
const unverifiedVersion = options["unverified-version"];
const stamp = path.join(output, "obtained.stamp");
const npmPackage = `@node-llama-cpp/${pack}`;

function fail(code, text) {
  console.error(text);
  process.exit(code);
}

// What the stamp must say for the libraries that are there to be the ones asked for.
function fingerprint() {
  const hash = createHash("sha256").update([rid, backend, libraries, unverifiedVersion ?? ""].join("\n"));
  if (!unverifiedVersion) {
    hash.update(fs.readFileSync(path.join(options["lock-folder"], "package-lock.json")));
  }
  return hash.digest("hex");
}

const wanted = fingerprint();
function isCurrent() {
  return fs.existsSync(stamp) && fs.readFileSync(stamp, "utf8").trim() === wanted;
}

if (isCurrent()) {
  // A checkout rewrote the lock file with the same content: only the times differ.
  const now = new Date();
  fs.utimesSync(stamp, now, now);
  process.exit(0);
}

// Everything happens in a folder of our own, which one rename makes visible: builds that run at the same time cannot
// see half a pack, and the last one to finish finds the pack already there.
fs.mkdirSync(path.dirname(output), { recursive: true });
const work = `${output}.${randomUUID()}`;
process.on("exit", () => fs.rmSync(work, { recursive: true, force: true }));
const install = path.join(work, "npm");
fs.mkdirSync(install, { recursive: true });

// npm refuses a pack of another platform unless told which platform is meant; RIDs and npm name them differently.
const [ridSystem, cpu] = rid.split("-");
const system = { linux: "linux", osx: "darwin", win: "win32" }[ridSystem] ?? ridSystem;
const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", `--os=${system}`, `--cpu=${cpu}`];
if (ridSystem === "linux") {
  flags.push("--libc=glibc");
}

let command = "ci";
if (unverifiedVersion) {
  command = "install";
  flags.push("--no-package-lock");
  const manifest = { private: true, dependencies: { [npmPackage]: unverifiedVersion } };
  fs.writeFileSync(path.join(install, "package.json"), JSON.stringify(manifest));
} else {
  for (const file of ["package.json", "package-lock.json"]) {
    fs.copyFileSync(path.join(options["lock-folder"], file), path.join(install, file));
  }
}

// npm is a command file on Windows, which only a shell starts.
const npm = spawnSync("npm", [command, ...flags], { cwd: install, encoding: "utf8", shell: process.platform === "win32" });
if (npm.error?.code === "ENOENT") {
  fail(2, "npm was not found beside node.");
}
if (npm.status !== 0) {
  fail(3, `npm ${command} of ${npmPackage} ended with ${npm.status ?? npm.error?.message}: ${npm.stderr?.trim()}`);
}

const source = path.join(install, "node_modules", npmPackage);
const from = path.join(source, libraries);
const isLibrary = (name) => /\.(so|dylib|dll)$/.test(name);
// libllama-common is C++ code of llama.cpp's own programs (6 MB); the C API does not need it.
const isUsed = (name) => isLibrary(name) && !/llama-common/.test(name);
const found = fs.existsSync(from) ? fs.readdirSync(from, { recursive: true }).filter((name) => isUsed(path.basename(name))) : [];
if (found.length === 0) {
  fail(1, `${npmPackage} holds no libraries in ${libraries}.`);
}

const laidOut = path.join(work, "pack");
const now = new Date();
for (const name of found) {
  const target = path.join(laidOut, "runtimes", rid, "native", backend, name);
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.copyFileSync(path.join(from, name), target);
  // npm dates every file 1985; builds copy what is newer, so an update of the pack would never arrive.
  fs.utimesSync(target, now, now);
}
fs.copyFileSync(path.join(source, "LICENSE"), path.join(laidOut, "LICENSE"));
fs.writeFileSync(path.join(laidOut, "obtained.stamp"), wanted + "\n");

if (fs.existsSync(output) && !isCurrent()) {
  fs.renameSync(output, path.join(work, "replaced"));
}
try {
  fs.renameSync(laidOut, output);
} catch (error) {
  if (!isCurrent()) {
    throw error;
  }
}
