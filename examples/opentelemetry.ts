// OpenTelemetry: a span for each call, from its first event to `finished`, with its other events.
//
//   const highlevel = createClient({ locationId, token, onEvent: traceCalls() });
//
// Each client takes one of its own, since it counts its calls from 1. A span belongs to the one that was
// active when the call began; those of an instrumented `fetch` stand beside it.
//
// It needs @opentelemetry/api, and an SDK that the program has set up; without one it does nothing.

import { type Attributes, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { ClientEvent, EventListener, FinishedEvent } from "highlevel-product-collections";

/** A listener for the calls of one client. */
export function traceCalls(
  tracer = trace.getTracer("highlevel-product-collections"),
): EventListener {
  const spans = new Map<number, Span>();
  return (event) => {
    const { call, locationId } = event;
    const attributes = { "highlevel.location_id": locationId, "highlevel.call": call };
    const span =
      spans.get(call) ?? tracer.startSpan("HighLevel call", { kind: SpanKind.CLIENT, attributes });
    spans.set(call, span);
    if (event.type !== "finished") {
      span.addEvent(event.type, attributesOf(event));
      return;
    }
    spans.delete(call);
    span.setAttribute("highlevel.attempts", event.attempts);
    if (event.error) {
      const { name, message, mayHaveCreated } = event.error;
      span.recordException({ name, message });
      span.setStatus({ code: SpanStatusCode.ERROR, message });
      span.setAttribute("highlevel.may_have_created", mayHaveCreated);
    }
    span.end();
  };
}

function attributesOf(event: Exclude<ClientEvent, FinishedEvent>): Attributes {
  switch (event.type) {
    case "sending":
      return { attempt: event.attempt };
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
