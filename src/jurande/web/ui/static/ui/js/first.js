// Before the first paint: the theme this browser asked for, and that scripts run. Classic and blocking on purpose.
// Without it the page follows the system (tokens.css) and shows what .no-js holds.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const theme = localStorage.getItem("jurande-theme");
    if (theme === "light" || theme === "dark") root.dataset.bsTheme = theme;
  } catch { /* storage refused: follow the system */ }
})();
