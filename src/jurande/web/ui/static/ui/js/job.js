// A job that refreshes itself stops asking when the server has not answered three times, and says it.
// <div data-job hx-get="…" hx-trigger="every 2s">
import { toast } from "./copy.js";

let missed = 0;
document.addEventListener("htmx:after:request", (event) => {
  if (event.target.closest?.("[data-job]")) missed = 0;
});
document.addEventListener("htmx:error", (event) => {
  if (!event.target.closest?.("[data-job]")) return;
  missed += 1;
  if (missed === 3) toast("Le serveur ne répond plus. Le travail continue de son côté ; rechargez la page dans un instant.");
});
