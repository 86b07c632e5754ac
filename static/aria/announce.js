/** One polite live region for the whole page; quick successions are coalesced to the last. */

const QUIET_MS = 700;
let timer;
let last = "";

/** Let a screen reader say ``text`` once things have settled; the same text is not repeated. */
export function announce(text) {
  clearTimeout(timer);
  timer = setTimeout(() => {
    const region = document.getElementById("announcements");
    if (!region || text === last) return;
    last = text;
    region.textContent = text;
  }, QUIET_MS);
}
