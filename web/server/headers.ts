// What every answer over plain HTTP says to browsers.

// Of everything; the page has a Content-Security-Policy of its own.
export const securityHeaders = {
  'X-Content-Type-Options': 'nosniff',
  // The name of a room stands in its link.
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
};
