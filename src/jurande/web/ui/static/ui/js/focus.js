// A summary of errors takes the focus when the page comes, so that it is read first and Tab leads on to the fields.
// <div tabindex="-1" data-focus>
document.querySelector("[data-focus]")?.focus();
