// The list: choices are shown as soon as they are made, one tick ticks all, the bar says how many.
(function () {
  "use strict";
  var filters = document.getElementById("filters"), all = document.getElementById("all");
  var boxes = Array.prototype.slice.call(document.querySelectorAll('input[name="entry"]'));
  var count = document.getElementById("count");
  function say() { if (count) { count.textContent = boxes.filter(function (b) { return b.checked; }).length; } }
  if (filters) {
    filters.addEventListener("change", function (event) {
      if (event.target.id !== "q") { filters.submit(); }
    });
  }
  if (all) { all.addEventListener("change", function () { boxes.forEach(function (b) { b.checked = all.checked; }); say(); }); }
  boxes.forEach(function (b) { b.addEventListener("change", say); });
  say();
})();
