// A file can be dropped; what was taken is named with its size. The native control stays, so keyboards and no-script work.
// <div data-drop><input type="file" data-drop-input><ul data-drop-list></ul></div>
const UNITS = ["octets", "Ko", "Mo", "Go"];

function size(bytes) {
  let unit = 0;
  let value = bytes;
  while (value >= 1000 && unit < UNITS.length - 1) { value /= 1000; unit += 1; }
  const digits = unit && value < 10 ? 1 : 0;
  return `${value.toLocaleString("fr-FR", { maximumFractionDigits: digits })}\u00a0${UNITS[unit]}`;
}

function list(zone) {
  const input = zone.querySelector("[data-drop-input]");
  const lines = [...input.files].map((file) => {
    const line = document.createElement("li");
    line.textContent = `${file.name}, ${size(file.size)}`;
    return line;
  });
  zone.querySelector("[data-drop-list]")?.replaceChildren(...lines);
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-drop-input]")) list(event.target.closest("[data-drop]"));
});

for (const name of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    const zone = event.target.closest?.("[data-drop]");
    if (!zone) return;
    event.preventDefault();
    zone.classList.toggle("over", name === "dragover");
    if (name !== "drop") return;
    const input = zone.querySelector("[data-drop-input]");
    const taken = new DataTransfer();
    for (const file of event.dataTransfer.files) {
      if (taken.items.length === 0 || input.multiple) taken.items.add(file);
    }
    input.files = taken.files;
    list(zone);
  });
}
