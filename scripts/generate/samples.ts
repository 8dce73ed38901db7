import { sample } from "openapi-sampler";
import type { Body, Document, Schema } from "../lib/contract.js";
import type { Judge } from "./validators.js";

/**
 * A value that shows a schema: its example, where it has one, or else one with all its fields, or with those
 * that are required alone.
 */
export function sampleOf(document: Document, schema: Schema, skipNonRequired = false): unknown {
  const options = { quiet: true, enablePatterns: true, skipNonRequired };
  try {
    return sample(schema as Parameters<typeof sample>[0], options, document);
  } catch {
    return undefined; // a schema that has no value of finite size, say
  }
}

/** The values of a body that the document shows, or else samples; those that keep to its schema. */
export function validExamples(document: Document, judge: Judge, body: Body): unknown[] {
  const validate = judge.validatorOf(body);
  const shown = body.examples.filter((value) => validate(value));
  const samples = [false, true].map((isSmall) => sampleOf(document, body.schema, isSmall));
  return shown.length > 0 ? shown : samples.filter((value) => validate(value));
}
