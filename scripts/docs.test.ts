import { spawn } from "node:child_process";
import { on } from "node:events";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import { operationsOf, readContract } from "./lib/contract.js";
import { findChromium, install, npm, prismCli, root } from "./lib/tools.js";

// The reference page in a real browser, opened from disk beside the mock. The tests run in order on it.

const contract = readContract();
const [operation] = operationsOf(contract).filter(({ id }) => id === "createProductCollection");
if (operation === undefined) throw new Error("The contract has no createProductCollection");
const { path, scopes, source, responses, body } = operation;
const [scope = ""] = scopes;
const [full] = (body?.examples ?? []) as readonly { slug: string }[];
const [created] = (responses[0]?.body?.examples ?? []) as readonly { data: { _id: string } }[];
const executablePath = findChromium();
if (executablePath === undefined) throw new Error("There is no browser: apt-get install chromium");
npm(["run", "docs"]);
const playwright = `${install("playwright-core@1.64.1")}/node_modules/playwright-core/index.mjs`;
const { chromium } = await import(pathToFileURL(playwright).href);
const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];
const browser = await chromium.launch({ executablePath, args });
const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
const server = page.getByRole("button", { name: contract.servers?.[0]?.url ?? "" });

const requests: { url(): string; headers(): object }[] = [];
const problems: string[] = [];
page.on("request", (request: (typeof requests)[number]) => requests.push(request));
page.on("pageerror", (error: Error) => problems.push(error.message));
page.on("console", (message: { type(): string; text(): string }) => {
  if (message.type() !== "info") problems.push(message.text());
});

const mock = spawn(process.execPath, [prismCli, "mock", "openapi/openapi.yaml"], { cwd: root });
for await (const [line] of on(mock.stdout, "data", { close: ["end"] })) {
  if (String(line).includes("is listening")) break;
}
afterAll(async () => {
  mock.kill();
  await browser.close();
});

test("shows the endpoint, the server, the scope and how to get a token at first sight", async () => {
  await page.goto(pathToFileURL(`${root}docs/site/index.html`).href);
  await page.getByRole("button", { name: "Test Request" }).waitFor();

  const endpoint = page.locator(".request-card", { hasText: `POST${path}` });
  // The operation's description says how to get a token.
  const description = page.locator(".operation-description", { hasText: scope });
  const plainText = String(source.description).replaceAll("`", "").replaceAll(/\s+/g, " ").trim();
  expect((await description.innerText()).replaceAll(/\s+/g, " ")).toBe(plainText);
  const isInSight = (element: Element) => element.getBoundingClientRect().bottom <= innerHeight;
  for (const it of [server, endpoint, description]) expect(await it.evaluate(isInSight)).toBe(true);
  await page.screenshot({ path: `${root}docs/reference.png` });
});

test("shows every status and every field of the contract", async () => {
  const statuses = page.getByRole("list", { name: "Responses" }).locator("> li > button");
  const shownStatuses = await statuses.locator(".parameter-item-name").allInnerTexts();
  expect(shownStatuses).toEqual(responses.map(({ status }) => String(status)));
  for (const status of await statuses.all()) await status.click();
  const shown: string[] = await page.locator(".property-name").allInnerTexts();
  const { parameters, headers, schemas } = contract.components ?? {};
  const names = [...Object.keys({ ...parameters, ...headers }), ...fieldNames(schemas)];
  expect(names.filter((name) => !shown.includes(name))).toEqual([]);
});

function fieldNames(node: unknown): string[] {
  if (typeof node !== "object" || node === null) return [];
  const names = "properties" in node ? Object.keys(Object(node.properties)) : [];
  return [...names, ...Object.values(node).flatMap(fieldNames)];
}

test("sends to the mock, which creates the example and refuses a slug with a space", async () => {
  await server.click();
  await page.getByRole("option", { name: "http://127.0.0.1:4010" }).click();
  await page.getByPlaceholder("Token").fill("a-token");
  await page.getByRole("button", { name: "Test Request" }).click();
  const client = page.getByRole("dialog");
  const send = client.getByRole("button", { name: "Send" }).first();
  await send.click();
  await client.getByText("201 Created").waitFor();
  await client.getByText(created?.data._id ?? "").waitFor();
  expect(requests.at(-1)?.headers()).toMatchObject({
    authorization: "Bearer a-token",
    "content-type": "application/json",
    version: operation.parameters[0]?.example,
  });

  const body = JSON.stringify({ ...full, slug: "best sellers" });
  await client
    .locator(".cm-content", { hasText: full?.slug ?? "" })
    .first()
    .fill(body);
  await send.click();
  await client.getByText("422 Unprocessable").waitFor();
});

test("asks no other host, and logs nothing but the browser's own line about the 422", () => {
  const origins = new Set(requests.map((request) => new URL(request.url()).origin));
  expect(origins).toEqual(new Set(["null", "http://127.0.0.1:4010"]));
  expect(problems).toEqual([expect.stringContaining("422")]);
});
