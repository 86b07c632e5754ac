/** Stored waveform peaks: base64 of signed bytes min, max, min, max, …. Pure. */

const FULL_SCALE = 127;

/** The bytes of ``text`` as an Int8Array of min and max in turn. */
export function decodePeaks(text) {
  const binary = atob(text);
  const values = new Int8Array(binary.length - (binary.length % 2));
  for (let index = 0; index < values.length; index += 1) values[index] = binary.charCodeAt(index);
  return values;
}

/**
 * Lowest and highest value, -1..1, of the points from ``from`` up to ``to`` (fractions of a
 * point are widened to whole ones); [0, 0] outside the sound.
 */
export function rangeOf(values, from, to) {
  const points = values.length / 2;
  const first = Math.max(0, Math.floor(from));
  const last = Math.min(points, Math.max(Math.ceil(to), first + 1));
  if (first >= points || last <= 0) return [0, 0];
  let low = FULL_SCALE;
  let high = -FULL_SCALE;
  for (let point = first; point < last; point += 1) {
    if (values[2 * point] < low) low = values[2 * point];
    if (values[2 * point + 1] > high) high = values[2 * point + 1];
  }
  return [Math.max(-1, low / FULL_SCALE), Math.min(1, high / FULL_SCALE)];
}

/** The loudest point, 0..1. */
export function loudest(values) {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return Math.min(1, most / FULL_SCALE);
}
