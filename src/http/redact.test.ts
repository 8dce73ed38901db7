import { describe, expect, it } from "vitest";
import { createRedact, type Redact } from "./redact.js";

const KiB = 1024;
const MiB = 1024 * KiB;

/** A token of every visible character of ASCII, those included that JSON escapes. */
function tokenOf(length: number): string {
  const visible = Array.from({ length: 94 }, (_, i) => String.fromCharCode(0x21 + i)).join("");
  return `pit-${visible.repeat(Math.ceil(length / 94))}`.slice(0, length);
}

/** The text, and what is left of it after its escapes have been read once, twice, and so on. */
function readingsOf(text: string): string[] {
  const readings = [text];
  for (let depth = 0; depth < 4; depth++) {
    const last = readings.at(-1) ?? "";
    readings.push(
      last.replace(/\\(?:u([0-9a-fA-F]{4})|(["\\/]))/g, (_, hex, it) =>
        hex ? String.fromCharCode(Number.parseInt(hex, 16)) : it,
      ),
    );
  }
  return readings;
}

/** In which of its readings the text still holds the token; for a length instead of a long diff. */
const heldIn = (text: string, token: string) =>
  readingsOf(text).flatMap((reading, depth) => (reading.includes(token) ? [depth] : []));

const hex = (it: string) => `\\u${it.charCodeAt(0).toString(16).padStart(4, "0")}`;
const inJson = (it: string) => JSON.stringify(it).slice(1, -1);

/** How a token may be written inside a JSON string. */
const forms: Record<string, (token: string) => string> = {
  "as JSON.stringify does": inJson,
  "with every slash escaped": (token) => inJson(token).replaceAll("/", "\\/"),
  "with every character escaped": (token) => token.replaceAll(/./g, hex),
  "with every character escaped in upper case": (token) =>
    token.replaceAll(/./g, (it) => hex(it).toUpperCase().replace("U", "u")),
  "with every other character escaped": (token) =>
    token.replaceAll(/(.)(.?)/g, (_, it, next) => hex(it) + inJson(next)),
  "in JSON in JSON": (token) => inJson(inJson(token)),
  "with every character escaped, in JSON in JSON": (token) => inJson(token.replaceAll(/./g, hex)),
  "in JSON in JSON in JSON": (token) => inJson(inJson(inJson(token))),
};

/** Where in an answer it may stand. */
const places: Record<string, (written: string) => string> = {
  "a value": (written) => `{"message":"Not ${written}!","list":[1,{"of":["${written}"]}]}`,
  "a key": (written) => `{"a":{"${written}":{"${written}${written}":null}}}`,
  "JSON that broke off": (written) => `{"message":["${written}","${written}`,
  "text that is not JSON": (written) => `Not "${written}": C:\\temp\n${written}`,
};

it("these tests find a token, however it is written", () => {
  for (const write of Object.values(forms)) {
    for (const place of Object.values(places)) {
      expect(heldIn(place(write(tokenOf(64))), tokenOf(64))).not.toEqual([]);
    }
  }
});

describe.each([8, KiB, 4 * KiB, 16 * KiB, 64 * KiB])("a token of %i characters", (length) => {
  const token = tokenOf(length);
  const redact = createRedact([token]);

  it.each(Object.keys(forms))("is taken out of a body wherever it stands, written %s", (form) => {
    const written = forms[form]?.(token) ?? "";
    for (const [place, write] of Object.entries(places)) {
      const body = write(written);
      const clean = redact.body(body);
      expect([place, heldIn(clean, token)]).toEqual([place, []]);
      expect(clean).toContain("[token]");
      if (place === "a value") {
        const { message, list } = JSON.parse(clean);
        expect([message.length < 100, list.length]).toEqual([true, 2]);
      }
    }
  });

  it("is taken out of text as it is, beside a backslash or a quote", () => {
    for (const beside of ["", "\\", '"', "\\\\", '\\"', "\\u", "\\u00", "\n", "/", "\u{1f600}"]) {
      expect(redact.body(beside + token + beside)).not.toContain(token);
      expect(redact.body(JSON.stringify({ a: beside + token + beside }))).toBe(
        JSON.stringify({ a: `${beside}[token]${beside}` }),
      );
    }
  });

  it("is taken out of what a fetch threw", () => {
    const cause = Object.assign(new Error(`C:\\${token}`), { code: token });
    const thrown = new TypeError(`fetch failed\\${inJson(token)}`, { cause });
    const clean = redact.error(thrown);
    for (const error of [clean, clean?.cause as Error & { code: string }]) {
      const { name = "", message = "", stack = "" } = error ?? {};
      expect(heldIn([name, message, stack].join(" "), token)).toEqual([]);
      expect(message).toContain("[token]");
    }
    expect(clean?.cause).toMatchObject({ code: "[token]" });
  });
});

describe("of two tokens of which one begins with the other", () => {
  it.each([
    ["the shorter is sent first", (a: string, b: string) => [a, b]],
    ["the longer is sent first", (a: string, b: string) => [b, a]],
  ])("nothing is left, where %s", (_, sent) => {
    for (const length of [8, 64, 4 * KiB]) {
      const short = tokenOf(length);
      const long = `${short}-and-9b7d2c44`;
      const redact = createRedact(sent(short, long));
      expect(redact.body(`${long} ${short} ${long}${short}`)).toBe(
        "[token] [token] [token][token]",
      );
      expect(redact.body(JSON.stringify({ [long]: short, [short]: [long] }))).toBe(
        '{"[token]":["[token]"]}',
      );
    }
  });
});

describe("headers", () => {
  const token = `PIT-${"Ab9".repeat(20_000)}`; // of characters that a header's name may have
  const redact = createRedact([token, tokenOf(64 * KiB)]);

  it("lose those whose name holds the token, and the token in the values of others", () => {
    const clean = redact.headers(
      new Headers({
        [`X-${token}-End`]: "1",
        "X-Value": `before ${token} after`,
        "X-Json": JSON.stringify({ a: tokenOf(64 * KiB) }),
        "X-Escaped": [...token].map(hex).join(""),
        "X-Other": "C:\\temp",
        "X-Latin": "caf\u00e9",
      }),
    );
    expect(Object.fromEntries(clean)).toEqual({
      "x-value": "before [token] after",
      "x-json": '{"a":"[token]"}',
      "x-escaped": "[token]",
      "x-other": "C:\\temp",
      "x-latin": "caf\u00e9",
    });
  });

  it("have a question mark for what no header can hold, where escapes hid a token", () => {
    const escaped = [...tokenOf(64)].map(hex).join("");
    const clean = createRedact([tokenOf(64)]).headers(
      new Headers({ "X-Echo": `${escaped}\\n\\u00e9` }),
    );
    expect(clean.get("x-echo")).toBe("[token]??");
  });

  it("are the very same where there is no token in them", () => {
    const headers = new Headers({ "X-Path": "C:\\temp\\u0041", "X-Latin": "\u00fc" });
    expect(redact.headers(headers)).toBe(headers);
  });
});

describe("a body without a token stays as it is, to the last character", () => {
  it.each([
    ["JSON with escapes", '{ "a" : "\\u0041\\/\\n", "b":1.0 }'],
    ["JSON with a key twice", '{"a":"\\\\","a":2}'],
    ["text with backslashes", "C:\\temp\\u0041 \\q"],
    ["half a token", tokenOf(4 * KiB).slice(0, -1)],
    ["nothing", ""],
    ["half a surrogate pair", "\\ud83d \ud83d"],
  ])("%s", (_, body) => {
    expect(createRedact([tokenOf(4 * KiB)]).body(body)).toBe(body);
  });

  it("JSON that nests deeper than a stack", () => {
    const body = `${"[".repeat(200_000)}"\\\\"${"]".repeat(200_000)}`;
    expect(createRedact([tokenOf(KiB)]).body(body)).toBe(body);
  });
});

it.each(Object.entries(forms))(
  "a token that a body broke off in is taken out, written %s",
  (_, write) => {
    const token = tokenOf(64);
    const redact = createRedact([token, tokenOf(20)]);
    const beginning = token.slice(0, 8);
    const written = `{"message":"${write(token)}`;
    let cuts = 0;
    for (let end = 1; end <= written.length; end++) {
      const body = written.slice(0, end);
      if (heldIn(body, beginning).length === 0) continue;
      cuts++;
      expect([end, heldIn(redact.body(body, true), beginning)]).toEqual([end, []]);
    }
    expect(cuts).toBeGreaterThan(50);
  },
);

it("a body that broke off stays as it is where it ends in no token", () => {
  for (const body of ["", "{", '{"message":"pit-', "C:\\temp", tokenOf(64).slice(0, 7)]) {
    expect(createRedact([tokenOf(64)]).body(body, true)).toBe(body);
  }
});

it("a token without a character that JSON escapes is taken out where a body broke off in it", () => {
  const token = "pit-5e1f0c9a-77d2-4b1e-9a63-0d4c8b2f6e11";
  const { body } = createRedact([token]);
  for (let length = 8; length < token.length; length++) {
    expect(body(`Not ${token.slice(0, length)}`, true)).toBe("Not [token]");
  }
});

it("what only looks like a token stays: one whose first character is another", () => {
  const token = tokenOf(64);
  const body = `${token.slice(0, 16)} x${token.slice(1)}`;
  expect(createRedact([token]).body(body)).toBe(body);
});

describe("what is left of a body that held a token", () => {
  const token = tokenOf(64);
  const written = [...token].map(hex).join("");
  const { body } = createRedact([token]);

  it("has its keys in the order in which they came", () => {
    const text = `{"message":"${written}","status":401}`;
    expect(body(text)).toBe('{"message":"[token]","status":401}');
  });

  it("is JSON where the body was, also beside a null", () => {
    const text = `{"message":"\\"${written}\\"","data":null}`;
    expect(body(text)).toBe('{"message":"\\"[token]\\"","data":null}');
  });

  it.each([
    ["b", "\b"],
    ["f", "\f"],
    ["n", "\n"],
    ["r", "\r"],
    ["t", "\t"],
  ])(
    "is plain text where the body was not JSON: \\%s is what it stands for",
    (letter, character) => {
      expect(body(`Not ${written}\\${letter}!`)).toBe(`Not [token]${character}!`);
    },
  );
});

describe("what a fetch threw", () => {
  const { error } = createRedact([tokenOf(64)]);

  it("is copied as an error of the platform is made: its code is listed, the rest is not", () => {
    const thrown = Object.assign(new TypeError("It failed"), { code: "ECONNRESET" });
    expect(error(thrown)).toMatchObject({ name: "TypeError", message: "It failed" });
    expect(Object.keys(error(thrown) ?? {})).toEqual(["code"]);
  });

  it("has no message where it had none", () => {
    expect(error({ code: "ECONNRESET" })).toMatchObject({ message: "", code: "ECONNRESET" });
  });

  it("is copied four causes deep, although it may be its own cause", () => {
    const loop = new Error("It failed");
    loop.cause = loop;
    const messages: string[] = [];
    for (let it: unknown = error(loop); it instanceof Error; it = it.cause) {
      messages.push(it.message);
    }
    expect(messages).toEqual(Array(4).fill("It failed"));
  });
});

it("a token is found after what began like it, and after itself", () => {
  const token = `${"a".repeat(20)}b${"a".repeat(20)}c`;
  const { body } = createRedact([token]);
  expect(body(`aaaa${token}`)).toBe("aaaa[token]");
  expect(body(token.slice(0, -1) + token.slice(20))).toBe(`${"a".repeat(20)}b[token]`);
  expect(body(`${token}${token}a${token}`)).toBe("[token][token]a[token]");
});

it("a token under a key __proto__ is taken out, and changes no prototype", () => {
  const token = tokenOf(64);
  const clean = createRedact([token]).body(`{"__proto__":"${inJson(token)}","a":"\\\\"}`);
  expect(JSON.parse(clean)).toEqual(JSON.parse('{"__proto__":"[token]","a":"\\\\"}'));
  expect(clean).toContain('"__proto__":"[token]"');
});

it("a key __proto__ beside a token changes no prototype", () => {
  const token = tokenOf(64);
  const clean = createRedact([token]).body(`{"__proto__":{"a":"${inJson(token)}"}}`);
  expect(clean).toBe('{"__proto__":{"a":"[token]"}}');
});

describe("cleaning", () => {
  /**
   * How many steps the work takes at worst: those that read a character, and for each search of the
   * platform's, which promises nothing, the product of what it looked through and what for.
   */
  function stepsOf(work: () => void): number {
    const { prototype } = String;
    const own = Object.getOwnPropertyDescriptors(prototype);
    let steps = 0;
    const count = (name: "charCodeAt" | "indexOf" | "includes" | "split" | "replaceAll") => {
      const original: (...args: never[]) => unknown = prototype[name];
      Object.defineProperty(prototype, name, {
        ...own[name],
        value(this: string, ...args: never[]) {
          const [needle, from = 0] = args as unknown as [unknown, number?];
          const result = original.apply(this, args);
          const end = name === "indexOf" && Number(result) >= 0 ? Number(result) : this.length;
          const looked = name === "charCodeAt" ? 1 : Math.max(1, end - from);
          steps += looked * (typeof needle === "string" ? Math.max(1, needle.length) : 1);
          return result;
        },
      });
    };
    try {
      for (const name of ["charCodeAt", "indexOf", "includes", "split", "replaceAll"] as const) {
        count(name);
      }
      work();
    } finally {
      for (const name of ["charCodeAt", "indexOf", "includes", "split", "replaceAll"] as const) {
        Object.defineProperty(prototype, name, own[name]);
      }
    }
    return steps;
  }

  const a = (length: number) => "a".repeat(length);
  /** A token and the text that is worst for it, of that many characters. */
  const worst: Record<string, (length: number) => [string, string]> = {
    "b and then a alone, in a alone": (length) => [`b${a(64 * KiB - 1)}`, a(length)],
    "a alone and then b, in a alone": (length) => [`${a(64 * KiB - 1)}b`, a(length)],
    "many beginnings of it that come to nothing": (length) => [
      `b${a(64 * KiB - 1)}`,
      `b${a(200)}`.repeat(length / 201).padEnd(length, "a"),
    ],
    "many that do, but for the last character": (length) => [
      `b${a(KiB)}b`,
      `b${a(KiB - 1)}`.repeat(length / KiB),
    ],
    "thousands of it": (length) => [tokenOf(64), tokenOf(64).repeat(length / 64)],
  };

  const cleaners: Record<string, (redact: Redact, text: string) => unknown> = {
    text: (redact, text) => redact.body(text),
    JSON: (redact, text) => redact.body(JSON.stringify({ message: text })),
    "text with a backslash": (redact, text) => redact.body(`\\${text}`),
    "a header": (redact, text) => redact.headers(new Headers({ "X-Echo": text })),
    "an error": (redact, text) => redact.error(Object.assign(new Error(text), { stack: "" })),
  };

  it.each(Object.entries(worst))("takes steps as many as there are characters: %s", (_, make) => {
    for (const [what, clean] of Object.entries(cleaners)) {
      const steps = [MiB / 32, MiB / 8].map((length) => {
        const [token, text] = make(length);
        return stepsOf(() => clean(createRedact([token]), text));
      });
      const [few = 0, many = 0] = steps;
      expect(few).toBeGreaterThan(MiB / 32);
      // No more than four times as many for four times the length, and never many for a character.
      expect([what, many <= 4.1 * few, many <= 250 * (MiB / 8)]).toEqual([what, true, true]);
    }
  });

  it.each(Object.entries(forms))(
    "takes out thousands in an answer of 1 MiB, written %s",
    (_, write) => {
      for (const [length, most] of [
        [16, 10_000],
        [64 * KiB, 10],
      ] as const) {
        const token = tokenOf(length);
        const written = write(token);
        const times = Math.max(1, Math.min(most, Math.floor(MiB / (written.length + 3))));
        const body = `["${Array(times).fill(written).join('","')}"]`;
        const clean = createRedact([token, `${token}2`]).body(body);
        const list: unknown[] = JSON.parse(clean);
        expect(list).toHaveLength(times);
        expect(list.filter((it) => it !== "[token]")).toHaveLength(0);
      }
    },
  );
});
