/** Where two sounds that are played together stand. Pure. */

/** Seconds into a loop of ``duration`` that began at ``offset`` when the clock said ``started``. */
export function placeOf(now, started, offset, duration) {
  if (!(duration > 0)) return 0;
  return (((now - started + offset) % duration) + duration) % duration;
}

/** Which side a key or button asks for: "a", "b", or "" for neither. */
export function sideOf(key) {
  const side = String(key).toLowerCase();
  return side === "a" || side === "b" ? side : "";
}

/** The gains of both sides when ``side`` is heard. */
export function gainsOf(side) {
  return { a: side === "a" ? 1 : 0, b: side === "b" ? 1 : 0 };
}
