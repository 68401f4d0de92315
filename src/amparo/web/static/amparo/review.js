/* Keys of the review desk. Each key presses a button or fills a field that is on the page; all works without this file.
   data-review holds cards (data-review-card); in the card under the cursor a letter presses [data-review-key], a digit
   chooses the option [data-digit]. */
"use strict";
(() => {
  const cards = () => Array.from(document.querySelectorAll("[data-review] [data-review-card]"));
  const typing = (target) => target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]") !== null;
  const rightToLeft = document.documentElement.dir === "rtl";
  let here = -1;

  const show = (index) => {
    const all = cards();
    if (all.length === 0) return;
    here = Math.max(0, Math.min(all.length - 1, index));
    for (const card of all) card.classList.toggle("here", card === all[here]);
    all[here].focus({ preventScroll: true });
    all[here].scrollIntoView({ block: "nearest" });
  };

  /* How many cards stand in one row, as the page lies now. */
  const columns = () => {
    const all = cards();
    const top = all.length ? all[0].getBoundingClientRect().top : 0;
    const next = all.findIndex((card) => card.getBoundingClientRect().top > top + 1);
    return next < 1 ? all.length : next;
  };

  /* Behind the last card of a page of one lies the next match. */
  const move = (step) => {
    const next = document.querySelector("[data-review-next]");
    if (next && step > 0 && here + step >= cards().length) next.click();
    else show(here + step);
  };

  const digit = (card, key) => {
    const option = card.querySelector(`option[data-digit="${key}"]`);
    if (option) option.parentElement.value = option.value;
    return option !== null;
  };

  const press = (card, key) => {
    const control = card.querySelector(`[data-review-key="${CSS.escape(key)}"]`);
    if (!control) return false;
    control.click();
    const field = control.matches("summary") && control.parentElement.querySelector("input[type=text]");
    if (field && control.parentElement.open) field.focus();
    return true;
  };

  const steps = () => ({
    j: 1, k: -1,
    ArrowRight: rightToLeft ? -1 : 1, ArrowLeft: rightToLeft ? 1 : -1,
    ArrowDown: columns(), ArrowUp: -columns(),
  });

  const act = (event) => {
    const step = steps()[event.key];
    if (step !== undefined) return move(step), true;
    const card = cards()[here];
    if (!card || (event.key === "Enter" && event.target !== card)) return false;
    return /^[1-9]$/.test(event.key) ? digit(card, event.key) : press(card, event.key);
  };

  document.addEventListener("focusin", (event) => {
    const card = event.target.closest("[data-review-card]");
    if (!card) return;
    here = cards().indexOf(card);
    for (const each of cards()) each.classList.toggle("here", each === card);
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && typing(event.target)) return show(here);
    if (typing(event.target)) return;
    if (act(event)) event.preventDefault();
  });
  /* After a decision the page comes back at the card that follows. A page of one card starts on it. */
  const start = cards().findIndex((card) => `#${card.id}` === window.location.hash);
  if (start >= 0) show(start);
  else if (cards().length === 1) here = 0;
})();
