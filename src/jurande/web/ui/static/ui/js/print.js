// A page that can be printed as it is: the button shows only where it works.
// <button type="button" data-print hidden>
for (const button of document.querySelectorAll("[data-print]")) button.hidden = false;

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
