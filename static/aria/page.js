/** What every page does: theme, dialogs, messages that can be dismissed. */
import { startThemeToggle } from "aria/theme";

startThemeToggle();

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    event.preventDefault();
    document.getElementById(opener.dataset.dialog)?.showModal();
    return;
  }
  const closer = event.target.closest("[data-close-dialog]");
  if (closer) {
    closer.closest("dialog")?.close();
    return;
  }
  // A click on a dialog itself, not on what is in it, is a click on its backdrop.
  if (event.target instanceof HTMLDialogElement && event.target.open) {
    const box = event.target.getBoundingClientRect();
    const inside =
      event.clientX >= box.left && event.clientX <= box.right &&
      event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside) event.target.close();
    return;
  }
  event.target.closest("[data-dismiss]")?.closest(".toast")?.remove();
});

// Good news goes away by itself; warnings and errors stay until they are dismissed.
const PASSING_MESSAGE_MS = 6000;
for (const toast of document.querySelectorAll(".toast:not(.error, .warning)")) {
  setTimeout(() => toast.remove(), PASSING_MESSAGE_MS);
}

// A second click must not send a form twice; the browser restores the button on "back".
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented || form.matches("[hx-post], [data-hx-post]")) return;
  const button = event.submitter;
  if (button) setTimeout(() => { button.disabled = true; }, 0);
});
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const button of document.querySelectorAll("button[type=submit]:disabled")) button.disabled = false;
});
