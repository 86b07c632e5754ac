import assert from "node:assert/strict";
import test from "node:test";

import { allAutomatic, bandDb, curvePath, documentValue, faderWithout, mintId } from "../../static/aria/mixer_values.js";

const near = (found, wanted, by = 0.6) => assert.ok(Math.abs(found - wanted) < by, `${found} is not ${wanted}`);

test("a band does what the sound engine's does", () => {
  near(bandDb({ type: "bell", frequency_hz: 1000, gain_db: 6, q: 2 }, 1000), 6);
  near(bandDb({ type: "bell", frequency_hz: 1000, gain_db: 6, q: 2 }, 50), 0);
  near(bandDb({ type: "low_shelf", frequency_hz: 300, gain_db: -9, q: 0.707 }, 30), -9);
  near(bandDb({ type: "high_shelf", frequency_hz: 3000, gain_db: 5, q: 0.707 }, 18000), 5);
  near(bandDb({ type: "high_shelf", frequency_hz: 3000, gain_db: 5, q: 0.707 }, 100), 0);
  near(bandDb({ type: "high_pass", frequency_hz: 200, gain_db: 0, q: 0.707 }, 200), -3);
  near(bandDb({ type: "high_pass", frequency_hz: 200, gain_db: 0, q: 0.707 }, 50), -24, 1);
  near(bandDb({ type: "low_pass", frequency_hz: 2000, gain_db: 0, q: 0.707 }, 100), 0);
});

test("the curve of a flat equaliser is the middle line, and no curve leaves the picture", () => {
  assert.match(curvePath([], 200, 60, 2), /^M0\.0 30\.0L100\.0 30\.0L200\.0 30\.0$/);
  const steep = curvePath([{ type: "bell", frequency_hz: 1000, gain_db: 24, q: 1 }, { type: "high_pass", frequency_hz: 500, gain_db: 0, q: 0.7 }], 200, 60);
  const heights = steep.slice(1).split("L").map((step) => Number(step.split(" ")[1]));
  assert.equal(Math.min(...heights), 0);
  assert.equal(Math.max(...heights), 60);
});

test("numbers are scaled to the document, and nothing typed is automatic", () => {
  assert.equal(documentValue("35", 100), 0.35);
  assert.equal(documentValue("-6.5"), -6.5);
  assert.equal(documentValue("  "), null);
  assert.equal(documentValue("loud"), undefined);
});

test("back to automatic names every setting of a strip, and of the mix", () => {
  assert.equal(allAutomatic("t1").equaliser, null);
  assert.equal(allAutomatic("t1").automatic_level, true);
  assert.ok(!("gain_db" in allAutomatic("t1")));
  assert.equal(allAutomatic("meta").target_lufs, null);
  assert.equal(allAutomatic("meta").bass_gain_db, 0);
});

test("the fader takes over the automatic level, and gives it back", () => {
  assert.equal(faderWithout(-2, 5.5, false), 3.5);
  assert.equal(faderWithout(3.5, 5.5, true), -2);
  assert.equal(faderWithout(20, 15, false), 24);
});

test("ids are 13 base32 characters", () => {
  assert.match(mintId(), /^[a-z2-7]{13}$/);
  assert.notEqual(mintId(), mintId());
});
