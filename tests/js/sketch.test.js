import assert from "node:assert/strict";
import test from "node:test";

import { firstFrom, frequencyOf, notesInTime } from "../../static/aria/sketch.js";

test("pitches are equal tempered around 440 Hz", () => {
  assert.equal(frequencyOf(69), 440);
  assert.equal(frequencyOf(57), 220);
  assert.ok(Math.abs(frequencyOf(60) - 261.6256) < 1e-3);
});

test("notes of all tracks that sound come in time order, in seconds", () => {
  const tracks = [
    { role: "lead", percussion: false, muted: false, notes: [[960, 480, 60, 80]] },
    { role: "drums", percussion: true, muted: false, notes: [[0, 60, 36, 100]] },
    { role: "pad", percussion: false, muted: true, notes: [[0, 480, 48, 70]] },
  ];
  assert.deepEqual(notesInTime(tracks, (tick) => tick / 960), [
    [0, 0.0625, 36, 100, "drums", true],
    [1, 0.5, 60, 80, "lead", false],
  ]);
});

test("playing begins with the first note that begins then or later", () => {
  const notes = [[0], [1], [1], [2]];
  assert.equal(firstFrom(notes, 0), 0);
  assert.equal(firstFrom(notes, 1), 1);
  assert.equal(firstFrom(notes, 1.5), 3);
  assert.equal(firstFrom(notes, 9), 4);
  assert.equal(firstFrom([], 0), 0);
});
