/** The page of a song: keeps the progress card up to date and the player in step with it. */
import { announce } from "aria/announce";
import { startDrop } from "aria/drop";
import { EventFeed } from "aria/events";
import { Player } from "aria/player";
import { formatTime } from "aria/time";

// Progress comes many times a second; the card is fetched at most this often.
const REFRESH_EVERY_MS = 900;
const ZOOM_STEPS = [1, 1.5, 2, 3, 4, 6, 8];

let player;
let feed;
let refreshTimer;
let refreshedAt = 0;
let clockSkew;
let zoom = 0;

const card = () => document.getElementById("song-progress");

function refresh() {
  clearTimeout(refreshTimer);
  const wait = refreshedAt + REFRESH_EVERY_MS - performance.now();
  if (wait > 0) {
    refreshTimer = setTimeout(refresh, wait);
    return;
  }
  refreshedAt = performance.now();
  card()?.dispatchEvent(new CustomEvent("refresh"));
}

function startPlayer() {
  const element = document.getElementById("song-data");
  const data = element ? JSON.parse(element.textContent) : null;
  const before = player;
  if (before && data && before.fits(data)) return;
  player = data && document.getElementById("play") ? new Player(data) : undefined;
  if (before) {
    if (player) player.continueFrom(before);
    before.stop();
  }
}

function followWork() {
  const active = card()?.dataset.active === "true";
  if (active && !feed) {
    feed = new EventFeed(card().dataset.events, [card().dataset.topic], ["job", "reset"], refresh);
  } else if (!active && feed) {
    feed.stop();
    feed = undefined;
  }
}

/** Count the seconds since the musician asked; the server's clock decides where it starts. */
function showElapsed() {
  for (const element of document.querySelectorAll("time[data-since]")) {
    const since = Number(element.dataset.since);
    if (clockSkew === undefined) clockSkew = Date.now() / 1000 - since - shownSeconds(element);
    element.textContent = formatTime(Date.now() / 1000 - since - clockSkew);
  }
}

function shownSeconds(element) {
  return element.textContent.trim().split(":").reduce((total, part) => total * 60 + Number(part), 0);
}

function applyZoom() {
  const timeline = document.querySelector(".timeline");
  if (!timeline) return;
  timeline.style.setProperty("--zoom", ZOOM_STEPS[zoom]);
  timeline.querySelector('[data-zoom="out"]').disabled = zoom === 0;
  timeline.querySelector('[data-zoom="in"]').disabled = zoom === ZOOM_STEPS.length - 1;
}

function onClick(event) {
  const zoomButton = event.target.closest("[data-zoom]");
  if (zoomButton) {
    zoom = Math.min(ZOOM_STEPS.length - 1, Math.max(0, zoom + (zoomButton.dataset.zoom === "in" ? 1 : -1)));
    applyZoom();
  }
  if (event.target.closest("[data-close-rename]")) closeRename();
}

function closeRename() {
  const rename = document.getElementById("rename");
  if (!rename?.open) return;
  rename.open = false;
  rename.querySelector("form").reset();
  rename.querySelector("summary").focus();
}

function onToggle(event) {
  if (event.target.id !== "rename") return;
  // While a name is being typed, no update may take the field away.
  event.target.closest("#song-title").toggleAttribute("hx-morph-skip", event.target.open);
  if (event.target.open) event.target.querySelector("input[name=name]").select();
}

function onSwap() {
  followWork();
  startPlayer();
  applyZoom();
  showElapsed();
  const title = document.querySelector("#song-title h1")?.textContent;
  if (title) {
    document.title = `${title} · AriaForge`;
    document.getElementById("breadcrumb-song").textContent = title;
  }
  if (card()?.dataset.announce) announce(card().dataset.announce);
}

/** Begin; called once by the page. */
export function startSong() {
  showElapsed();
  setInterval(showElapsed, 1000);
  applyZoom();
  startPlayer();
  followWork();
  startDrop();
  document.addEventListener("click", onClick);
  document.addEventListener("toggle", onToggle, true);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.closest("#rename")) closeRename();
  });
  document.addEventListener("htmx:after:swap", onSwap);
}
