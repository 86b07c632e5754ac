import assert from "node:assert/strict";
import { test } from "node:test";
import { gainsOf, placeOf, sideOf } from "../../static/aria/ab_place.js";

test("the place goes round with the loop and never leaves it", () => {
  assert.equal(placeOf(12, 10, 1, 8), 3);
  assert.equal(placeOf(21, 10, 1, 8), 4);
  assert.equal(placeOf(9.5, 10, 0, 8), 7.5);
  assert.equal(placeOf(5, 1, 0, 0), 0);
});

test("keys name sides, and exactly one side is heard", () => {
  assert.deepEqual(["a", "B", "x", "Enter"].map(sideOf), ["a", "b", "", ""]);
  assert.deepEqual(gainsOf("a"), { a: 1, b: 0 });
  assert.deepEqual(gainsOf("b"), { a: 0, b: 1 });
});
