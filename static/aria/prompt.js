/** The prompt box: grows with its text, counts near the limit, takes examples, Ctrl+Enter. */

const COUNT_FROM = 0.8;

/** Make ``form`` (the prompt form) comfortable. */
export function startPrompt(form) {
  const box = form.querySelector("textarea[name=prompt]");
  const count = form.querySelector(".prompt-count");
  const limit = Number(box.dataset.limit);
  const growsByItself = CSS.supports("field-sizing", "content");

  function update() {
    if (!growsByItself) {
      box.style.height = "auto";
      box.style.height = `${box.scrollHeight}px`;
    }
    const used = [...box.value].length;
    count.hidden = used < limit * COUNT_FROM;
    count.textContent = `${used} / ${limit}`;
    count.classList.toggle("is-over", used > limit);
  }

  box.addEventListener("input", update);
  form.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-example]");
    if (!chip) return;
    box.value = chip.dataset.example;
    update();
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("button[type=submit]"));
    }
  });
  form.addEventListener("submit", (event) => {
    if (box.value.trim()) return;
    event.preventDefault();
    box.focus();
  });
  update();
}
