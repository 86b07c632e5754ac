/** Plays a song in its mixer: what faders, pans, sends and equalisers do is heard at once. */
import { announce } from "aria/announce";
import { Instruments } from "aria/instruments";
import { documentValue } from "aria/mixer_values";
import { formatTime } from "aria/time";

const byId = (id) => document.getElementById(id);
let player;

/** The strips as they stand on the page, by the ids of their tracks. */
export function readStrips(mixer) {
  const strips = {};
  const shown = [...mixer.querySelectorAll(".strip")];
  const isOn = (strip, name) => strip.querySelector(`[data-toggle="${name}"]`)?.getAttribute("aria-pressed") === "true";
  const anySolo = shown.some((strip) => isOn(strip, "solo"));
  for (const strip of shown) {
    const number = (field) => {
      const input = strip.querySelector(`input[type=number][data-field="${field}"]`);
      return input ? documentValue(input.value, Number(input.dataset.scale) || 1) : undefined;
    };
    const told = {
      audible: !isOn(strip, "muted") && (isOn(strip, "solo") || !anySolo),
      automatic_level: strip.querySelector('[data-field="automatic_level"]')?.checked ?? true,
      gain_db: number("gain_db"),
      pan: number("pan") || Number(strip.dataset.place) || 0,
      reverb_send: number("reverb_send"),
      bands: bandsOf(strip),
    };
    strips[strip.dataset.entity] = Object.fromEntries(
      Object.entries(told).filter(([, value]) => value !== undefined && value !== null),
    );
  }
  return strips;
}

function bandsOf(strip) {
  try {
    return JSON.parse(strip.querySelector(".eq-picture")?.dataset.bands ?? "[]");
  } catch {
    return [];
  }
}

function mixNow() {
  const mixer = byId("mixer");
  if (player && mixer) player.mix(readStrips(mixer));
}

function show() {
  const playing = !player.paused;
  const button = byId("mixer-play");
  button.parentElement.classList.toggle("is-playing", playing);
  button.setAttribute("aria-label", playing ? "Pause" : "Play the song through the mixer");
  byId("mixer-time").textContent = formatTime(player.currentTime);
  const seek = byId("mixer-seek");
  seek.max = player.duration ?? 0;
  seek.disabled = !player.duration;
  seek.value = player.currentTime;
  seek.setAttribute("aria-valuetext", formatTime(player.currentTime));
}

function failed(error) {
  if (error?.name === "AbortError") return;
  byId("mixer-live-error").textContent = "The song could not be played. Reload the page to try again.";
  announce("The song could not be played.");
}

function toggle() {
  if (!player.paused) {
    player.pause();
    return;
  }
  mixNow();
  player.play().catch(failed);
}

/** Begin; called once by the page. */
export function startLiveMixer() {
  const button = byId("mixer-play");
  if (!button) return;
  player = new Instruments(button.dataset.performance);
  for (const name of ["play", "pause", "ended", "timeupdate", "seeking", "durationchange"]) player.addEventListener(name, show);
  button.addEventListener("click", toggle);
  byId("mixer-seek").addEventListener("input", (event) => {
    player.currentTime = Number(event.target.value);
  });
  // After the mixer's own listeners, which bring numbers and sliders in step.
  for (const name of ["input", "change", "click", "dblclick"]) {
    document.addEventListener(name, (event) => {
      if (byId("mixer")?.contains(event.target)) setTimeout(mixNow);
    });
  }
  document.addEventListener("htmx:after:swap", () => setTimeout(mixNow));
  document.addEventListener("keydown", (event) => {
    if (event.code !== "Space" || event.repeat || event.target.closest("input, textarea, select, button, summary, a")) return;
    event.preventDefault();
    toggle();
  });
  addEventListener("pagehide", () => player.pause());
}
