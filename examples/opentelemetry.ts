// OpenTelemetry: a span for each call, with an event for each attempt, wait, refresh and drift.
//
//   const highlevel = traced(createClient({ locationId, token }));
//
// It needs @opentelemetry/api, and an SDK that the program has set up; without one it does nothing.

import { type Attributes, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import {
  type ClientEvent,
  type HighLevelClient,
  HighLevelError,
} from "highlevel-product-collections";

/** The same client, whose calls are traced. */
export function traced(
  highlevel: HighLevelClient,
  tracer = trace.getTracer("highlevel-product-collections"),
): HighLevelClient {
  return {
    get rateLimit() {
      return highlevel.rateLimit;
    },
    createProductCollection(collection, options) {
      const attributes = { "highlevel.collection.slug": collection.slug };
      const kind = SpanKind.CLIENT;
      return tracer.startActiveSpan(
        "createProductCollection",
        { kind, attributes },
        async (span) => {
          const onEvent = (event: ClientEvent) => {
            span.addEvent(event.type, attributesOf(event));
            return options?.onEvent?.(event);
          };
          try {
            return await highlevel.createProductCollection(collection, { ...options, onEvent });
          } catch (error) {
            const { name, message } = error instanceof Error ? error : new Error(String(error));
            span.recordException({ name, message });
            span.setStatus({ code: SpanStatusCode.ERROR, message });
            if (error instanceof HighLevelError) {
              span.setAttribute("highlevel.may_have_created", error.mayHaveCreated);
            }
            throw error;
          } finally {
            span.end();
          }
        },
      );
    },
  };
}

function attributesOf(event: ClientEvent): Attributes {
  switch (event.type) {
    case "attempt":
      return {
        attempt: event.attempt,
        ms: event.ms,
        "http.response.status_code": event.status,
        "ratelimit.remaining": event.rateLimit?.remaining,
        "error.type": event.error?.name,
      };
    case "waiting":
      return { reason: event.reason, ms: event.ms };
    case "drift":
      return { issues: event.issues.map(({ path, message }) => `${path} ${message}`) };
    case "refreshing":
      return {};
  }
}
