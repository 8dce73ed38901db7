import { validateRequestBody } from "../../../generated/contract.js";
import { issuesOf } from "../../../src/issues.js";
import type { ConsoleData } from "./contract.js";
import { byId, element } from "./elements.js";
import { showResult } from "./result.js";
import { refusal, send } from "./send.js";
import { asCurl, asTypeScript, type ConsoleRequest, objectIn } from "./snippets.js";

/** Brings the console to life. The token stays in its field and in the requests that are sent. */
export function startConsole(): void {
  const data: ConsoleData = JSON.parse(byId("console-data", HTMLScriptElement).text);
  const form = byId("console-form", HTMLFormElement);
  const choice = byId("server-choice", HTMLSelectElement);
  const server = byId("server", HTMLInputElement);
  const serverHint = byId("server-hint", HTMLElement);
  const token = byId("token", HTMLInputElement);
  const version = byId("version", HTMLSelectElement);
  const location = byId("location", HTMLInputElement);
  const preferred = byId("prefer", HTMLSelectElement);
  const example = byId("example", HTMLSelectElement);
  const body = byId("body", HTMLTextAreaElement);
  const issues = byId("issues", HTMLElement);
  const sendButton = byId("send", HTMLButtonElement);
  const showToken = byId("show-token", HTMLInputElement);

  const isMock = () => choice.value === "mock";
  const request = (): ConsoleRequest => ({
    baseUrl: server.value.trim().replace(/\/+$/, ""),
    token: token.value.trim().replace(/^Bearer\s+/i, ""),
    version: version.value,
    body: body.value,
    ...(isMock() && preferred.value !== "" && { prefer: Number(preferred.value) }),
  });

  const serverUrls: Record<string, string> = { mock: data.mock, highlevel: data.server, own: "" };
  const hints: Readonly<Record<string, string>> = {
    mock:
      data.relay === undefined
        ? "Start it with npm run mock. Any token will do."
        : "It runs beside this page. Any token will do.",
    highlevel: `Creates a real collection. ${
      data.relay === undefined
        ? "If the browser's cross-origin rules block the request, open this page with npm run docs -- --open."
        : "The request goes through this page's own server, which relays it to HighLevel and nowhere else."
    }`,
    own: "https, or http on localhost and 127.0.0.1. It has to allow requests from this page (CORS).",
  };
  const chooseServer = () => {
    server.value = serverUrls[choice.value] ?? "";
    server.readOnly = choice.value === "highlevel";
    serverHint.textContent = hints[choice.value] ?? "";
    byId("prefer-field", HTMLElement).hidden = !isMock();
  };

  const prefill = () => {
    body.value = asJson(data.examples[Number(example.value)]?.value);
  };
  const bodyFromLocation = () => {
    const value = objectIn(body.value);
    if (value !== undefined) body.value = asJson({ ...value, altId: location.value });
  };
  const locationFromBody = () => {
    const altId = objectIn(body.value)?.altId;
    if (typeof altId === "string") location.value = altId;
  };

  /** Shows what follows from the form as it stands. */
  const update = () => {
    const problems = problemsIn(body.value);
    body.setAttribute("aria-invalid", String(problems.length > 0));
    issues.className = problems.length > 0 ? "wrong" : "right";
    issues.replaceChildren(
      ...(problems.length > 0
        ? [
            "This body breaks the contract:",
            element("ul", {}, ...problems.map((it) => element("li", {}, it))),
          ]
        : ["The body matches the contract."]),
    );
    const current = request();
    const withToken = showToken.checked && current.token !== "";
    byId("as-curl", HTMLElement).textContent = asCurl(current, data, withToken);
    byId("as-typescript", HTMLElement).textContent =
      asTypeScript(current, data, withToken) ?? "// The body is not a JSON object.";
  };

  choice.addEventListener("change", chooseServer);
  server.addEventListener("input", () => {
    serverUrls[choice.value] = server.value;
  });
  example.addEventListener("change", () => {
    prefill();
    bodyFromLocation();
  });
  location.addEventListener("input", bodyFromLocation);
  body.addEventListener("input", locationFromBody);
  byId("reveal", HTMLInputElement).addEventListener("change", ({ target }) => {
    token.type = target instanceof HTMLInputElement && target.checked ? "text" : "password";
  });
  // Last, and of the form: what the fields do to each other is done by then.
  form.addEventListener("input", update);
  form.addEventListener("change", update);
  showToken.addEventListener("change", update);
  // A browser may keep a page that is left, for the way back.
  addEventListener("pagehide", () => {
    token.value = "";
    update();
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (sendButton.getAttribute("aria-disabled") === "true") return;
    const reason = refusal(request());
    if (reason !== undefined) {
      showResult({
        headline: "Not sent",
        words: [reason],
        meaning: { outcome: "not created", advice: "Nothing was sent." },
      });
      return;
    }
    sendButton.setAttribute("aria-disabled", "true");
    sendButton.textContent = "Sending …";
    showResult(await send(request(), data));
    sendButton.removeAttribute("aria-disabled");
    sendButton.textContent = "Send";
  });

  chooseServer();
  prefill();
  locationFromBody();
  update();
}

/** What the contract says against a body, a line each. */
function problemsIn(body: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    return [`It is not JSON. ${error instanceof Error ? error.message : ""}`];
  }
  return issuesOf(validateRequestBody, value).map(({ path, message }) =>
    `${path} ${message}`.trim(),
  );
}

function asJson(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
