// Day, night or system.
// <button data-theme="light|dark|system" aria-pressed="false">
const KEY = "jurande-theme";

function kept() {
  try { return localStorage.getItem(KEY) || "system"; } catch { return "system"; }
}

function show() {
  for (const button of document.querySelectorAll("button[data-theme]")) {
    button.setAttribute("aria-pressed", String(button.dataset.theme === kept()));
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-theme]");
  if (!button) return;
  const theme = button.dataset.theme;
  try {
    if (theme === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch { /* storage refused: it lasts as long as the page */ }
  if (theme === "system") delete document.documentElement.dataset.bsTheme;
  else document.documentElement.dataset.bsTheme = theme;
  show();
});

show();
