// Writes the reference page: Scalar's standalone build and the contract in one HTML file that needs
// no network. `npm run docs -- --open` also serves it, beside the mock and with the mock first among its
// servers, until Ctrl-C.

import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { contractFile, operationsOf, readContract } from "./lib/contract.js";
import { fail, npm, orFail, prismCli, root, temporaryFolder } from "./lib/tools.js";

const options = process.argv.slice(2);
if (options.some((option) => option !== "--open")) fail("Usage: npm run docs [-- --open]");

const contract = orFail(readContract);
const isSingle = operationsOf(contract).length === 1;
const mockServer = { url: "http://127.0.0.1:4010", description: "The mock: npm run mock" };
const apis = contract.servers ?? [];
const servers = [...apis, mockServer];
const configuration = {
  content: contract,
  expandAllSchemaProperties: true,
  orderSchemaPropertiesBy: "preserve",
  // One operation needs no sidebar, no search, and no section for its only tag.
  showSidebar: !isSingle,
  hideSearch: isSingle,
  hideModels: true,
  customCss: `${isSingle ? ".tag-section-container > .section," : ""}
    .scalar-reference-intro-clients { display: none; }
    .references-rendered .section { padding-block: 32px; }`,
  // These would ask Scalar's hosts, or lead to them.
  withDefaultFonts: false,
  agent: { disabled: true },
  showDeveloperTools: "never",
};
// The reader's token is pasted into this page: the browser lets it send to the servers alone.
const policy = `default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:;
  connect-src ${servers.map(({ url }) => url).join(" ")}`;
const scalar = downloadScalar().replaceAll("</script", "<\\/script");
mkdirSync(`${root}docs/site`, { recursive: true });
writeFileSync(`${root}docs/site/index.html`, pageWith(servers));
console.log("Written: docs/site/index.html");
if (options.includes("--open")) serve(pageWith([mockServer, ...apis]));

/** The page, whose requests go to the first of the servers unless its reader chooses another. */
function pageWith(servers: readonly object[]): string {
  const json = JSON.stringify({ ...configuration, servers }).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${contract.info.title}</title>
<div id="reference"></div>
<script>${scalar}</script>
<script>
  Scalar.createApiReference("#reference", ${json});
</script>
</html>
`;
}

/** As a dependency Scalar would bring 300 MB; the page needs one file of its package. */
function downloadScalar(): string {
  const scalar = "@scalar/api-reference@1.76.0";
  const cwd = temporaryFolder();
  try {
    const archive = npm(["pack", "--silent", "--prefer-offline", scalar], cwd).trim();
    const file = "package/dist/browser/standalone.js";
    const options = { cwd, encoding: "utf8", maxBuffer: 2 ** 24 } as const;
    return execFileSync("tar", ["-xzOf", archive, file], options); // Windows has it too
  } catch {
    fail(`npm could not download ${scalar}. Check the network, and use npm run.`);
  }
}

function serve(page: string): void {
  const server = createServer((_request, response) => {
    response.setHeader("Content-Type", "text/html").end(page);
  });
  server.on("error", () => fail("Port 4011 is taken: end what listens there, then try again."));
  server.listen(4011, "127.0.0.1", () => {
    console.log("http://127.0.0.1:4011 shows it. Ctrl-C ends it and the mock.");
    const mock = spawn(process.execPath, [prismCli, "mock", contractFile, "--host", "127.0.0.1"], {
      stdio: "inherit",
    });
    mock.on("exit", (code) => process.exit(code ?? 0));
    process.on("exit", () => mock.kill());
    for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit());
    const opener = { darwin: "open", win32: "explorer" }[String(process.platform)] ?? "xdg-open";
    // Where no browser can be started, the address above has to do.
    spawn(opener, ["http://127.0.0.1:4011"]).on("error", () => undefined);
  });
}
