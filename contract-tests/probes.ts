// What the contract must refuse. Each probe is written out from HighLevel's page of the endpoint,
// and not read from the document under test. The mock is held to all of them, and so is any server
// that claims the contract.

/** A request that breaks the contract in one place. */
export interface Probe {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** The status to refuse it with. */
  readonly status: 400 | 401 | 422;
  /** Where the request departs from the contract, and as Prism points at it or puts it in words. */
  readonly violation: { readonly place: string } | { readonly words: string } | undefined;
  /** Whether even a careless server has no way to create something of it. */
  readonly isHarmless: boolean;
}

/** The credentials and the location that the probes are made with. */
export interface ProbeContext {
  readonly locationId: string;
  readonly token: string;
}

/** A request that breaks nothing. */
export function validRequest({ locationId, token }: ProbeContext) {
  return {
    headers: {
      Authorization: `Bearer ${token}`,
      "Content-Type": "application/json",
      Version: "2021-07-28",
    },
    body: { altId: locationId, altType: "location", name: "Best Sellers", slug: "best-sellers" },
  };
}

/** Every probe. */
export function probes(context: ProbeContext): Probe[] {
  const { headers, body } = validRequest(context);

  const ofBody = (name: string, broken: object, place: string, isHarmless = false): Probe => ({
    name,
    headers,
    body: JSON.stringify(broken),
    status: 422,
    violation: { place },
    isHarmless,
  });
  const without = (field: string) =>
    ofBody(`a body without ${field}`, omit(body, field), `body.${field}`, true);
  const withField = (field: string, value: unknown) =>
    ofBody(`${JSON.stringify(value)} as ${field}`, { ...body, [field]: value }, `body.${field}`);
  const withSeo = (field: string, value: unknown) =>
    ofBody(
      `${JSON.stringify(value)} as seo.${field}`,
      { ...body, seo: { [field]: value } },
      `body.seo.${field}`,
    );
  const ofHeaders = (name: string, broken: Record<string, string>): Probe => ({
    name,
    headers: broken,
    body: JSON.stringify(body),
    status: 422,
    violation: { place: "header.version" },
    isHarmless: true,
  });
  const unauthorized = (name: string, broken: Record<string, string>): Probe => ({
    ...ofHeaders(name, broken),
    status: 401,
    violation: { words: "Invalid security scheme used" },
  });
  const noStrings = [1, true, null, {}, []];

  return [
    ...["altId", "altType", "name", "slug"].map(without),
    ...["altId", "collectionId", "name", "slug", "image"].flatMap((field) =>
      noStrings.map((value) => withField(field, value)),
    ),
    ...["title", "description"].flatMap((field) => noStrings.map((value) => withSeo(field, value))),
    ...[1, true, null, "title", []].map((value) => withField("seo", value)),
    ...["LOCATION", "Location", "agency", "", 1].map((value) => withField("altType", value)),
    ...[
      "66057f9d28536eae584ec04",
      "66057f9d28536eae584ec0470",
      "66057f9d28536eae584ec04g",
      " 66057f9d28536eae584ec047",
      "",
    ].map((value) => withField("collectionId", value)),
    ...[
      "best sellers",
      " best",
      "best ",
      "best\tsellers",
      "best\nsellers",
      "best\u00a0sellers",
    ].map((value) => withField("slug", value)),
    ...[[], "text", 1].map((value) => ({
      ...ofBody(`${JSON.stringify(value)} as the body`, {}, "body", true),
      body: JSON.stringify(value),
    })),
    {
      ...ofBody("no body", {}, "", true),
      body: undefined,
      violation: { words: "Body parameter is required" },
    },
    {
      ...ofBody("a body of malformed JSON", {}, "", true),
      body: '{"altId":',
      status: 400,
      violation: undefined,
    },
    ...(
      [
        ["text/plain", JSON.stringify(body)],
        ["application/x-www-form-urlencoded", "altType=location"],
        ["application/xml", "<collection/>"],
      ] as const
    ).map(([type, text]) => ({
      ...ofBody(`a body of ${type}`, {}, ""),
      headers: { ...headers, "Content-Type": type },
      body: text,
      violation: { words: "Supported content types: application/json" },
    })),
    ofHeaders("no Version", omit(headers, "Version")),
    ...["2021-04-15", "2021-07-29", "v2", ""].map((version) =>
      ofHeaders(`Version ${JSON.stringify(version)}`, { ...headers, Version: version }),
    ),
    unauthorized("no token", omit(headers, "Authorization")),
    ...["Basic dXNlcjpwYXNz", "a-token-without-its-scheme"].map((value) =>
      unauthorized(`"${value}" for a bearer token`, { ...headers, Authorization: value }),
    ),
  ];
}

function omit(from: object, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(from).filter(([key]) => key !== name));
}
