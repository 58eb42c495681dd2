/**
 * Everything but the unreserved characters of RFC 3986 section 2.3, so that no parser has a reason to write it in another
 * way: it would encode some of what encodeURIComponent leaves.
 */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}
