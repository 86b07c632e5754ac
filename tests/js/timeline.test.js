import assert from "node:assert/strict";
import test from "node:test";

import { Timeline, spanAt } from "../../static/aria/timeline.js";

const close = (actual, expected) => assert.ok(Math.abs(actual - expected) < 1e-6, `${actual} is not ${expected}`);

test("without maps it is 120 bpm in 4/4", () => {
  const timeline = new Timeline();
  close(timeline.seconds(960), 1);
  close(timeline.tick(1), 960);
  assert.deepEqual(timeline.position(1920 + 480), { bar: 2, beat: 2 });
});

test("ticks and seconds are inverse across tempo changes", () => {
  const timeline = new Timeline([[0, 60], [960, 120], [1920, 30]]);
  close(timeline.seconds(960), 2);
  close(timeline.seconds(1920), 3);
  close(timeline.seconds(2400), 5);
  for (const tick of [0, 1, 480, 960, 1000, 1919, 1920, 5000]) close(timeline.tick(timeline.seconds(tick)), tick);
});

test("bars follow the meter, and a change inside a bar begins a new one", () => {
  const waltz = new Timeline([[0, 120]], [[0, 3, 4]]);
  assert.deepEqual(waltz.position(1440), { bar: 2, beat: 1 });
  assert.equal(waltz.barStart(3), 2880);
  const changing = new Timeline([[0, 120]], [[0, 4, 4], [2400, 6, 8]]);
  assert.deepEqual(changing.position(2399), { bar: 2, beat: 1 });
  assert.deepEqual(changing.position(2400), { bar: 3, beat: 1 });
  assert.deepEqual(changing.position(2400 + 240), { bar: 3, beat: 2 });
  assert.equal(changing.barStart(4), 2400 + 1440);
});

test("a span is found by its place, gaps are nobody's", () => {
  const spans = [[0, 10, "A"], [10, 20, "B"], [30, 40, "C"]];
  assert.equal(spanAt(spans, 0)[2], "A");
  assert.equal(spanAt(spans, 10)[2], "B");
  assert.equal(spanAt(spans, 25), undefined);
  assert.equal(spanAt(spans, 40), undefined);
  assert.equal(spanAt([], 5), undefined);
});
