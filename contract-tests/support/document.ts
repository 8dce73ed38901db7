import { relative } from "node:path";
import { fileURLToPath } from "node:url";

/** The OpenAPI document, the one source of truth. */
export const documentFile = fileURLToPath(new URL("../../openapi/openapi.yaml", import.meta.url));

/** Reads an OpenAPI document, every `$ref` replaced by what it names. */
export async function readDereferenced(file = documentFile): Promise<unknown> {
  // Loaded here, since it takes half a second, which who only asks for `documentFile` need not wait.
  const { bundle, createConfig } = await import("@redocly/openapi-core");
  const config = await createConfig({});
  const { bundle: document, problems } = await bundle({ ref: file, config, dereference: true });
  const [problem] = problems;
  if (problem !== undefined)
    throw new Error(`${relative(process.cwd(), file)}: ${problem.message}`);
  // What is named twice is one object for the bundler; here every place has its own.
  return JSON.parse(JSON.stringify(document.parsed));
}
