/**
 * For an API that no page is made of: no page may frame, cache, sniff or run anything from an answer. `listen` sets them on the
 * outgoing message; Hono's secure-headers would change the app's answer afterwards, which takes it off the adapter's fast way.
 */
export const SECURITY_HEADERS: readonly (readonly [string, string])[] = [
  ["Strict-Transport-Security", "max-age=63072000; includeSubDomains"],
  ["X-Content-Type-Options", "nosniff"],
  ["Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"],
  ["Referrer-Policy", "no-referrer"],
  ["Cross-Origin-Resource-Policy", "same-origin"],
  ["Cache-Control", "no-store"],
];
