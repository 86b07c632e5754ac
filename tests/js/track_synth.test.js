import assert from "node:assert/strict";
import test from "node:test";

import { onFrames, stateAt } from "../../static/aria/track_synth.js";

const OFF = 0;
const ON = 1;
const CONTROL = 2;
const WHEEL = 3;

test("events fall on the nearest frame and keep their order", () => {
  assert.deepEqual(onFrames([[0.5, ON, 60, 90], [0.50001, OFF, 60, 0]], 1000), [
    [500, ON, 60, 90],
    [500, OFF, 60, 0],
  ]);
});

test("from the middle, controllers stand as they were left and long notes are taken up", () => {
  const events = [
    [0, CONTROL, 7, 100],
    [0, ON, 60, 90],
    [5, CONTROL, 64, 127],
    [10, ON, 48, 80],
    [20, CONTROL, 7, 70],
    [30, OFF, 60, 0],
    [30, WHEEL, 9000, 0],
    [102, OFF, 48, 0],
    [110, ON, 72, 60],
    [120, OFF, 72, 0],
  ];
  const { controls, notes, next } = stateAt(events, 100, 10);
  assert.deepEqual(controls, [events[2], events[4], events[6]]);
  assert.deepEqual(notes, []); // the note on 48 has but two frames left
  assert.equal(next, 7);
  assert.deepEqual(stateAt(events, 50, 10).notes, [events[3]]);
  assert.deepEqual(stateAt(events, 0, 10), { controls: [], notes: [], next: 0 });
  assert.equal(stateAt(events, 500, 10).next, events.length);
});

test("a note that is struck again while it sounds is taken up once", () => {
  const events = [[0, ON, 60, 90], [40, OFF, 60, 0], [40, ON, 60, 50], [90, OFF, 60, 0]];
  assert.deepEqual(stateAt(events, 50, 10).notes, [events[2]]);
});
