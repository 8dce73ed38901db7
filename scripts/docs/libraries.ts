import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { escaped, Html } from "./html.js";

/** What is used of marked and highlight.js, which the root of the project does not install. */
interface Marked {
  use(extension: { renderer: { code(token: { text: string; lang?: string }): string } }): void;
  parse(text: string): string;
  parseInline(text: string): string;
}
interface HighlightJs {
  getLanguage(name: string): unknown;
  highlight(code: string, options: { language: string }): { readonly value: string };
}

export interface Libraries {
  /** A Markdown text as HTML. */
  markdown(text: string): Html;
  /** A line of Markdown as HTML, without a paragraph around it. */
  inline(text: string): Html;
  /** Code as HTML with a `hljs-*` class on each part. */
  highlight(code: string, language: string): Html;
}

/** Loads the packages that build the page from the folder where they are installed. */
export async function loadLibraries(tools: string): Promise<Libraries> {
  const { resolve } = createRequire(`${tools}package.json`);
  const load = (name: string) => import(pathToFileURL(resolve(name)).href);
  const { marked }: { marked: Marked } = await load("marked");
  const { default: hljs }: { default: HighlightJs } = await load("highlight.js");

  const highlight = (code: string, language: string) =>
    new Html(hljs.getLanguage(language) ? hljs.highlight(code, { language }).value : escaped(code));
  marked.use({
    renderer: {
      code: ({ text, lang = "" }) => `<pre><code>${highlight(text, lang).text}</code></pre>`,
    },
  });
  return {
    markdown: (text) => new Html(marked.parse(text)),
    inline: (text) => new Html(marked.parseInline(text.trim())),
    highlight,
  };
}
