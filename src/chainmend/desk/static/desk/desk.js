// What every page shares: "/" goes to the search field, Escape closes the menu of the person.
(function () {
  "use strict";
  document.addEventListener("keydown", function (event) {
    var field = document.querySelector("#q"), at = document.activeElement;
    var typing = at && /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName);
    if (event.key === "/" && field && !typing) { event.preventDefault(); field.focus(); }
    if (event.key === "Escape") {
      document.querySelectorAll("details.who[open]").forEach(function (menu) { menu.open = false; });
    }
  });
})();
