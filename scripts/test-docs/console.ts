import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { closedPort, listen } from "../../contract-tests/support/listen.js";
import { meaningOf } from "../docs/page/meaning.js";
import type { Check, Stage } from "./drive.js";
import { audit } from "./reading.js";
import { recordAndAnswer } from "./recorder.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const token = "a-token-of-the-reader";

/** What a reader does with the console. */
export function consoleChecks(stage: Stage): readonly Check[] {
  const { browser, served, file, mock, highlevel, contract, axe } = stage;
  const statuses = Object.keys(contract.operation.responses).map(Number);

  /** Opens the page, does something with it, and makes sure that no other host than these was asked. */
  const use = async <T>(
    perform: (page: Page) => Promise<T>,
    { url = served, others = [] }: { url?: string; others?: readonly string[] } = {},
  ) => {
    const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    const allowed = [served, mock.url, ...others].map((it) => new URL(it).origin);
    const strangers: string[] = [];
    context.on("request", (request) => {
      const { protocol, origin } = new URL(request.url());
      if (/^https?:/.test(protocol) && !allowed.includes(origin)) strangers.push(request.url());
      if (request.url().includes(token)) strangers.push(`the token in ${request.url()}`);
    });
    mock.take();
    highlevel.take();
    try {
      await page.goto(url);
      const result = await perform(page);
      assert.deepEqual(strangers, []);
      return result;
    } finally {
      await context.close();
    }
  };

  return [
    [
      "201",
      () =>
        use(async (page) => {
          await page.getByLabel("Bearer token").fill(token);
          await page.getByLabel("Location").fill("another-location");
          await send(page);
          await says(page, "201 Created", "created Keep the id.");
          const shown = JSON.parse(await page.locator("#result-body").innerText());
          const examples =
            contract.operation.responses["201"]?.content?.["application/json"]?.examples;
          assert.deepEqual(shown, Object.values(examples ?? {})[0]?.value);
          await page.locator("#result-detail").getByText("x-ratelimit-remaining").waitFor();
          const [arrived, ...more] = mock.take();
          assert.ok(arrived, "nothing arrived at the mock");
          assert.equal(more.length, 0);
          assert.equal(`${arrived.method} ${arrived.path}`, `${contract.method} ${contract.path}`);
          assert.equal(arrived.headers.authorization, `Bearer ${token}`);
          assert.equal(arrived.headers.version, "2021-07-28");
          assert.equal(arrived.headers["content-type"], "application/json");
          assert.equal(arrived.headers.prefer, undefined);
          assert.equal(arrived.body, await page.getByLabel("Body", { exact: true }).inputValue());
          assert.equal(JSON.parse(arrived.body).altId, "another-location");
          assert.equal(arrived.status, 201);
          const rules = await audit(page, axe, "#console");
          return `the collection, time and headers; the mock took it once (${rules} axe rules passed)`;
        }),
    ],
    [
      "422",
      () =>
        use(async (page) => {
          await page.getByLabel("Bearer token").fill(token);
          await breakSlug(page);
          await page.locator("#issues").getByText("/slug must match pattern").waitFor();
          await send(page);
          await says(page, "422", "not created", "Refused by the contract at body / slug");
          const [arrived] = mock.take();
          assert.equal(JSON.parse(arrived?.body ?? "{}").slug, "best sellers");
          assert.equal(arrived?.status, 422);
          return "pointed at the slug as it was typed, and by the mock";
        }),
    ],
    [
      "401",
      () =>
        use(async (page) => {
          await send(page);
          await says(page, "401 Unauthorized", "not created Get another token");
          const [arrived] = mock.take();
          assert.equal(arrived?.headers.authorization, undefined);
          assert.equal(arrived?.status, 401);
          return "without a token";
        }),
    ],
    [
      "any status",
      () =>
        use(async (page) => {
          await page.getByLabel("Bearer token").fill(`Bearer ${token}`);
          for (const status of statuses) {
            await page.getByLabel("Ask the mock for").selectOption(String(status));
            await send(page);
            const { outcome, advice } = meaningOf(status, true);
            await says(page, String(status), `${outcome} ${advice}`);
            const [arrived] = mock.take();
            assert.equal(arrived?.headers.prefer, `code=${status}`);
            assert.equal(arrived?.headers.authorization, `Bearer ${token}`);
            assert.equal(arrived?.status, status);
          }
          assert.ok(statuses.includes(429));
          return `${statuses.join(" ")}, each with what it means`;
        }),
    ],
    [
      "not JSON",
      () =>
        use(async (page) => {
          await page.getByLabel("Body", { exact: true }).fill('{ "name": ');
          await page.locator("#issues").getByText("It is not JSON").waitFor();
          await send(page);
          await says(page, "Not sent", "The body is not JSON");
          await page.getByLabel("Base URL").fill("http://services.leadconnectorhq.com");
          await send(page);
          await says(page, "Not sent", "over https");
          await page.getByLabel("Base URL").fill(mock.url);
          await page.getByLabel("Bearer token").fill("two words");
          await send(page);
          await says(page, "Not sent", "The token holds a space");
          assert.deepEqual(mock.take(), []);
          return "nor a server without https, nor a broken token: nothing was sent";
        }),
    ],
    [
      "not reachable",
      async () => {
        const nobody = `http://127.0.0.1:${await closedPort()}`;
        return use(
          async (page) => {
            await page.getByLabel("Bearer token").fill(token);
            await page.getByLabel("Server").selectOption("own");
            await page.getByLabel("Base URL").fill(nobody);
            await send(page);
            await says(page, "The server cannot be reached", "Check its URL");
            return "said so";
          },
          { others: [nobody] },
        );
      },
    ],
    [
      "cross-origin rules",
      async () => {
        const strict = await recordAndAnswer({ status: 200 });
        try {
          return await use(
            async (page) => {
              await page.getByLabel("Bearer token").fill(token);
              await page.getByLabel("Server").selectOption("own");
              await page.getByLabel("Base URL").fill(strict.url);
              await send(page);
              await says(
                page,
                "Blocked by the browser's cross-origin rules",
                "paste the curl command",
              );
              const arrived = strict.take();
              assert.ok(arrived.every(({ headers }) => headers.authorization === undefined));
              return "said so, and what to do; the token did not leave";
            },
            { others: [strict.url] },
          );
        } finally {
          strict.close();
        }
      },
    ],
    [
      "one's own server",
      async () => {
        const server = await listen((request, response) => {
          response
            .writeHead(request.method === "OPTIONS" ? 204 : 503, {
              "access-control-allow-origin": "*",
              "access-control-allow-headers": "authorization, content-type, version",
            })
            .end(request.method === "OPTIONS" ? undefined : "busy");
        });
        try {
          return await use(
            async (page) => {
              await page.getByLabel("Bearer token").fill(token);
              await page.getByLabel("Server").selectOption("own");
              await page.getByLabel("Base URL").fill(`${server.url}/`);
              await send(page);
              await says(page, "503", "may have been created Look in the location");
              await page.getByText("busy").waitFor();
              return "its 503 leaves open what became of the collection";
            },
            { others: [server.url] },
          );
        } finally {
          server.close();
        }
      },
    ],
    [
      "through the relay",
      () =>
        use(async (page) => {
          await page.getByLabel("Bearer token").fill(token);
          await page.getByLabel("Server").selectOption("highlevel");
          assert.ok(await page.getByLabel("Ask the mock for").isHidden());
          await send(page);
          await says(
            page,
            "201",
            "created Keep the id.",
            "The answer departs from the contract: /data/",
          );
          await page.locator("#result-body").getByText("of-the-relay").waitFor();
          const [arrived, ...more] = highlevel.take();
          assert.equal(more.length, 0);
          assert.equal(
            `${arrived?.method} ${arrived?.path}`,
            `${contract.method} ${contract.path}`,
          );
          assert.equal(arrived?.headers.authorization, `Bearer ${token}`);
          assert.equal(arrived?.headers.origin, undefined);
          assert.equal(arrived?.headers.cookie, undefined);
          assert.deepEqual(mock.take(), []);
          return "HighLevel took it once, from this page's own origin; the mock saw nothing";
        }),
    ],
    [
      "as curl and TypeScript",
      () =>
        use(async (page) => {
          await page.getByLabel("Bearer token").fill(token);
          const body = { altId: "loc", altType: "location", name: "It's $HOME", slug: "a" };
          await page.getByLabel("Body", { exact: true }).fill(JSON.stringify(body));
          for (const showToken of [false, true]) {
            await page.getByLabel("Include my token").setChecked(showToken);
            const elsewhere = page.locator("#console tab-container");
            await elsewhere.getByRole("tab", { name: "curl" }).click();
            const curl = await page.locator("#as-curl").innerText();
            await elsewhere.getByRole("tab", { name: "TypeScript" }).click();
            const typescript = await page.locator("#as-typescript").innerText();
            for (const [code, command, args] of [
              [curl, "sh", ["-c", curl]],
              [typescript, process.execPath, ["--input-type=module", "--eval", typescript]],
            ] as const) {
              assert.equal(code.includes(token), showToken);
              await execute(command, args);
              const [arrived, ...more] = mock.take();
              assert.equal(more.length, 0);
              assert.equal(arrived?.headers.authorization, `Bearer ${token}`);
              assert.equal(arrived?.headers.version, "2021-07-28");
              assert.deepEqual(JSON.parse(arrived?.body ?? "null"), body);
              assert.equal(arrived?.status, 201);
            }
          }
          return "both ran, with and without the token in them, and the mock took the same from each";
        }),
    ],
    [
      "the sample in curl",
      () =>
        use(async (page) => {
          const shown = await page.locator("#samples code[id]:visible").innerText();
          assert.ok(shown.includes(contract.server + contract.path));
          await execute("sh", ["-c", shown.replace(contract.server, mock.url)]);
          const [arrived, ...more] = mock.take();
          assert.equal(more.length, 0);
          const examples =
            contract.operation.requestBody.content["application/json"]?.examples ?? {};
          const longest = Object.values(examples).sort(
            (a, b) => JSON.stringify(b.value).length - JSON.stringify(a.value).length,
          )[0];
          assert.deepEqual(JSON.parse(arrived?.body ?? "null"), longest?.value);
          assert.equal(arrived?.headers.authorization, `Bearer ${token}`);
          assert.equal(arrived?.status, 201);
          return "one command, as it stands there, with every field";
        }),
    ],
    [
      "from disk",
      () =>
        use(
          async (page) => {
            await page.getByLabel("Base URL").fill(mock.url);
            await page.getByLabel("Bearer token").fill(token);
            await send(page);
            await says(page, "201 Created", "created Keep the id.");
            assert.equal(mock.take()[0]?.headers.authorization, `Bearer ${token}`);
            return "the file alone reaches the mock";
          },
          { url: file },
        ),
    ],
    [
      "keyboard alone",
      () =>
        use(async (page) => {
          await tabTo(page, "token");
          await page.keyboard.type(token);
          await tabTo(page, "body");
          await tabTo(page, "send");
          await page.keyboard.press("Enter");
          await says(page, "201 Created");
          assert.equal(mock.take()[0]?.headers.authorization, `Bearer ${token}`);
          for (const first of ["response-tab-0", "request-as-tab-0"]) {
            await page.locator(`#${first}`).focus();
            await page.keyboard.press("ArrowRight");
            const second = page.locator(`#${first.replace("-0", "-1")}`);
            assert.equal(await second.getAttribute("aria-selected"), "true");
          }
          await page.locator("#sample-tab-0").focus();
          await page.keyboard.press("End");
          await page.locator("#samples").getByText("Invoke-WebRequest").waitFor();
          return "filled in, sent, and went through the tabs";
        }),
    ],
    [
      "the token is forgotten",
      () =>
        use(async (page) => {
          const field = page.getByLabel("Bearer token");
          await field.fill(token);
          await page.getByLabel("Include my token").check();
          await send(page);
          await says(page, "201 Created");
          const kept = await page.evaluate(async () => {
            const caches = (await globalThis.caches?.keys()) ?? [];
            const databases = (await indexedDB.databases()).map(({ name }) => name);
            const stores = [{ ...localStorage }, { ...sessionStorage }, window.name, history.state];
            return JSON.stringify([...stores, document.cookie, location.href, caches, databases]);
          });
          assert.equal(kept, JSON.stringify([{}, {}, "", null, "", `${served}/`, [], []]));
          await page.reload();
          assert.equal(await field.inputValue(), "");
          assert.ok(!(await page.content()).includes(token));
          await field.fill(token);
          await page.goto("about:blank");
          await page.goBack();
          assert.equal(await field.inputValue(), "");
          await field.fill(token);
          await page.getByLabel("Include my token").check();
          // What a browser tells a page that it keeps; the driver's own keeps none.
          await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide")));
          assert.equal(await field.inputValue(), "");
          assert.ok(!(await page.content()).includes(token));
          return "in no store, cookie or URL; gone after a reload, and once the page is left";
        }),
    ],
    [
      "no other code",
      () =>
        use(
          async (page) => {
            const blocked = await page.evaluate(async () => {
              const directives: string[] = [];
              addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
                directives.push(effectiveDirective);
              });
              const script = document.createElement("script");
              script.textContent = "document.title = 'taken over'";
              const image = document.createElement("img");
              image.src = "https://example.com/?stolen";
              document.body.append(script, image);
              await fetch("http://example.com/").catch(() => {});
              await new Promise((resolve) => setTimeout(resolve));
              return directives;
            });
            assert.deepEqual(blocked.sort(), ["connect-src", "img-src", "script-src-elem"]);
            assert.notEqual(await page.title(), "taken over");
            return "the policy stops other scripts, pictures, and http to other machines";
          },
          { others: ["https://example.com", "http://example.com"] },
        ),
    ],
  ];
}

async function send(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Send", exact: true }).click();
}

/** Waits until the console says all of this of the last request. */
async function says(page: Page, ...texts: readonly string[]): Promise<void> {
  for (const it of texts) await page.locator("#result").filter({ hasText: it }).waitFor();
}

async function breakSlug(page: Page): Promise<void> {
  const body = page.getByLabel("Body", { exact: true });
  await body.fill((await body.inputValue()).replace("best-sellers", "best sellers"));
}

/** Presses Tab until an element has the focus. */
async function tabTo(page: Page, id: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    if ((await page.evaluate(() => document.activeElement?.id)) === id) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`Tab does not lead to #${id}`);
}

/** Runs a command to its end; throws where it fails. */
async function execute(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, HIGHLEVEL_TOKEN: token, no_proxy: "127.0.0.1" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  });
  const said = await text(child.stderr);
  assert.equal(await ended, 0, `${command}: ${said}`);
}
