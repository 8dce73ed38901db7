/** The newest version of a changelog: its heading, and what is said under it. */
export function newestIn(changelog: string): { version: string | undefined; text: string } {
  const [, newest = ""] = changelog.split(/^## /m);
  const [heading = "", ...lines] = newest.split("\n");
  return { version: heading.match(/^\S+/)?.[0], text: lines.join("\n").trim() };
}
