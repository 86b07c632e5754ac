import assert from "node:assert/strict";
import test from "node:test";

import { formatTime, spokenTime } from "../../static/aria/time.js";

test("times are minutes and seconds, hours only when there are any", () => {
  assert.equal(formatTime(0), "0:00");
  assert.equal(formatTime(59.99), "0:59");
  assert.equal(formatTime(61), "1:01");
  assert.equal(formatTime(3599), "59:59");
  assert.equal(formatTime(3600), "1:00:00");
  assert.equal(formatTime(3725), "1:02:05");
});

test("what is no time reads as the beginning", () => {
  for (const value of [-1, Number.NaN, Infinity, undefined]) assert.equal(formatTime(value), "0:00");
});

test("spoken times have the right plurals", () => {
  assert.equal(spokenTime(0), "0 seconds");
  assert.equal(spokenTime(1), "1 second");
  assert.equal(spokenTime(60), "1 minute");
  assert.equal(spokenTime(125.7), "2 minutes 5 seconds");
});
