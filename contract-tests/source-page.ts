// What HighLevel's reference page of the endpoint says, written out by hand: the independent witness
// against which the OpenAPI document, the mock, the client and live servers are held. It imports
// nothing, and nothing in it is read from what it judges.

/** Where a fact comes from. */
type Source =
  | "the page"
  /** The page contradicts itself, or says it in words alone; the entry's comment says how. */
  | "the page, as read here"
  /** The OpenAPI file that HighLevel publishes, from which the page is made. */
  | "the vendor's OpenAPI file"
  /** 100 requests in 10 seconds and 200 000 a day, for each app in each location. */
  | "HighLevel's rate-limit documentation"
  | "issue 213 of GoHighLevel/highlevel-api-docs";

type Value = string | number | readonly string[];

interface AnyField {
  readonly type: "string" | "number" | "integer" | "array of strings" | "object";
  /** Whether it is always there. */
  readonly required: boolean;
  /** Of an object, the example is made of its fields' examples. */
  readonly example?: Value;
  /** The fields of an object. */
  readonly fields?: Fields;
  /** Unusual values that are allowed all the same. */
  readonly allowed?: readonly string[];
  readonly from: Source;
}

/** Any value of its type will do. */
interface FreeField extends AnyField {
  readonly values?: never;
  readonly pattern?: never;
  readonly format?: never;
  readonly refused?: never;
}

/** Not every value of its type will do. */
interface LimitedField extends AnyField {
  /** The possible values, where they are listed. */
  readonly values?: readonly string[];
  /** As a regular expression. */
  readonly pattern?: string;
  /** As JSON Schema names it. */
  readonly format?: string;
  /** Values of the right type that are not allowed. */
  readonly refused: readonly string[];
}

/** A field of a body, or a header. */
export type Field = FreeField | LimitedField;

export type Fields = Readonly<Record<string, Field>>;

/** What is said of one response status. */
export interface Answer {
  readonly headers: Fields;
  /** The fields of the JSON body; undefined where no body is promised. */
  readonly body: Fields | undefined;
  /** By names of ours. */
  readonly examples: Readonly<Record<string, unknown>>;
  readonly from: Source;
}

const id = "6578278e879ad2646715ba9c";
const image = "http://example.com/watermark.png";
const seoExample = {
  title: "Best Sellers",
  description: "Collections where all the best products are available",
};

const seoFields: Fields = {
  title: { type: "string", required: false, example: seoExample.title, from: "the page" },
  description: {
    type: "string",
    required: false,
    example: seoExample.description,
    from: "the page",
  },
};

const rateLimitHeader = (example: number): Field => ({
  type: "integer",
  required: false,
  example,
  from: "HighLevel's rate-limit documentation",
});

/** On every answer, whatever its status. */
const headers: Fields = {
  "X-RateLimit-Limit-Daily": rateLimitHeader(200_000),
  "X-RateLimit-Daily-Remaining": rateLimitHeader(199_999),
  "X-RateLimit-Interval-Milliseconds": rateLimitHeader(10_000),
  "X-RateLimit-Max": rateLimitHeader(100),
  "X-RateLimit-Remaining": rateLimitHeader(99),
};

/** Where the page is. */
export const page =
  "https://marketplace.gohighlevel.com/docs/ghl/products/create-product-collection/index.html";

export const endpoint = {
  server: "https://services.leadconnectorhq.com",
  method: "POST",
  path: "/products/collections",
  from: "the page",
} as const;

export const authorization = {
  type: "http",
  scheme: "bearer",
  bearerFormat: "JWT",
  header: "Bearer TOKEN",
  /** Either is sent alike. */
  tokens: ["OAuth access token", "private integration token"],
  tokenType: "Sub-Account",
  scopes: ["products/collection.write"],
  from: "the page",
} as const;

export const request = {
  headers: {
    Version: {
      type: "string",
      required: true,
      values: ["2021-07-28"],
      refused: ["2021-04-15", "2021-07-29", "v2", ""],
      example: "2021-07-28",
      from: "the page",
    },
  } satisfies Fields as Fields,

  mediaType: "application/json",
  isBodyRequired: true,

  body: {
    altId: { type: "string", required: true, example: id, from: "the page" },
    // The page lists the one value `location`, and gives `LOCATION` as its example.
    altType: {
      type: "string",
      required: true,
      values: ["location"],
      refused: ["LOCATION", "Location", "agency", ""],
      example: "location",
      from: "the page, as read here",
    },
    // "Mongo Id": 24 hexadecimal digits.
    collectionId: {
      type: "string",
      required: false,
      pattern: "^[0-9a-fA-F]{24}$",
      allowed: ["66057F9D28536EAE584EC047"],
      refused: [
        "66057f9d28536eae584ec04",
        "66057f9d28536eae584ec0470",
        "66057f9d28536eae584ec04g",
        " 66057f9d28536eae584ec047",
        "",
      ],
      example: "66057f9d28536eae584ec047",
      from: "the page, as read here",
    },
    name: { type: "string", required: true, example: "Best Sellers", from: "the page" },
    // Spaces and special characters are ruled out. Which characters are special is not said, so white
    // space alone is refused.
    slug: {
      type: "string",
      required: true,
      pattern: "^\\S*$",
      allowed: ["", "畅销", "🛍️", "الأكثر-مبيعًا", `"'\\`],
      refused: [
        "best sellers",
        " best",
        "best ",
        "best\tsellers",
        "best\nsellers",
        "best\u00a0sellers",
      ],
      example: "best-sellers",
      from: "the page, as read here",
    },
    image: { type: "string", required: false, example: image, from: "the page" },
    seo: { type: "object", required: false, fields: seoFields, from: "the page" },
  } satisfies Fields as Fields,

  /** By names of ours. `altType` follows the list of values; in the page's example it does not. */
  examples: {
    full: {
      altId: id,
      altType: "location",
      collectionId: "66057f9d28536eae584ec047",
      name: "Best Sellers",
      slug: "best-sellers",
      image,
      seo: seoExample,
    },
    minimal: { altId: id, altType: "location", name: "Best Sellers", slug: "best-sellers" },
  },
};

export const answers: Readonly<Record<number, Answer>> = {
  201: {
    headers,
    body: {
      data: {
        type: "object",
        // The page shows the object, and does not say whether it may be missing.
        required: true,
        from: "the vendor's OpenAPI file",
        fields: {
          _id: {
            type: "string",
            required: true,
            example: "655b33a82209e60b6adb87a5",
            from: "the page",
          },
          altId: {
            type: "string",
            required: true,
            example: "Z4Bxl8J4SaPEPLq9IQ8g",
            from: "the page",
          },
          name: { type: "string", required: true, example: "Best Sellers", from: "the page" },
          slug: { type: "string", required: true, example: "best-sellers", from: "the page" },
          image: { type: "string", required: true, example: image, from: "the page" },
          seo: { type: "object", required: true, fields: seoFields, from: "the page" },
          // The page says "date"; its example is a date and time of RFC 3339.
          createdAt: {
            type: "string",
            required: true,
            format: "date-time",
            refused: ["yesterday", "2024-02-22", ""],
            example: "2024-02-22T09:27:19.728Z",
            from: "the page, as read here",
          },
        },
      },
    },
    examples: {
      created: {
        data: {
          _id: "655b33a82209e60b6adb87a5",
          altId: "Z4Bxl8J4SaPEPLq9IQ8g",
          name: "Best Sellers",
          slug: "best-sellers",
          image,
          seo: seoExample,
          createdAt: "2024-02-22T09:27:19.728Z",
        },
      },
    },
    from: "the page",
  },

  400: {
    headers,
    body: {
      statusCode: { type: "number", required: false, example: 400, from: "the page" },
      message: { type: "string", required: false, example: "Bad Request", from: "the page" },
    },
    examples: { badRequest: { statusCode: 400, message: "Bad Request" } },
    from: "the page",
  },

  401: {
    headers,
    body: {
      statusCode: { type: "number", required: false, example: 401, from: "the page" },
      message: {
        type: "string",
        required: false,
        example: "Invalid token: access token is invalid",
        from: "the page",
      },
      error: { type: "string", required: false, example: "Unauthorized", from: "the page" },
    },
    examples: {
      invalidToken: {
        statusCode: 401,
        message: "Invalid token: access token is invalid",
        error: "Unauthorized",
      },
    },
    from: "the page",
  },

  // Not on the page: what users got for a token of another location.
  403: {
    headers,
    body: {
      statusCode: {
        type: "number",
        required: false,
        example: 403,
        from: "issue 213 of GoHighLevel/highlevel-api-docs",
      },
      message: {
        type: "string",
        required: false,
        example: "The token does not have access to this location.",
        from: "issue 213 of GoHighLevel/highlevel-api-docs",
      },
    },
    examples: {
      noAccess: { statusCode: 403, message: "The token does not have access to this location." },
    },
    from: "issue 213 of GoHighLevel/highlevel-api-docs",
  },

  422: {
    headers,
    body: {
      statusCode: { type: "number", required: false, example: 422, from: "the page" },
      message: {
        type: "array of strings",
        required: false,
        example: ["Unprocessable Entity"],
        from: "the page",
      },
      error: { type: "string", required: false, example: "Unprocessable Entity", from: "the page" },
    },
    examples: {
      unprocessableEntity: {
        statusCode: 422,
        message: ["Unprocessable Entity"],
        error: "Unprocessable Entity",
      },
    },
    from: "the page",
  },

  // Not on the page. No body is documented.
  429: {
    headers,
    body: undefined,
    examples: {},
    from: "HighLevel's rate-limit documentation",
  },
};
