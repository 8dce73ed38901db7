// Preloaded into an importer: kills it, as `kill -9` does, at its n-th write to the journal. KILL_AT is
// { n, moment } as JSON; the moment is before the write, in the middle of it, or after it.

import { open } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const { n, moment } = JSON.parse(process.env.KILL_AT ?? "{}");
let writes = 0;

const handle = await open(fileURLToPath(import.meta.url));
const fileHandle = Object.getPrototypeOf(handle);
await handle.close();
const { appendFile } = fileHandle;

const killNow = () => process.kill(process.pid, "SIGKILL");

fileHandle.appendFile = async function (text) {
  if (++writes !== n) return appendFile.call(this, text);
  if (moment === "before") killNow();
  await appendFile.call(this, moment === "middle" ? text.slice(0, text.length / 2) : text);
  killNow();
};
