import { pathToFileURL } from "node:url";
import openapiTypeScript, { astToString, type OpenAPI3 } from "openapi-typescript";
import { type Document, operationsOf } from "../lib/contract.js";
import { root } from "../lib/tools.js";
import { examplesFile } from "./examples.js";
import { operationsFile } from "./operations.js";
import { probesFile } from "./probes.js";
import { refuseUnsupported } from "./refusals.js";
import { createJudge, validatorsFile } from "./validators.js";

const banner = "// Generated from openapi/openapi.yaml by `npm run generate`. Do not edit.\n";

/**
 * The files of generated/, by name.
 *
 * @throws {@link ContractError} for what the generator does not take.
 */
export async function generatedFiles(
  document: Document,
): Promise<Readonly<Record<string, string>>> {
  const operations = operationsOf(document);
  refuseUnsupported(document, operations);
  const judge = createJudge(document);
  const validators = validatorsFile(judge, operations);
  const types = await openapiTypeScript(structuredClone(document) as unknown as OpenAPI3, {
    defaultNonNullable: false, // a field with a default may be left out
    silent: true,
    cwd: pathToFileURL(root), // else a `%` in the name of the folder ends it
  });
  const files = {
    "openapi.ts": astToString(types),
    "validators.ts": validators,
    "operations.ts": operationsFile(document, operations),
    "examples.ts": examplesFile(document, judge, operations),
    "probes.ts": probesFile(document, judge, operations),
  };
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [name, banner + text]));
}
