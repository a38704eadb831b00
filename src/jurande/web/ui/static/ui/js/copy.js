// Copies a text, and says so. Also the house's only toast().
// <button type="button" data-copy="7KQ4-M2XD">
// <button type="button" data-copy-rich="#signature">: what stands there, links and pictures included
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

const [COPIED, BY_HAND, SELECTED] = document.documentElement.lang === "en"
  ? ["Copied.", "This browser refuses to copy: select the text by hand.", "This browser refuses to copy: the text is selected, copy it by hand."]
  : ["Copié.", "Ce navigateur refuse de copier : sélectionnez le texte à la main.", "Ce navigateur refuse de copier : le texte est sélectionné, copiez-le à la main."];

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    toast(COPIED);
  } catch {
    toast(BY_HAND);
  }
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy-rich]");
  if (!button) return;
  const shown = document.querySelector(button.dataset.copyRich);
  try {
    await navigator.clipboard.write([new ClipboardItem({
      "text/html": new Blob([new XMLSerializer().serializeToString(shown)], { type: "text/html" }),
      "text/plain": new Blob([shown.innerText], { type: "text/plain" }),
    })]);
    toast(COPIED);
  } catch {
    getSelection().selectAllChildren(shown);
    toast(SELECTED);
  }
});
