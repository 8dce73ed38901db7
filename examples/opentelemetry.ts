// OpenTelemetry: a span for each call, and in it an event for each attempt, wait and other token.
//
//   const highlevel = traced(createClient({ locationId, token }));
//
// It needs @opentelemetry/api, and an SDK that the program has set up; without one it does nothing.

import { type Attributes, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
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
    createProductCollection: (collection, options = {}) =>
      tracer.startActiveSpan(
        "createProductCollection",
        { kind: SpanKind.CLIENT, attributes: { "highlevel.collection.slug": collection.slug } },
        async (span) => {
          const onEvent = (event: ClientEvent) => {
            addTo(span, event);
            options.onEvent?.(event);
          };
          try {
            return await highlevel.createProductCollection(collection, { ...options, onEvent });
          } catch (error) {
            fail(span, error);
            throw error;
          } finally {
            span.end();
          }
        },
      ),
  };
}

function addTo(span: Span, event: ClientEvent): void {
  span.setAttribute("highlevel.location_id", event.locationId);
  span.addEvent(event.type, attributesOf(event));
  if (event.type === "attempt" && event.status !== undefined) {
    span.setAttribute("http.response.status_code", event.status);
  }
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
      return { reason: event.reason, ms: event.ms, ahead: event.ahead };
    case "drift":
      return { issues: event.issues.map(({ path, message }) => `${path} ${message}`) };
    case "refreshing":
      return {};
  }
}

function fail(span: Span, error: unknown): void {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  span.recordException({ name, message });
  span.setStatus({ code: SpanStatusCode.ERROR, message });
  span.setAttribute("error.type", name);
  if (error instanceof HighLevelError) {
    span.setAttribute("highlevel.may_have_created", error.mayHaveCreated);
  }
}
