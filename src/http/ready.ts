import { whileWaiting } from "./events.js";
import type { PlaceContext, Places } from "./place.js";
import type { HeldToken, QuestionContext, Tokens } from "./token.js";

/** Where an attempt gets what it needs. */
interface Sources {
  readonly tokens: Tokens;
  readonly places: Places;
}

/** What an attempt needs. */
export interface Ready {
  readonly held: HeldToken;
  readonly place: unknown;
}

/** The token is asked for again if the place was this long in coming, in milliseconds. */
const longWaitMs = 1_000;
/** The place is given back if the token was this long in coming, in milliseconds. */
const stalePlaceMs = 20;

/**
 * Waits for a token, and then for a place: what is sent is bounded, however long a token takes. The
 * token is asked for again where it may have expired meanwhile.
 */
export async function getReady(
  { tokens, places }: Sources,
  call: PlaceContext & QuestionContext,
  { held, place: last }: Partial<Ready>,
): Promise<Ready> {
  const ask = () => whileWaiting(call.emit, "token", () => tokens.hold(call));
  let token = held ?? (await ask());
  let place = last;
  for (let isAskedAgain = false; ; isAskedAgain = true) {
    const askedAt = performance.now();
    place = await places.wait(call, place);
    const cameAt = performance.now();
    try {
      // Another token that came after a 401 is the last that the call asks for.
      const isLast = token.replace === undefined || isAskedAgain;
      if (isLast || cameAt - askedAt < longWaitMs) return { held: token, place };
      token = await ask();
      if (performance.now() - cameAt < stalePlaceMs) return { held: token, place };
    } catch (error) {
      places.learn(undefined, place);
      throw error;
    }
    places.learn(undefined, place);
  }
}
