/** Files dropped anywhere on a page go into its import form. */

const form = () => document.getElementById("import-form");

/** Whether a drag carries files, and the page has a form for them. */
function brings(event) {
  return form() !== null && [...(event.dataTransfer?.types ?? [])].includes("Files");
}

/** Let the page take files; a form with data-at-once is sent as soon as it has one. */
export function startDrop() {
  let depth = 0;
  const mark = (on) => document.body.classList.toggle("is-file-over", on);

  document.addEventListener("dragenter", (event) => {
    if (!brings(event)) return;
    depth += 1;
    mark(true);
  });
  document.addEventListener("dragleave", (event) => {
    if (!brings(event)) return;
    depth = Math.max(0, depth - 1);
    mark(depth > 0);
  });
  document.addEventListener("dragover", (event) => {
    if (brings(event)) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    if (!brings(event)) return;
    event.preventDefault();
    depth = 0;
    mark(false);
    const input = form().querySelector("input[type=file]");
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    input.scrollIntoView({ block: "nearest" });
    input.focus();
  });
  document.addEventListener("change", (event) => {
    const target = event.target.closest?.("#import-form input[type=file]");
    if (target?.files.length && "atOnce" in target.form.dataset) target.form.requestSubmit();
  });
}
