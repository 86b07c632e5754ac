/** The mixer of a song: controls become edit operations, news from others bring it up to date. */
import { announce } from "aria/announce";
import { EventFeed } from "aria/events";
import { allAutomatic, curvePath, documentValue, faderWithout, mintId } from "aria/mixer_values";

const REFRESH_AFTER_MS = 250;
const NEW_BAND = { type: "bell", frequency_hz: 1000, gain_db: 0, q: 1 };
const MOST_BANDS = 8;

const mixer = () => document.getElementById("mixer");
const stripOf = (element) => element.closest("[data-entity]");
let refreshTimer;
let sending = Promise.resolve();

function drawCurves() {
  for (const picture of document.querySelectorAll(".eq-picture")) {
    let bands = [];
    try {
      bands = JSON.parse(picture.dataset.bands);
    } catch { /* a picture without a curve */ }
    picture.querySelector(".eq-curve").setAttribute("d", curvePath(bands, 200, 60));
  }
}

function refreshSoon() {
  clearTimeout(refreshTimer);
  refreshTimer = setTimeout(() => {
    const typing = document.activeElement?.closest("#mixer input[type=number]");
    // Whoever is typing is not disturbed; the news come when the number is done.
    if (typing && typing.value !== typing.defaultValue) return;
    mixer()?.dispatchEvent(new CustomEvent("refresh"));
  }, REFRESH_AFTER_MS);
}

/** Post to the API, one request after another so that changes arrive in order. */
function post(address, body) {
  const token = JSON.parse(document.body.getAttribute("hx-headers:inherited") ?? "{}")["X-CSRFToken"] ?? "";
  const ask = async () => {
    let message = "The studio does not answer. Nothing was changed; try again in a moment.";
    try {
      const response = await fetch(address, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
        body: JSON.stringify(body ?? {}),
      });
      if (response.ok) return true;
      const told = await response.json().catch(() => ({}));
      message = told.detail ?? told.message ?? told.error?.message ?? "This could not be changed.";
    } catch { /* told below */ }
    showError(message);
    return false;
  };
  sending = sending.then(ask, ask).then((done) => {
    refreshSoon();
    return done;
  });
  return sending;
}

function showError(message) {
  const state = document.getElementById("mixer-state");
  if (state) {
    state.textContent = message;
    state.classList.add("errorlist");
  }
  announce(message);
}

function edit(name, changes) {
  const operations = changes.map(([entity, set]) => ({ op_id: mintId(), entity_id: entity, set }));
  return post(mixer().dataset.edits, { name: name.slice(0, 150), operations });
}

function set(element, fields, what) {
  const strip = stripOf(element);
  edit(`${what} of ${strip.dataset.name}`, [[strip.dataset.entity, fields]]);
}

function readBands(strip) {
  return [...strip.querySelectorAll(".band:has(select)")].map((row) => {
    const band = {};
    for (const input of row.querySelectorAll("[data-band]")) {
      band[input.dataset.band] = input.dataset.band === "type" ? input.value : Number(input.value);
    }
    return band;
  });
}

function isFine(input) {
  if (input.checkValidity()) return true;
  input.reportValidity();
  return false;
}

function onChange(event) {
  const input = event.target;
  if (!mixer()?.contains(input)) return;
  const slider = input.dataset.sliderOf;
  if (slider) {
    const number = document.getElementById(slider);
    number.value = input.value;
    number.dispatchEvent(new Event("change", { bubbles: true }));
  } else if (input.dataset.band) {
    const strip = stripOf(input);
    if ([...strip.querySelectorAll("[data-band]:not(select)")].every(isFine)) set(input, { equaliser: readBands(strip) }, "Equaliser");
  } else if (input.dataset.compressorField) {
    const inputs = [...input.closest("[data-compressor]").querySelectorAll("input")];
    if (!inputs.every(isFine)) return;
    const fields = Object.fromEntries(inputs.map((one) => [one.dataset.compressorField, Number(one.value)]));
    set(input, { compressor: fields }, "Compressor");
  } else if (input.dataset.field) {
    const field = input.dataset.field;
    const label = input.labels?.[0]?.firstChild?.textContent.trim() || field.replaceAll("_", " ");
    if (field === "automatic_level") setAutomaticLevel(input);
    else if (input.type === "checkbox") set(input, { [field]: input.checked }, label || field.replaceAll("_", " "));
    else if (input.matches("select")) set(input, { [field]: input.value || (field === "mix_preset" ? "" : null) }, label);
    else if (isFine(input)) setNumber(input, field, label);
  }
}

function setNumber(input, field, label) {
  let value = documentValue(input.value, Number(input.dataset.scale) || 1);
  if (value === undefined) return;
  // A control that is never automatic goes back to its own rest.
  if (value === null && input.dataset.reset) {
    input.value = input.dataset.reset;
    value = documentValue(input.value, Number(input.dataset.scale) || 1);
  }
  input.defaultValue = input.value;
  if (field === "pan") setPan(input, value);
  else set(input, { [field]: value }, label);
}

/** With the automatic level off, or on again, the track is as loud as it was in the latest mix. */
function setAutomaticLevel(input) {
  const fader = stripOf(input).querySelector("[data-field=gain_db]");
  const fields = { automatic_level: input.checked };
  if (input.dataset.level) {
    fields.gain_db = faderWithout(Number(fader.value), Number(input.dataset.level), input.checked);
  }
  set(input, fields, "Automatic level");
}

/** The first pan of a song ends the automatic places; the other tracks keep theirs. */
function setPan(input, value) {
  const strip = stripOf(input);
  const placed = [...mixer().querySelectorAll("[data-place]")].filter((other) => other !== strip);
  const others = placed.map((other) => [other.dataset.entity, { pan: Number(other.dataset.place) }]);
  edit(`Pan of ${strip.dataset.name}`, [[strip.dataset.entity, { pan: value }], ...others]);
}

function onInput(event) {
  const number = document.getElementById(event.target.dataset?.sliderOf ?? "");
  if (number) number.value = event.target.value;
}

function onDoubleClick(event) {
  const control = event.target.closest("[data-control]");
  const number = control?.querySelector("[data-field]");
  if (!number?.dataset.reset || number.matches(":disabled")) return;
  number.value = number.dataset.reset;
  number.dispatchEvent(new Event("change", { bubbles: true }));
}

function onClick(event) {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.history) {
    undoOrRedo(button.dataset.history);
    return;
  }
  if (!mixer()?.contains(button)) return;
  const strip = stripOf(button);
  if (button.dataset.toggle) {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    set(button, { [button.dataset.toggle]: on }, button.title);
  } else if (button.dataset.auto) {
    set(button, { [button.dataset.auto]: null }, "Automatic setting");
  } else if ("bandRemove" in button.dataset) {
    button.closest(".band").remove();
    set(strip, { equaliser: readBands(strip) }, "Equaliser");
  } else if ("bandAdd" in button.dataset) {
    const bands = readBands(strip);
    if (bands.length >= MOST_BANDS) announce(`An equaliser has at most ${MOST_BANDS} bands.`);
    else set(strip, { equaliser: [...bands, NEW_BAND] }, "Equaliser");
  } else if ("autoAll" in button.dataset) {
    const entity = strip.dataset.entity;
    edit(`All automatic on ${strip.dataset.name}`, [[entity, allAutomatic(entity)]]);
  } else if ("autoEverything" in button.dataset) {
    const entities = [...mixer().querySelectorAll("[data-entity]")].map((one) => one.dataset.entity);
    edit("The whole mix automatic", entities.map((entity) => [entity, allAutomatic(entity)]));
  }
}

async function undoOrRedo(way) {
  const done = await post(`${mixer().dataset.edits}${way}/`);
  if (done) announce(way === "undo" ? "Undone." : "Done again.");
}

function onKey(event) {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
  if (event.target.closest("input[type=number], input[type=text], textarea") || !("canEdit" in mixer().dataset)) return;
  event.preventDefault();
  undoOrRedo(event.shiftKey ? "redo" : "undo");
}

/** What is open stays open when the mixer brings itself up to date. */
function onToggle(event) {
  if (event.target.matches?.("#mixer details")) openDetails[event.target.open ? "add" : "delete"](event.target.id);
}
const openDetails = new Set();

function onSwap() {
  for (const id of openDetails) document.getElementById(id)?.setAttribute("open", "");
  for (const input of document.querySelectorAll("#mixer input[type=number]")) {
    if (input !== document.activeElement) input.value = input.defaultValue;
  }
  for (const slider of document.querySelectorAll("#mixer [data-slider-of]")) {
    if (slider !== document.activeElement) slider.value = slider.defaultValue;
  }
  for (const box of document.querySelectorAll("#mixer input[type=checkbox]")) box.checked = box.defaultChecked;
  for (const list of document.querySelectorAll("#mixer select")) {
    const chosen = [...list.options].findIndex((option) => option.defaultSelected);
    if (chosen >= 0) list.selectedIndex = chosen;
  }
  drawCurves();
}

/** Begin; called once by the page. */
export function startMixer() {
  drawCurves();
  document.addEventListener("change", onChange);
  document.addEventListener("input", onInput);
  document.addEventListener("dblclick", onDoubleClick);
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  document.addEventListener("toggle", onToggle, true);
  document.addEventListener("htmx:after:swap", onSwap);
  const page = mixer();
  const names = ["edit", "document", "reset", "render"];
  new EventFeed(page.dataset.events, [page.dataset.topic], names, (name) => {
    if (name !== "connected") refreshSoon();
  });
}
