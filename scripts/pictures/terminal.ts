import { escaped } from "../docs/html.js";

/** The colours of a terminal. */
export interface Theme {
  readonly back: string;
  readonly line: string;
  readonly text: string;
  readonly muted: string;
}

const fontSize = 13;
const lineHeight = 19;
const padding = 20;
/** What a character of the fonts below is wide, in parts of their size. */
const characterWidth = 0.602;

/** A command and what it printed, as an SVG picture: sharp at any size, and a few KiB. */
export function terminalPicture(command: string, output: string, theme: Theme): string {
  const lines = [`$ ${command}`, ...output.trimEnd().split("\n")];
  const longest = Math.max(...lines.map((line) => line.length));
  const width = Math.ceil(longest * fontSize * characterWidth + 2 * padding);
  const height = lines.length * lineHeight + 2 * padding;
  const rows = lines.map((line, index) => {
    const y = padding + index * lineHeight + fontSize;
    // A heading stands at the margin; the rows below it are indented.
    const fill = line.startsWith(" ") ? theme.muted : theme.text;
    return `<text x="${padding}" y="${y}" fill="${fill}" xml:space="preserve">${escaped(line)}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="${fontSize}" role="img">`,
    `<title>${escaped(command)}</title>`,
    `<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8" fill="${theme.back}" stroke="${theme.line}"/>`,
    ...rows,
    "</svg>\n",
  ].join("\n");
}
