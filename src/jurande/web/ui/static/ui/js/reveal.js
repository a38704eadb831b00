// Shows a password while one types it.
// <button type="button" data-reveal="id_password" aria-pressed="false">Voir</button>
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-reveal]");
  if (!button) return;
  const field = document.getElementById(button.dataset.reveal);
  const shown = field.type === "password";
  field.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
  button.textContent = shown ? "Cacher" : "Voir";
});
