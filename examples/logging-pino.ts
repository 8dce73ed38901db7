// What the client does, in a pino log: an answer is debug, a failed attempt or drift a warning, a wait
// or another token info. No event holds the token.
//
//   HIGHLEVEL_TOKEN=... HIGHLEVEL_LOCATION_ID=... npx tsx logging-pino.ts
//
// It needs pino.

import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type ClientEvent, createClient } from "highlevel-product-collections";
import { type Logger, pino } from "pino";

/** An `onEvent` that logs; `msg` is the event's type, and all else of it stands beside. */
export function logTo(logger: Logger): (event: ClientEvent) => void {
  return (event) => {
    const { type, ...rest } = event;
    logger[levelOf(event)](rest, type);
  };
}

function levelOf(event: ClientEvent): "debug" | "info" | "warn" {
  if (event.type === "attempt") return event.status === 201 ? "debug" : "warn";
  return event.type === "drift" ? "warn" : "info";
}

if (realpathSync(process.argv[1] ?? ".") === fileURLToPath(import.meta.url)) {
  const { HIGHLEVEL_TOKEN: token = "", HIGHLEVEL_LOCATION_ID: locationId = "" } = process.env;
  const logger = pino({ level: "debug" });
  const highlevel = createClient({ locationId, token, onEvent: logTo(logger) });
  try {
    await highlevel.createProductCollection({ name: "Best Sellers", slug: "best-sellers" });
  } catch (error) {
    logger.error(error);
    process.exitCode = 1;
  }
}
