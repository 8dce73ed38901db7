// TypeScript that is written into generated/.

/** The declaration of an exported constant, whose name may be a reserved word, such as `delete`. */
export function writeExport(name: string, type: string, value: string, suffix = ""): string {
  if (!isReserved(name)) return `export const ${name}${type} = ${value}${suffix};`;
  return `const ${name}_${type} = ${value}${suffix};\nexport { ${name}_ as ${name} };`;
}

function isReserved(name: string): boolean {
  try {
    new Function(`"use strict"; async () => { const ${name} = 0; };`);
    return false;
  } catch {
    return true;
  }
}

/** A value, of which a field may be undefined. */
export function toSource(value: unknown): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return String(JSON.stringify(value));
  }
  const fields = Object.entries(value).map(
    ([key, it]) => `${JSON.stringify(key)}: ${JSON.stringify(it)}`,
  );
  return fields.length > 0 ? `{ ${fields.join(", ")} }` : "{}";
}

/** A list, an item a line. */
export function writeLines(items: readonly string[], indent = "    "): string {
  return items.length === 0
    ? ""
    : `\n${items.map((item) => `${indent}${item},\n`).join("")}${indent.slice(2)}`;
}
