/** Text as Markdown shows it unread: on one line, in more backticks than it has itself. */
export function code(text: string): string {
  const fence = "`".repeat(longestRun(text) + 1);
  const padding = fence.length > 1 ? " " : "";
  return `${fence}${padding}${text.replaceAll(/\s+/g, " ")}${padding}${fence}`;
}

/** Text as Markdown shows it unread, in the lines that it has. */
export function fenced(text: string): string {
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}text\n${text}\n${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
