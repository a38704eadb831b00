// Every behaviour of the kit. Each module listens on the document, so what htmx brings in needs no second look.
import "./theme.js";
import "./shortcut.js";
import "./menu.js";
import "./dialog.js";
import "./drop.js";
import "./keep.js";
import "./copy.js";
import "./share.js";
import "./choose.js";
import "./focus.js";
import "./reveal.js";
import "./passkey.js";
import "./job.js";
import "./editor.js";
import "./autosave.js";
import "./print.js";
