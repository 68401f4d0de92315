/* Loads the page of a running job again every few seconds, unless somebody is reading elsewhere or typing. */
"use strict";
(() => {
  const EVERY = 4000;
  const busy = () => document.hidden || (document.activeElement && document.activeElement.matches("input, select, textarea, summary"));
  window.setInterval(() => {
    if (!busy() && document.querySelector("[data-watch]")) window.location.reload();
  }, EVERY);
})();
