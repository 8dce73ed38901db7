/** The signal, where the platform's fetch takes the platform's own: jsdom's is of another realm. */
export function usable(signal: AbortSignal): { signal?: AbortSignal } {
  const { Request, AbortController } = globalThis;
  // AbortController first: jsdom has no Request, and neither has `platform` before the first look.
  if (platform?.AbortController !== AbortController || platform.Request !== Request) {
    platform = { Request, AbortController, takesSignals: takes(Request, signal) };
  }
  return platform.takesSignals ? { signal } : {};
}

let platform: { Request: unknown; AbortController: unknown; takesSignals: boolean } | undefined;

function takes(Request: typeof globalThis.Request | undefined, signal: AbortSignal): boolean {
  try {
    return Request === undefined || new Request("http://localhost", { signal }) !== undefined;
  } catch {
    return false;
  }
}
