// What every page shares: "/" goes to the search field, Escape closes the menu of the person, and a table that is
// wider than its card can be reached and scrolled with the keyboard.
(function () {
  "use strict";
  function reachable() {
    document.querySelectorAll(".scroll").forEach(function (box) {
      if (box.scrollWidth > box.clientWidth && !box.hasAttribute("tabindex")) { box.tabIndex = 0; }
    });
  }
  window.addEventListener("resize", reachable);
  reachable();
  document.addEventListener("keydown", function (event) {
    var field = document.querySelector("#q"), at = document.activeElement;
    var typing = at && /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName);
    if (event.key === "/" && field && !typing) { event.preventDefault(); field.focus(); }
    if (event.key === "Escape") {
      document.querySelectorAll("details.who[open]").forEach(function (menu) { menu.open = false; });
    }
  });
})();
