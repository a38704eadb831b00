// Passkeys: asks the browser, fills the form's credential and sends it; says in the language of the page what went wrong.
// <form data-passkey="login">                        options are fetched from the form's own address
// <form data-passkey="get|create" data-options="ID"> options are in <script type="application/json" id="ID">
//   <input type="hidden" name="credential"> <p data-passkey-error hidden><span></span></p>
// Needs allauth's mfa/js/webauthn-json.js (window.webauthnJSON) on the page.
const ENGLISH = document.documentElement.lang === "en";
const SENTENCES = ENGLISH ? {
  NotAllowedError: "You gave up, or time ran out. Try again, or choose another way to sign in.",
  InvalidStateError: "This key is already saved on your account.",
  SecurityError: "The address of this site is not the one that the key was made for.",
  NotSupportedError: "This browser cannot use a passkey. Choose another way to sign in.",
} : {
  NotAllowedError: "Vous avez renoncé, ou le délai est passé. Recommencez, ou choisissez une autre façon d’entrer.",
  InvalidStateError: "Cette clé est déjà enregistrée sur votre compte.",
  SecurityError: "L’adresse de ce site n’est pas celle pour laquelle la clé a été faite.",
  NotSupportedError: "Ce navigateur ne sait pas se servir d’une clé d’accès. Choisissez une autre façon d’entrer.",
};
const OTHERWISE = ENGLISH
  ? "The key did not answer. Try again, or choose another way to sign in."
  : "La clé n’a pas répondu. Recommencez, ou choisissez une autre façon d’entrer.";

async function optionsOf(form) {
  if (form.dataset.passkey !== "login") return JSON.parse(document.getElementById(form.dataset.options).textContent);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error("no options");
  return answer.json();
}

async function create(options, form) {
  const box = form.elements.namedItem("passwordless");
  if (box) {
    const wanted = options.publicKey.authenticatorSelection;
    wanted.residentKey = box.checked ? "required" : "discouraged";
    wanted.requireResidentKey = box.checked;
    if (box.checked) wanted.userVerification = "required";
  }
  return window.webauthnJSON.create(options);
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-passkey]");
  if (!form) return;
  event.preventDefault();
  const error = form.querySelector("[data-passkey-error]");
  if (error) error.hidden = true;
  try {
    const data = await optionsOf(form);
    const credential = form.dataset.passkey === "create"
      ? await create(data.creation_options, form)
      : await window.webauthnJSON.get(data.request_options);
    form.elements.namedItem("credential").value = JSON.stringify(credential);
    form.submit();
  } catch (failure) {
    if (!error) return;
    error.querySelector("span").textContent = SENTENCES[failure.name] ?? OTHERWISE;
    error.hidden = false;
  }
});
