/* "Leave this page now": replaces the page, so that Back does not show it. Without JavaScript the link is a link. */
"use strict";
(() => {
  const link = document.querySelector("a[data-leave]");
  if (!link) return;
  const leave = () => {
    document.documentElement.hidden = true;
    window.location.replace(link.href);
  };
  let lastEscape = -Infinity;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (event.timeStamp - lastEscape < 1500) leave();
    lastEscape = event.timeStamp;
  });
  for (const hint of document.querySelectorAll("[data-needs-js]")) hint.hidden = false;
})();
