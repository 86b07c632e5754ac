/** How long to wait before the next attempt. Pure. */

/**
 * Milliseconds before attempt ``attempt`` (from 0): doubles from ``base`` up to ``limit``,
 * then takes away up to half at random so that many pages do not come back at once.
 */
export function backoffDelay(attempt, { base = 1000, limit = 30000, random = Math.random } = {}) {
  const full = Math.min(limit, base * 2 ** Math.min(Math.max(0, attempt), 30));
  return Math.round(full * (1 - random() / 2));
}
