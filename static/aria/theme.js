/** Light or dark: follows the system until somebody chooses the other one. */

const STORAGE_KEY = "aria-theme";
const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

function currentTheme() {
  return document.documentElement.dataset.theme ?? (systemIsDark.matches ? "dark" : "light");
}

function setTheme(theme) {
  const followsSystem = theme === (systemIsDark.matches ? "dark" : "light");
  if (followsSystem) delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    if (followsSystem) localStorage.removeItem(STORAGE_KEY);
    else localStorage.setItem(STORAGE_KEY, theme);
  } catch {
    // Without storage the choice holds for this page.
  }
  document.dispatchEvent(new CustomEvent("aria:theme"));
}

function label(button) {
  button.setAttribute(
    "aria-label",
    currentTheme() === "dark" ? "Switch to the light theme" : "Switch to the dark theme",
  );
}

/** Let the button with ``data-theme-toggle`` switch the theme. */
export function startThemeToggle() {
  const buttons = document.querySelectorAll("[data-theme-toggle]");
  const relabel = () => buttons.forEach(label);
  relabel();
  for (const button of buttons) {
    button.addEventListener("click", () => {
      setTheme(currentTheme() === "dark" ? "light" : "dark");
      relabel();
    });
  }
  systemIsDark.addEventListener("change", () => {
    relabel();
    document.dispatchEvent(new CustomEvent("aria:theme"));
  });
}
