import { readFileSync } from "node:fs";
import { CliError } from "../lib/cli.js";
import type { Schema } from "../lib/contract.js";
import type { ContractDocument, PageResponse } from "./document.js";
import { Html, html } from "./html.js";
import type { Libraries } from "./libraries.js";
import type { ConsoleData } from "./page/contract.js";
import { type Meaning, meaningOf, noAnswer } from "./page/meaning.js";

const root = new URL("../../", import.meta.url);

/** Where HighLevel says how an app gets a token. Not a fact of the endpoint, so not in the contract. */
const oauthPage = "https://marketplace.gohighlevel.com/docs/Authorization/OAuth2.0";

/** What the page is made of, beside the contract. */
export interface Parts {
  readonly document: ContractDocument;
  readonly libraries: Libraries;
  readonly console: ConsoleData;
  readonly style: string;
  readonly script: string;
  /** The `Content-Security-Policy`. */
  readonly policy: string;
}

/** The reference page. */
export function render({ document, libraries, console, style, script, policy }: Parts): string {
  const { operation, info } = document;
  const { markdown } = libraries;
  const [, ...sections] = info.description.split(/^## /m);
  const page = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${operation.summary} · ${info.title}</title>
<link rel="icon" href="data:,">
<style>${new Html(style)}</style>
</head>
<body>
<a class="skip" href="#request">Skip to the request</a>
<header class="bar"><p>${info.title} <span>${info.version}</span></p>
<nav aria-label="Sections">
<a href="#request">Request</a> <a href="#samples">Samples</a> <a href="#console">Console</a>
<a href="#responses">Responses</a> <a href="#rate-limits">Rate limits</a> <a href="#client-errors">Client errors</a>
</nav></header>
<main>
${firstSight(document, libraries)}
<div class="columns">
${requestSection(document, libraries)}
${samplesSection(document, libraries)}
</div>
${consoleSection(document, console)}
${responsesSection(document, libraries)}
${sections.map((text) => {
  const [title = "", ...rest] = text.split("\n");
  const id = title.toLowerCase().replaceAll(" ", "-");
  return html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${markdown(rest.join("\n"))}${id === "rate-limits" && rateLimitHeaders(document, libraries)}</section>`;
})}
<section id="client-errors" aria-labelledby="client-errors-title">
<h2 id="client-errors-title">Errors in the TypeScript client</h2>
<div class="prose">${markdown(errorsOfTheClient())}</div>
</section>
</main>
<script type="application/json" id="console-data">${new Html(JSON.stringify(console).replaceAll("<", "\\u003c"))}</script>
<script>${new Html(script)}</script>
</body>
</html>
`;
  return page.text;
}

function firstSight(document: ContractDocument, { markdown }: Libraries): Html {
  const { operation, method, server, path, scopes, security, externalDocs } = document;
  return html`<header class="first">
<div>
<h1>${operation.summary}</h1>
<p class="endpoint"><span class="method">${method}</span> <code id="endpoint">${server}<wbr>${path}</code> ${copyButton("endpoint", "the URL")}</p>
${markdown(operation.description)}
<p class="go"><a class="button" href="#console">Try it in the console</a></p>
</div>
<section class="requirements" aria-labelledby="requirements-title">
<h2 id="requirements-title">What you need</h2>
<dl><dt>Scope</dt><dd>${scopes.map((scope) => html`<code>${scope}</code> `)}</dd></dl>
${markdown(security.description)}
<p class="links">HighLevel's own pages:
${externalDocs ? html`<a href="${externalDocs.url}" rel="noreferrer">this endpoint</a>, ` : ""}<a href="${oauthPage}" rel="noreferrer">tokens over OAuth</a></p>
</section>
</header>`;
}

function requestSection({ operation }: ContractDocument, { inline, markdown }: Libraries): Html {
  const content = operation.requestBody.content["application/json"];
  return html`<section id="request" aria-labelledby="request-title">
<h2 id="request-title">Request</h2>
<h3>Headers</h3>
<ul class="fields">
${(operation.parameters ?? []).map((parameter) =>
  field(parameter.name, parameter.schema, parameter.required === true, inline, parameter),
)}
</ul>
<h3>Body <small>application/json</small></h3>
${content ? fields(content.schema, inline) : markdown("None.")}
</section>`;
}

/** The fields of an object, each with all that the contract says of it. */
function fields(schema: Schema, inline: Libraries["inline"]): Html {
  const properties = Object.entries(schema.properties ?? {});
  if (properties.length === 0) return html``;
  return html`<ul class="fields">
${properties.map(([name, property]) =>
  field(name, property, schema.required?.includes(name) === true, inline),
)}
</ul>`;
}

function field(
  name: string,
  schema: Schema,
  isRequired: boolean,
  inline: Libraries["inline"],
  { description, example } = schema as {
    readonly description?: string;
    readonly example?: unknown;
  },
): Html {
  const shown = example ?? schema.example;
  const facts: readonly (readonly [string, unknown])[] = [
    ["Allowed", schema.enum?.length ? schema.enum.join(", ") : undefined],
    ["Pattern", schema.pattern],
    ["Format", schema.format],
    // An object's example is that of its fields.
    ["Example", schema.properties ? undefined : shown],
  ];
  return html`<li>
<p class="field"><code class="name">${name}</code> <span class="type">${typeOf(schema)}</span> ${
    isRequired
      ? html`<strong class="required">required</strong>`
      : html`<span class="optional">optional</span>`
  }</p>
${description !== undefined && html`<p>${inline(description)}</p>`}
${facts
  .filter(([, value]) => value !== undefined)
  .map(
    ([label, value]) =>
      html`<p class="fact">${label}: <code>${typeof value === "string" ? value : JSON.stringify(value)}</code></p>`,
  )}
${fields(schema.items ?? schema, inline)}
</li>`;
}

function typeOf({ type = "any", items }: Schema): string {
  return items ? `${typeOf(items)}[]` : type;
}

function samplesSection({ operation }: ContractDocument, { highlight }: Libraries): Html {
  const tabs = operation["x-codeSamples"].map(({ lang, label, source }, index) => {
    const language = lang === "Shell" ? "bash" : lang.toLowerCase();
    return {
      label,
      panel: codeBlock(`sample-${index}`, label, highlight(source.trimEnd(), language)),
    };
  });
  return html`<section id="samples" aria-labelledby="samples-title">
<h2 id="samples-title">Samples</h2>
<p>Set <code>HIGHLEVEL_TOKEN</code> first; all but curl read <code>HIGHLEVEL_LOCATION_ID</code> as well.</p>
${tabContainer("sample", "Languages", tabs)}
</section>`;
}

function codeBlock(id: string, what: string, code: Html): Html {
  return html`<div class="code">${copyButton(id, what)}<pre><code id="${id}">${code}</code></pre></div>`;
}

function copyButton(id: string, what: string): Html {
  return html`<button type="button" class="copy" data-copies="${id}"><span aria-live="polite">Copy</span><span class="unseen"> ${what}</span></button>`;
}

function tabContainer(
  id: string,
  label: string,
  tabs: readonly { readonly label: string; readonly panel: Html }[],
): Html {
  return html`<tab-container>
<div role="tablist" aria-label="${label}">
${tabs.map(
  (tab, index) =>
    html`<button type="button" role="tab" id="${id}-tab-${index}" aria-selected="${index === 0 ? "true" : "false"}">${tab.label}</button>`,
)}
</div>
${tabs.map(
  (tab) =>
    html`<div role="tabpanel" aria-label="${tab.label}" data-tab-container-no-tabstop>${tab.panel}</div>`,
)}
</tab-container>`;
}

function responsesSection(
  { operation }: ContractDocument,
  { markdown, inline, highlight }: Libraries,
): Html {
  const documented = Object.entries(operation.responses).map(([status, response]) => ({
    label: status,
    panel: html`${meaning(meaningOf(Number(status), true))}
${markdown(response.description)}
<div class="columns">
<div><h3>Body</h3>${schemaOf(response, inline)}</div>
<div>${examplesOf(status, response, highlight)}</div>
</div>
${headersOf(response, inline)}`,
  }));
  const others = {
    label: "Anything else",
    panel: html`${meaning(noAnswer)}
<p>The contract promises no other answer. A redirect, a 5xx, an answer without its body, a timeout and a connection that breaks all leave open whether the collection was created. Any other 4xx created nothing.</p>`,
  };
  return html`<section id="responses" aria-labelledby="responses-title">
<h2 id="responses-title">Responses</h2>
${tabContainer("response", "Statuses", [...documented, others])}
</section>`;
}

function meaning({ outcome, advice }: Meaning): Html {
  return html`<p class="meaning"><span class="outcome ${outcome.replaceAll(" ", "-")}">${outcome}</span> ${advice}</p>`;
}

function schemaOf({ content }: PageResponse, inline: Libraries["inline"]): Html {
  const schema = content?.["application/json"]?.schema;
  if (schema === undefined) return html`<p>None is documented.</p>`;
  return fields(schema, inline);
}

function examplesOf(
  status: string,
  { content }: PageResponse,
  highlight: Libraries["highlight"],
): Html {
  const examples = Object.values(content?.["application/json"]?.examples ?? {});
  return html`${examples.map(
    ({ value }, index) => html`<h3>Example</h3>
${codeBlock(`example-${status}-${index}`, `the example of ${status}`, highlight(JSON.stringify(value, null, 2), "json"))}`,
  )}`;
}

function headersOf({ headers = {} }: PageResponse, inline: Libraries["inline"]): Html {
  const names = Object.keys(headers);
  if (names.length === 0) return html``;
  return html`<details><summary>${names.length} headers</summary>
<ul class="fields">${Object.entries(headers).map(([name, header]) =>
    field(name, header.schema, false, inline, header),
  )}</ul></details>`;
}

/** The headers that every response has, where the text speaks of them. */
function rateLimitHeaders({ operation }: ContractDocument, { inline }: Libraries): Html {
  const headers = Object.values(operation.responses)[0]?.headers ?? {};
  return html`<dl class="headers">${Object.entries(headers).map(
    ([name, { description }]) => html`<dt>${name}</dt><dd>${inline(description)}</dd>`,
  )}</dl>`;
}

function consoleSection(
  { operation }: ContractDocument,
  { examples, statuses, mock }: ConsoleData,
): Html {
  const versions = operation.parameters?.find(({ name }) => name === "Version")?.schema.enum ?? [];
  return html`<section id="console" aria-labelledby="console-title">
<h2 id="console-title">Console</h2>
<div class="columns">
<form id="console-form" autocomplete="off" novalidate>
<div class="pair">
<p><label for="server-choice">Server</label>
<select id="server-choice"><option value="mock">The mock</option><option value="highlevel">HighLevel</option><option value="own">Your own</option></select></p>
<p><label for="server">Base URL</label>
<input id="server" type="url" value="${mock}" spellcheck="false" aria-describedby="server-hint"></p>
</div>
<p class="hint" id="server-hint"></p>
<p><label for="token">Bearer token</label>
<input id="token" type="password" autocomplete="off" spellcheck="false" aria-describedby="token-hint"></p>
<p class="hint" id="token-hint">Kept nowhere and forgotten when the page is reloaded. <label><input id="reveal" type="checkbox"> Show</label></p>
<div class="pair">
<p><label for="location">Location <small>altId</small></label>
<input id="location" type="text" spellcheck="false"></p>
<p><label for="version">Version</label>
<select id="version">${versions.map((version) => html`<option>${String(version)}</option>`)}</select></p>
</div>
<div class="pair">
<p><label for="example">Example body</label>
<select id="example">${examples.map(({ summary }, index) => html`<option value="${index}">${summary}</option>`)}</select></p>
<p id="prefer-field"><label for="prefer">Ask the mock for</label>
<select id="prefer"><option value="">whatever fits the request</option>${statuses.map(
    (status) => html`<option value="${status}">${status}</option>`,
  )}</select></p>
</div>
<p><label for="body">Body</label>
<textarea id="body" rows="14" spellcheck="false" aria-describedby="issues"></textarea></p>
<div id="issues" role="status"></div>
<p><button id="send" class="button">Send</button></p>
</form>
<div>
<h3>Response</h3>
<div id="result" role="status"><p>Send the request, and the answer appears here.</p></div>
<div id="result-detail"></div>
<h3>This request as code</h3>
${tabContainer("request-as", "The request as", [
  { label: "curl", panel: codeBlock("as-curl", "the curl command", html``) },
  { label: "TypeScript", panel: codeBlock("as-typescript", "the TypeScript", html``) },
])}
<p class="hint"><label><input id="show-token" type="checkbox" form="console-form"> Include my token</label></p>
</div>
</div>
</section>`;
}

/** The README's section on errors. */
function errorsOfTheClient(): string {
  const section = readFileSync(new URL("README.md", root), "utf8")
    .split(/^## /m)
    .find((it) => it.startsWith("Errors\n"));
  if (section === undefined) {
    throw new CliError("README.md has no section `## Errors` for the reference page to show.");
  }
  return section.slice("Errors\n".length);
}
