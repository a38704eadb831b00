// Copies a text, and says so. Also the house's only toast().
// <button type="button" data-copy="7KQ4-M2XD">
export function toast(sentence) {
  const zone = document.querySelector("[data-toasts]");
  if (!zone) return;
  const line = document.createElement("div");
  line.className = "toast-line";
  const words = document.createElement("span");
  words.textContent = sentence;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn btn-quiet btn-sm";
  close.textContent = "Fermer";
  close.addEventListener("click", () => line.remove());
  line.append(document.createElement("span"), words, close);
  zone.replaceChildren(line);
  setTimeout(() => { if (!line.matches(":hover, :focus-within")) line.remove(); }, 8000);
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    toast("Copié.");
  } catch {
    toast("Ce navigateur refuse de copier : sélectionnez le texte à la main.");
  }
});
