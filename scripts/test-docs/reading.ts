import assert from "node:assert/strict";
import type { AxeResults } from "axe-core";
import type { Locator, Page } from "playwright-core";
import { meaningOf } from "../docs/page/meaning.js";
import type { Schema } from "../lib/contract.js";
import type { Check, Stage } from "./drive.js";

type Shape = readonly [width: number, height: number, colorScheme: "light" | "dark"];

const wide: Shape = [1400, 900, "light"];
const shapes: readonly Shape[] = [
  wide,
  [1400, 900, "dark"],
  [390, 844, "light"],
  [390, 844, "dark"],
];

/** What a reader sees without sending anything. */
export function readingChecks(stage: Stage): readonly Check[] {
  const { browser, file, contract, axe } = stage;
  const { operation } = contract;
  const statuses = Object.keys(operation.responses);
  const samples = operation["x-codeSamples"];

  /** Opens the page from disk, does something with it, and makes sure that it stayed silent. */
  const read = async <T>(
    [width, height, colorScheme]: Shape,
    perform: (page: Page) => Promise<T>,
  ) => {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme });
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const page = await context.newPage();
    page.setDefaultTimeout(5_000);
    const noises: string[] = [];
    page.on("request", (request) => {
      if (!/^(data:|file:)/.test(request.url())) noises.push(`asked for ${request.url()}`);
    });
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) noises.push(message.text());
    });
    page.on("pageerror", (error) => noises.push(error.message));
    try {
      await page.goto(file);
      const result = await perform(page);
      assert.deepEqual(noises, []);
      return result;
    } finally {
      await context.close();
    }
  };

  return [
    [
      "first sight",
      () =>
        read(wide, async (page) => {
          const first = page.locator("header.first");
          const texts = [
            operation.summary,
            contract.method,
            contract.server + contract.path,
            ...contract.scopes,
            "Creates a product collection",
            "Sub-Account token",
            "OAuth access token",
            "Private integration token",
          ];
          for (const text of texts) await isOnScreen(page, first.getByText(text).first());
          const links = first.locator("a[href^=https]");
          const targets = await links.evaluateAll((all) =>
            all.map((it) => it.getAttribute("href")),
          );
          assert.ok(
            targets.some((it) => it?.includes("create-product-collection")),
            "vendor's page",
          );
          assert.ok(
            targets.some((it) => it?.includes("OAuth")),
            "the OAuth page",
          );
          for (const link of await links.all()) await isOnScreen(page, link);
          const paint = await page.evaluate(
            () =>
              performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN,
          );
          return `${texts.length} texts, ${targets.length} links; drawn after ${paint.toFixed(0)} ms`;
        }),
    ],
    [
      "request",
      () =>
        read(wide, async (page) => {
          const section = page.locator("#request");
          let count = 0;
          for (const { name, schema, required, ...rest } of operation.parameters ?? []) {
            await showsField(section, name, { ...schema, ...rest }, required === true);
            count++;
          }
          const { schema } = operation.requestBody.content["application/json"] ?? {};
          assert.ok(schema, "the contract has a body");
          count += await showsFields(section, schema);
          return `${count} headers and fields`;
        }),
    ],
    [
      "responses",
      () =>
        read(wide, async (page) => {
          const section = page.locator("#responses");
          let fields = 0;
          for (const [status, { description, content, headers = {} }] of Object.entries(
            operation.responses,
          )) {
            await section.getByRole("tab", { name: status, exact: true }).click();
            const panel = section.getByRole("tabpanel");
            const text = (await panel.innerText()).replaceAll(/\s+/g, " ");
            const said = description.replaceAll("`", "").replaceAll(/\s+/g, " ").trim();
            assert.ok(text.includes(said), `the description of ${status}`);
            const { outcome, advice } = meaningOf(Number(status), true);
            assert.ok(text.includes(`${outcome} ${advice}`), `what ${status} means`);
            const { schema, examples = {} } = content?.["application/json"] ?? {};
            if (schema !== undefined) fields += await showsFields(panel, schema);
            const shown = await panel.locator(".code code").allInnerTexts();
            assert.deepEqual(
              shown.map((it): unknown => JSON.parse(it)),
              Object.values(examples).map(({ value }) => value),
            );
            await panel.getByText(`${Object.keys(headers).length} headers`).click();
            for (const [name, { schema, description: of }] of Object.entries(headers)) {
              await showsField(panel, name, { ...schema, description: of }, false);
            }
          }
          await section.getByRole("tab", { name: "Anything else" }).click();
          await section.getByText("may have been created").waitFor();
          return `${statuses.join(" ")} and anything else, ${fields} fields`;
        }),
    ],
    [
      "rate limits",
      () =>
        read(wide, async (page) => {
          const names = Object.keys(Object.values(operation.responses)[0]?.headers ?? {});
          assert.notEqual(names.length, 0);
          for (const name of names) {
            await page.locator("#rate-limits dt").getByText(name, { exact: true }).waitFor();
          }
          await page.locator("#client-errors").getByText("InvalidRequestError").first().waitFor();
          return `${names.length} headers, and the client's errors`;
        }),
    ],
    ...shapes.map(
      (shape): Check => [
        `samples, ${nameOf(shape)}`,
        () =>
          read(shape, async (page) => {
            const section = page.locator("#samples");
            for (const { label, source } of samples) {
              const tab = section.getByRole("tab", { name: label, exact: true });
              assert.ok(await tab.isVisible(), `the tab of ${label} is visible`);
              await tab.click();
              const code = section.locator("code[id]:visible");
              assert.equal(await code.innerText(), source.trimEnd());
              assert.ok(await isWhole(code), `${label} is clipped`);
              await section.getByRole("button", { name: "Copy" }).click();
              const copied = await page.evaluate(() => navigator.clipboard.readText());
              assert.equal(copied, source.trimEnd());
            }
            return `${samples.length} languages read and copied, none clipped`;
          }),
      ],
    ),
    [
      "width",
      async () => {
        const widths = [320, 390, 768, 1024, 1440];
        for (const width of widths) {
          await read([width, 900, "light"], async (page) => {
            const needed = await page.evaluate(() => document.documentElement.scrollWidth);
            assert.ok(needed <= width, `${needed} wide in a window of ${width}`);
          });
        }
        return widths.join(", ");
      },
    ],
    ...shapes.map(
      (shape): Check => [
        `axe, ${nameOf(shape)}`,
        () =>
          read(shape, async (page) => {
            let rules = await audit(page, axe);
            for (const section of ["#samples", "#responses"]) {
              for (const tab of await page.locator(section).getByRole("tab").all()) {
                await tab.click();
                rules += await audit(page, axe, section);
              }
            }
            await page.locator("#body").fill('{ "slug": "best sellers" }');
            await page.getByRole("textbox", { name: "Base URL" }).fill("ftp://nowhere");
            await page.getByRole("button", { name: "Send" }).click();
            await page.getByText("Not sent").waitFor();
            rules += await audit(page, axe, "#console");
            return `no finding; ${rules} rules passed on the whole, each tab and a refusal`;
          }),
      ],
    ),
  ];
}

function nameOf([width, , colorScheme]: Shape): string {
  return `${width} ${colorScheme}`;
}

/** Holds a part of the page to axe-core; returns how many rules it passed. */
export async function audit(page: Page, axe: string, part = "html"): Promise<number> {
  await page.evaluate(axe);
  // axe-core has put itself into the page.
  const results = await page.evaluate<AxeResults, string>(
    (selector) => (globalThis as unknown as { axe: typeof import("axe-core") }).axe.run(selector),
    part,
  );
  const found = results.violations.map(
    ({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ html }) => html).join(" ")}`,
  );
  assert.deepEqual(found, []);
  // A rule that breaks down finds nothing either.
  const broken = results.incomplete.filter(({ nodes }) =>
    nodes.some(({ any }) => any.some(({ id }) => id === "error-occurred")),
  );
  assert.deepEqual(
    broken.map(({ id }) => id),
    [],
  );
  assert.ok(results.passes.some(({ id }) => id === "color-contrast"));
  return results.passes.length;
}

/** Whether the whole of an element stands in the window as it was opened. */
async function isOnScreen(page: Page, locator: Locator): Promise<void> {
  const name = String(locator);
  const box = await locator.boundingBox();
  const window = page.viewportSize();
  assert.ok(box && window, `${name} is not there`);
  assert.equal(await page.evaluate(() => scrollY), 0);
  assert.ok(
    box.x >= 0 &&
      box.y >= 0 &&
      box.x + box.width <= window.width &&
      box.y + box.height <= window.height,
    `${name} is not on the screen`,
  );
}

async function isWhole(code: Locator): Promise<boolean> {
  return code.evaluate((element) => {
    const pre = element.parentElement;
    return (
      pre !== null && pre.scrollWidth <= pre.clientWidth && pre.scrollHeight <= pre.clientHeight
    );
  });
}

/** Makes sure that every field of a schema is shown; returns how many there are. */
async function showsFields(part: Locator, schema: Schema): Promise<number> {
  let count = 0;
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    await showsField(part, name, property, schema.required?.includes(name) === true);
    const nested = part.locator("li", { has: fieldNamed(part, name) }).first();
    count += 1 + (await showsFields(nested, property.items ?? property));
  }
  return count;
}

function fieldNamed(part: Locator, name: string): Locator {
  return part.page().locator(`:scope > .field > .name`, { hasText: new RegExp(`^${name}$`) });
}

/** Makes sure that a field is shown with all that the contract says of it. */
async function showsField(
  part: Locator,
  name: string,
  schema: Schema,
  isRequired: boolean,
): Promise<void> {
  const shown = await part
    .locator("li", { has: fieldNamed(part, name) })
    .first()
    .innerText();
  const text = shown.replaceAll(/\s+/g, " ");
  const { description = "", pattern, format, example, properties, items, type = "" } = schema;
  const facts = [
    `${name} ${items?.type ?? type}`,
    isRequired ? "required" : "optional",
    description.replaceAll("`", "").replaceAll(/\s+/g, " ").trim(),
    ...(pattern === undefined ? [] : [`Pattern: ${pattern}`]),
    ...(format === undefined ? [] : [`Format: ${format}`]),
    ...(schema.enum === undefined ? [] : [`Allowed: ${schema.enum.join(", ")}`]),
    ...(example === undefined || properties !== undefined
      ? []
      : [`Example: ${typeof example === "string" ? example : JSON.stringify(example)}`]),
  ];
  for (const fact of facts) assert.ok(text.includes(fact), `${name} does not say: ${fact}`);
}
