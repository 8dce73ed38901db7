import type { JSONSchema7 } from "json-schema";
import { sample } from "openapi-sampler";
import type { Body, Document, Schema } from "../lib/contract.js";
import type { Judge } from "./validators.js";

/** A value that shows a schema with all its fields: its example, where it has one. */
export function sampleOf(document: Document, schema: Schema): unknown {
  try {
    return sample(schema as JSONSchema7, { quiet: true, enablePatterns: true }, document);
  } catch {
    return undefined; // a schema that has no value of finite size, say
  }
}

/** The values of a body that the document shows, else a sample; those that keep to its schema. */
export function validExamples(document: Document, judge: Judge, body: Body): readonly unknown[] {
  const validate = judge.validatorOf(body);
  return [...body.examples, sampleOf(document, body.schema)].filter((value) => validate(value));
}
