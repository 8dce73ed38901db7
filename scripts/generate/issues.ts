import { pointerKey } from "../lib/json.js";

/**
 * Ajv's code with the issues that a user reads in place of Ajv's errors: each with the place, where Ajv has
 * that of the object around it, and with the values, of which Ajv's messages say that there are some.
 */
export function withIssues(code: string): string {
  return (
    code
      .replaceAll(error, (_, __, place = "instancePath", keyword, params, message) => {
        const missing = /\bmissingProperty: ("(?:\\.|[^"\\])*"|\w+)/.exec(params)?.[1];
        const path = missing ? `${place}+${placeOf(missing)}` : place;
        const text = messageOf(keyword, params, message);
        return `errors = (vErrors ??= []).push({path:${path},keyword:"${keyword}",message:${text}});`;
      })
      // What only keywords of one's own would read.
      .replaceAll(", parentData, parentDataProperty, rootData=data", "")
      .replaceAll(/,parentData(:.*?)?,parentDataProperty(:.*?)?,rootData(?=\})/g, "")
  );
}

/** How Ajv adds an error. */
const error =
  /const (err\d+) = \{instancePath(?::(.+?))?,schemaPath:"(?:\\.|[^"\\])*",keyword:"(.+?)",params:\{([\s\S]*?)\},message:(.*?)(?:,propertyName:\w+)?\};\nif\(vErrors === null\)\{\nvErrors = \[\1\];\n\}\nelse \{\nvErrors\.push\(\1\);\n\}\nerrors\+\+;/g;

/** The code of a property's place in its object. */
function placeOf(property: string): string {
  if (!property.startsWith('"')) return `"/"+${property}`; // a variable of a loop over very many
  return JSON.stringify(`/${pointerKey(JSON.parse(property))}`);
}

/** The code of a message. */
function messageOf(keyword: string, params: string, message: string): string {
  const [, value = "null"] = /^\w+: (.*)$/.exec(params) ?? [];
  switch (keyword) {
    case "required":
      return '"is required"';
    case "type":
      return JSON.stringify(`must be ${[JSON.parse(value)].flat().join(" or ")}`);
    case "const":
      return JSON.stringify(`must be ${value}`);
    case "enum":
      return JSON.stringify(
        `must be one of ${JSON.parse(value)
          .map((it: unknown) => JSON.stringify(it))
          .join(", ")}`,
      );
    case "additionalProperties":
    case "unevaluatedProperties":
    case "propertyNames":
      return `${message}+": "+${value}`;
    default:
      return message;
  }
}
