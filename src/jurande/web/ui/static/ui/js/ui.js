// The behaviours of the kit. Those of every page come with it; each of the others comes where its mark stands, so that a
// phone on a slow network waits for nothing that its page does not use. Each module listens on the document, so what
// htmx brings in needs no second look.
import "./theme.js";
import "./shortcut.js";
import "./menu.js";
import "./dialog.js";
import "./keep.js";
import "./focus.js";

const WHERE = {
  "../vendor/htmx.min.js": "[hx-get],[hx-post]",
  "./drop.js": "[data-drop]",
  "./copy.js": "[data-copy],[data-copy-rich]",
  "./share.js": "[data-share]",
  "./choose.js": "form[data-choose]",
  "./reveal.js": "[data-reveal]",
  "./passkey.js": "form[data-passkey]",
  "./job.js": "[data-job]",
  "./editor.js": "[data-editor]",
  "./autosave.js": "form[data-autosave]",
  "./print.js": "[data-print]",
};

// Elements rather than import(): the page counts as loaded once they are there too.
function bring() {
  for (const [path, mark] of Object.entries(WHERE)) {
    if (!document.querySelector(mark)) continue;
    delete WHERE[path];
    const script = document.createElement("script");
    if (path.startsWith("./")) script.type = "module";
    script.src = new URL(path, import.meta.url);
    document.head.append(script);
  }
}

bring();
document.addEventListener("htmx:after:swap", bring);
