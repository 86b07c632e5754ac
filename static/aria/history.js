/** Pages about a song's history: questions before changes, keys for conflicts, keeping up. */
import { announce } from "aria/announce";
import { EventFeed } from "aria/events";

// Edits come many times a second while somebody works; the list is fetched at most this often.
const REFRESH_EVERY_MS = 1500;
// Who clicks from page to page needs no news; a person has a few streams only.
const SETTLED_MS = 1500;

let refreshTimer;
let refreshedAt = 0;
let isKnown = false;
let newest = "";
let saving = false;

const list = () => document.getElementById("history");

function newestVersion() {
  return document.querySelector(".version-row:not(.is-working)")?.id ?? "";
}

function refresh() {
  clearTimeout(refreshTimer);
  const wait = refreshedAt + REFRESH_EVERY_MS - performance.now();
  if (wait > 0) {
    refreshTimer = setTimeout(refresh, wait);
    return;
  }
  refreshedAt = performance.now();
  list()?.dispatchEvent(new CustomEvent("refresh"));
}

function onEvent(name) {
  if (list()) {
    refresh();
    return;
  }
  const isFirst = name === "connected" && !isKnown;
  isKnown = true;
  // Other pages hold choices and typed words: they only say that there is news.
  if (!isFirst) document.getElementById("song-changed")?.removeAttribute("hidden");
}

/** Ask before a form with ``data-confirm`` is sent. */
function onSubmit(event) {
  const form = event.target;
  if (form.matches(".save-form")) {
    saving = true;
    document.getElementById("working-copy")?.removeAttribute("hx-morph-skip");
    return;
  }
  if (form.id === "plan") {
    const button = event.submitter;
    if (button) setTimeout(() => { button.disabled = true; }, 0);
    return;
  }
  const question = form.dataset.confirm;
  const dialog = document.getElementById("confirm-change");
  if (!question || !dialog || form.dataset.confirmed) return;
  event.preventDefault();
  event.stopPropagation();
  dialog.querySelector("p").textContent = question;
  dialog.querySelector("[data-confirm-yes]").textContent = event.submitter?.textContent.trim() || "Yes";
  dialog.returnValue = "";
  dialog.showModal();
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "yes") return;
    form.dataset.confirmed = "yes";
    form.requestSubmit(event.submitter);
  }, { once: true });
}

/** What is open, or typed into, is left alone when the list brings itself up to date. */
function onToggle(event) {
  if (event.target.matches("details") && list()?.contains(event.target)) {
    event.target.toggleAttribute("hx-morph-skip", event.target.open);
  }
}

function onInput(event) {
  if (event.target.id !== "save-message") return;
  document.getElementById("working-copy")?.toggleAttribute("hx-morph-skip", event.target.value !== "");
}

function onChange(event) {
  if (event.target.matches("#plan :is([type=radio], [type=checkbox])")) {
    document.getElementById("plan").dispatchEvent(new CustomEvent("decide"));
  }
}

/** One side for all conflicts that are listed. */
function onClick(event) {
  const side = event.target.closest("[data-choose-all]")?.dataset.chooseAll;
  if (!side) return;
  for (const choice of document.querySelectorAll(`[data-conflict] input[value="${side}"]`)) choice.checked = true;
  document.getElementById("plan").dispatchEvent(new CustomEvent("decide"));
}

/** Keys 1, 2 and 3 choose a side of the conflict that has the focus, and go on to the next. */
function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || !["1", "2", "3"].includes(event.key)) return;
  if (event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select, dialog")) return;
  const conflicts = [...document.querySelectorAll("[data-conflict]")];
  if (!conflicts.length) return;
  const current = event.target.closest("[data-conflict]") ?? conflicts[0];
  const choice = current.querySelectorAll("input[type=radio]")[Number(event.key) - 1];
  if (!choice || choice.disabled) return;
  event.preventDefault();
  choice.checked = true;
  choice.dispatchEvent(new Event("change", { bubbles: true }));
  const next = conflicts[conflicts.indexOf(current) + 1];
  const focus = next?.querySelector("input:checked") ?? document.getElementById("plan-message");
  focus?.focus();
  (next ?? focus)?.scrollIntoView({ block: "nearest" });
}

function onSwap() {
  const now = newestVersion();
  if (now && now !== newest) {
    if (newest) announce(`New: ${document.querySelector(`#${now} .version-head`)?.textContent.replace(/\s+/g, " ").trim()}`);
    newest = now;
  }
  if (saving && !document.getElementById("save-error")) document.querySelector(".save-form")?.reset();
  saving = false;
}

/** Begin; called once by the page. */
export function startHistory() {
  const song = document.querySelector("[data-topic]");
  newest = newestVersion();
  document.addEventListener("submit", onSubmit, true);
  document.addEventListener("toggle", onToggle, true);
  document.addEventListener("input", onInput);
  document.addEventListener("change", onChange);
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  document.addEventListener("htmx:after:swap", onSwap);
  const names = ["history", "edit", "document", "reset"];
  if (song) setTimeout(() => new EventFeed(song.dataset.events, [song.dataset.topic], names, onEvent), SETTLED_MS);
}
