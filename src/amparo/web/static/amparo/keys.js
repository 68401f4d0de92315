/* Keys for the desk's tables: j and k move, Enter opens, one letter per row action or page action, ? shows them.
   A table opts in with data-keys; an action opts in with data-key="c". Everything works without this file. */
"use strict";
(() => {
  const rows = () => Array.from(document.querySelectorAll("table[data-keys] tbody tr"));
  let here = -1;

  const typing = (target) => target.closest("input, select, textarea, [contenteditable]") !== null;

  const move = (step) => {
    const all = rows();
    if (all.length === 0) return;
    here = Math.max(0, Math.min(all.length - 1, here + step));
    for (const row of all) row.classList.remove("here");
    all[here].classList.add("here");
    const link = all[here].querySelector("a[href]");
    if (link) link.focus({ preventScroll: true });
    all[here].scrollIntoView({ block: "nearest" });
  };

  const act = (key) => {
    const row = rows()[here];
    const selector = `[data-key="${CSS.escape(key)}"]`;
    const control = (row && row.querySelector(selector)) || document.querySelector(selector);
    if (!control) return false;
    if (control.matches("input, select, textarea")) control.focus();
    else control.click();
    return true;
  };

  const help = (show) => {
    const box = document.getElementById("keys-help");
    if (box) box.hidden = !(show ?? box.hidden);
  };

  document.addEventListener("focusin", (event) => {
    const row = event.target.closest("table[data-keys] tbody tr");
    if (row) here = rows().indexOf(row);
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "?") help();
    else if (event.key === "Escape") return help(false);
    else if (event.key.length !== 1 || !act(event.key)) return;
    event.preventDefault();
  });
})();
