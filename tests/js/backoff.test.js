import assert from "node:assert/strict";
import test from "node:test";

import { backoffDelay } from "../../static/aria/backoff.js";

const longest = { base: 1000, limit: 30000, random: () => 0 };

test("delays double up to the limit", () => {
  const delays = [0, 1, 2, 3, 4, 5, 6].map((attempt) => backoffDelay(attempt, longest));
  assert.deepEqual(delays, [1000, 2000, 4000, 8000, 16000, 30000, 30000]);
});

test("chance takes away up to half, never more", () => {
  for (let attempt = 0; attempt < 8; attempt += 1) {
    const full = backoffDelay(attempt, longest);
    assert.equal(backoffDelay(attempt, { ...longest, random: () => 1 }), full / 2);
    const delay = backoffDelay(attempt, { base: 1000, limit: 30000 });
    assert.ok(delay >= full / 2 && delay <= full);
  }
});

test("a very long outage does not overflow", () => {
  assert.equal(backoffDelay(100000, longest), 30000);
});
