// Rows of a table chosen together: tick all, count, and show the acts only when there is something to act on.
// <form data-choose> … <input data-choose-all> … <input name="choix"> … <div data-chosen><strong data-chosen-count data-one data-many>
function update(form) {
  const boxes = [...form.querySelectorAll('input[name="choix"]')];
  const chosen = boxes.filter((box) => box.checked).length;
  const all = form.querySelector("[data-choose-all]");
  if (all) {
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
  const bar = form.querySelector("[data-chosen]");
  if (!bar) return;
  bar.hidden = chosen === 0;
  const words = bar.querySelector("[data-chosen-count]");
  words.textContent = `${chosen.toLocaleString("fr-FR")} ${chosen < 2 ? words.dataset.one : words.dataset.many}`;
  const rest = bar.querySelector("[data-choose-rest]");
  if (rest) {
    rest.hidden = chosen !== boxes.length;
    if (rest.hidden) rest.querySelector("input").checked = false;
  }
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-choose]");
  if (!form) return;
  if (event.target.matches("[data-choose-all]")) {
    for (const box of form.querySelectorAll('input[name="choix"]')) box.checked = event.target.checked;
  }
  update(form);
});

function updateAll() {
  for (const form of document.querySelectorAll("form[data-choose]")) update(form);
}

document.addEventListener("htmx:after:swap", updateAll);
window.addEventListener("pageshow", updateAll);
updateAll();
