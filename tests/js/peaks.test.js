import assert from "node:assert/strict";
import test from "node:test";

import { decodePeaks, loudest, rangeOf } from "../../static/aria/peaks.js";

const encode = (...values) => Buffer.from(Int8Array.from(values).buffer).toString("base64");

test("bytes are signed and in pairs", () => {
  assert.deepEqual([...decodePeaks(encode(-127, 127, -1, 1))], [-127, 127, -1, 1]);
  assert.deepEqual([...decodePeaks(encode(-5, 5, 9))], [-5, 5]);
  assert.equal(decodePeaks("").length, 0);
});

test("a range covers all points that it touches", () => {
  const values = decodePeaks(encode(-127, 0, -10, 20, -1, 127));
  assert.deepEqual(rangeOf(values, 0, 1), [-1, 0]);
  assert.deepEqual(rangeOf(values, 0.5, 1.5), [-1, 20 / 127]);
  assert.deepEqual(rangeOf(values, 0, 3), [-1, 1]);
  assert.deepEqual(rangeOf(values, 1.2, 1.3), [-10 / 127, 20 / 127]);
});

test("there is silence before and after the sound", () => {
  const values = decodePeaks(encode(-127, 127));
  assert.deepEqual(rangeOf(values, 1, 2), [0, 0]);
  assert.deepEqual(rangeOf(values, 50, 60), [0, 0]);
  assert.deepEqual(rangeOf(decodePeaks(""), 0, 1), [0, 0]);
});

test("the loudest point may be on either side", () => {
  assert.equal(loudest(decodePeaks(encode(-127, 3))), 1);
  assert.equal(loudest(decodePeaks(encode(-3, 64))), 64 / 127);
  assert.equal(loudest(decodePeaks("")), 0);
});
