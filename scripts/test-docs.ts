import { pathToFileURL } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { type Locator, launchChromium, type Page } from "./chromium.js";
import { buildDocs, type PageOperation, pageFile, readPage } from "./docs.js";
import { command, exitCode, start } from "./lib/cli.js";

const operationPart = "[data-item-kind=httpItem]";
const samplesPart = ".panel-request-samples";
const code = "[data-testid=source-code]";

/** Long enough for what the page would send home: Redoc gathers for five seconds first. */
const errandsMs = 7_000;

/** The headings and fields that a reader does not see without a click. */
async function hiddenText(page: Page, operation: PageOperation): Promise<string[]> {
  // Redoc draws what lies below only when it comes near.
  for (let screens = 0; screens < 20; screens++) {
    await page.evaluate("scrollBy(0, innerHeight)");
    await page.waitForTimeout(100);
  }
  const headings = [
    ...["Authentication", "Rate limits", "Errors in the client"],
    ...[operation.summary, "Headers", "Responses"],
  ];
  const { properties = {} } = operation.requestBody.content["application/json"]?.schema ?? {};
  const hidden: string[] = [];
  for (const name of headings) {
    if (!(await isVisible(page.getByRole("heading", { name })))) hidden.push(`"${name}"`);
  }
  const parameters = (operation.parameters ?? []).map(({ name }) => name);
  for (const name of [...parameters, ...Object.keys(properties)]) {
    const field = page.locator(operationPart).getByText(name, { exact: true });
    if (!(await isVisible(field))) hidden.push(name);
  }
  return hidden;
}

async function isVisible(locator: Locator): Promise<boolean> {
  return locator.first().isVisible();
}

/** The responses whose tab does not show what the contract says of them, and their example. */
async function missingResponses(page: Page, { responses }: PageOperation): Promise<string[]> {
  const missing: string[] = [];
  const part = page.locator(operationPart);
  const example = part.locator("[data-testid=right-panel] >> nth=-1").locator(code);
  for (const [status, { description, content }] of Object.entries(responses)) {
    const tab = page.getByRole("tab", { name: status });
    if ((await tab.count()) === 0) {
      missing.push(status);
      continue;
    }
    await tab.click();
    const [sentence = ""] = description.split(/[;.]/);
    if (!(await isVisible(part.getByText(sentence)))) missing.push(`the description of ${status}`);
    for (const { value } of Object.values(content?.["application/json"]?.examples ?? {})) {
      const shown = JSON.parse((await example.textContent()) ?? "");
      if (!isDeepStrictEqual(shown, value)) missing.push(`the example of ${status}`);
    }
  }
  return missing;
}

/** The samples that cannot be chosen, or whose code is not the one in the file. */
async function missingSamples(page: Page, operation: PageOperation): Promise<string[]> {
  const missing: string[] = [];
  const panel = page.locator(samplesPart);
  const languages = panel.locator(
    "[data-component-name='Panel/PanelHeader'] > :last-child > button",
  );
  for (const { label, source } of operation["x-codeSamples"]) {
    await languages.click();
    const item = page.getByRole("menuitem", { name: label, exact: true });
    if ((await item.count()) === 0) {
      missing.push(label);
      await languages.click();
      continue;
    }
    await item.click();
    const shown = await panel.locator(code).textContent();
    if (shown?.trim() !== source.trim()) missing.push(`the code of ${label}`);
  }
  return missing;
}

/** The widths at which the page is wider than the window, so that a reader has to push it about. */
async function tooNarrow(page: Page): Promise<string[]> {
  const widths: string[] = [];
  for (const width of [390, 768, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    const needed = Number(await page.evaluate("document.documentElement.scrollWidth"));
    if (needed > width) widths.push(`${needed} wide in a window of ${width}`);
  }
  return widths;
}

export const run = command({ usage: "npm run test:docs" }, async (_args, { out }) => {
  await buildDocs();
  const operations = Object.values((await readPage()).paths).flatMap((methods) =>
    Object.values(methods),
  );
  const browser = await launchChromium();
  const page = await browser.newPage();
  page.setDefaultTimeout(5_000);
  const requests: string[] = [];
  const errors: string[] = [];
  await page.route("**/*", async (route) => {
    const url = route.request().url();
    if (url === pathToFileURL(pageFile).href) return route.continue();
    requests.push(url);
    return route.abort();
  });
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(error.message));

  let failed = false;
  const row = (what: string, wrong: readonly string[], details: string) => {
    failed ||= wrong.length > 0;
    out(`${what.padEnd(12)}${wrong.length === 0 ? `ok       ${details}` : "failed"}`);
    for (const it of wrong) out(`            - ${it}`);
  };
  const check = async (what: string, find: () => Promise<string[]>, details: string) =>
    row(what, await find().catch((error: Error) => [firstLine(error.message)]), details);

  await page.goto(pathToFileURL(pageFile).href);
  for (const operation of operations) {
    const { summary, responses, "x-codeSamples": samples } = operation;
    await check("operation", () => hiddenText(page, operation), `${summary}, without a click`);
    const statuses = Object.keys(responses);
    await check("responses", () => missingResponses(page, operation), statuses.join(" "));
    const labels = samples.map(({ label }) => label);
    await check("samples", () => missingSamples(page, operation), labels.join(", "));
  }
  await check("width", () => tooNarrow(page), "390, 768 and 1440");
  await page.waitForTimeout(errandsMs);
  await browser.close();
  row("requests", requests, "none but the page itself, no telemetry");
  row("console", errors, "no error, no warning");
  return failed ? exitCode.failed : exitCode.done;
});

function firstLine(said: string): string {
  return said.split("\n")[0] ?? "";
}

start(import.meta, run);
