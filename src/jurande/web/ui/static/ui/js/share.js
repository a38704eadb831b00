// Hands a link to the phone's own list of applications; the button shows only where there is one.
// <button type="button" data-share="https://…" data-share-title="…" hidden>
if (navigator.share) {
  for (const button of document.querySelectorAll("[data-share]")) button.hidden = false;
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-share]");
    if (!button) return;
    try {
      await navigator.share({ title: button.dataset.shareTitle, url: button.dataset.share });
    } catch {
      // Given up: nothing was sent, and there is nothing to say.
    }
  });
}
