// Review of placements: one key for each button of the card, or of the line that has the focus.
(function () {
  "use strict";
  function open() { return Array.prototype.slice.call(document.querySelectorAll("[data-review]:not(.done)")); }
  function here() {
    var at = document.activeElement;
    return (at && at.closest && at.closest("[data-review]")) || open()[0];
  }
  function step(from, by) {
    var all = Array.prototype.slice.call(document.querySelectorAll("li[data-review]"));
    var next = all[all.indexOf(from) + by];
    if (next) { next.focus(); }
  }
  document.addEventListener("keydown", function (event) {
    var at = document.activeElement, typing = at && /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName);
    var key = event.key.toLowerCase(), scope = here();
    if (event.key === "Escape" && typing) { at.blur(); return; }
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !scope || !/^[a-z1-9]$/.test(key)) { return; }
    if (scope.matches("li") && (key === "j" || key === "k")) { event.preventDefault(); step(scope, key === "j" ? 1 : -1); return; }
    var found = scope.querySelector('[data-key="' + key + '"]');
    if (!found) { return; }
    event.preventDefault();
    if (found.tagName === "INPUT") { found.focus(); } else { found.click(); }
  });
  document.addEventListener("click", function (event) {
    var next = event.target.closest && event.target.closest("[data-next]");
    if (next) { step(next.closest("li"), 1); }
  });
  document.addEventListener("htmx:afterSettle", function (event) {
    var head = document.querySelector("#card [data-focus]");
    if (event.detail.elt && event.detail.elt.id === "card" && head) { head.focus(); return; }
    var lost = document.activeElement === document.body, line = event.detail.elt && event.detail.elt.closest("li[data-review]");
    if (line && lost) { var all = open().filter(function (l) { return line.compareDocumentPosition(l) & 4; }); if (all[0]) { all[0].focus(); } }
  });
})();
