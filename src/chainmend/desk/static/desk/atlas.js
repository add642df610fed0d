// The chain map: hover or focus shows the facts of a segment and its path up and down; P pulls, Escape restores.
// Everything works without it: shapes are links, facts stand in the panel, and a form pulls.
(function () {
  "use strict";
  var svg = document.querySelector("svg.m"), box = document.querySelector(".hc");
  if (!svg || !box) { return; }
  var nodes = Array.prototype.slice.call(svg.querySelectorAll("a.n"));
  var edges = Array.prototype.slice.call(svg.querySelectorAll("path.e"));
  var pulled = svg.classList.contains("pull"), up = {}, down = {};
  edges.forEach(function (edge) {
    (down[edge.dataset.a] = down[edge.dataset.a] || []).push(edge);
    (up[edge.dataset.b] = up[edge.dataset.b] || []).push(edge);
  });

  function reach(id) {
    var seen = {}, lines = [];
    function walk(at, along, end, mark) {
      if (seen[mark + at]) { return; }
      seen[mark + at] = true;
      seen[at] = true;
      (along[at] || []).forEach(function (edge) { lines.push(edge); walk(edge.dataset[end], along, end, mark); });
    }
    walk(id, up, "a", "<");
    walk(id, down, "b", ">");
    return { nodes: seen, edges: lines };
  }

  function light(id) {
    if (pulled) { return; }
    var found = id ? reach(id) : { nodes: {}, edges: [] };
    svg.classList.toggle("focus", Boolean(id));
    nodes.forEach(function (node) { node.classList.toggle("on", Boolean(found.nodes[node.dataset.id])); });
    edges.forEach(function (edge) { edge.classList.toggle("on", found.edges.indexOf(edge) >= 0); });
  }

  function make(tag, text) {
    var made = document.createElement(tag);
    made.textContent = text;
    return made;
  }

  function show(node) {
    var list = document.createElement("dl"), head = make("h3", node.dataset.name);
    var badge = make("span", node.dataset.said);
    badge.className = "fb k-" + node.dataset.state;
    var icon = document.querySelector(".legend [data-state='" + node.dataset.state + "'] svg");
    if (icon) { badge.insertBefore(icon.cloneNode(true), badge.firstChild); }
    head.appendChild(badge);
    (node.dataset.facts || "").split("\n").filter(Boolean).forEach(function (line) {
      var parts = line.split("\t");
      list.appendChild(make("dt", parts[0]));
      list.appendChild(make("dd", parts[1]));
    });
    box.replaceChildren(head, list);
    box.hidden = false;
    var frame = svg.parentNode, outer = frame.getBoundingClientRect(), at = node.querySelector(".ring").getBoundingClientRect();
    var left = Math.max(8, Math.min(at.left - outer.left + frame.scrollLeft - 40, frame.scrollWidth - box.offsetWidth - 8));
    var top = at.bottom - outer.top + 12;
    if (top + box.offsetHeight > outer.height) { top = at.top - outer.top - box.offsetHeight - 12; }
    box.style.left = left + "px";
    box.style.top = Math.max(4, top) + "px";
    light(node.dataset.id);
  }

  function hide() { box.hidden = true; light(null); }

  nodes.forEach(function (node) {
    node.addEventListener("mouseenter", function () { show(node); });
    node.addEventListener("mouseleave", hide);
    node.addEventListener("focus", function () { show(node); });
    node.addEventListener("blur", hide);
  });
  document.addEventListener("keydown", function (event) {
    var at = document.activeElement, busy = event.ctrlKey || event.metaKey || event.altKey;
    if (busy || (at && /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName))) { return; }
    if (event.key === "p" || event.key === "P") {
      var id = at && at.dataset && at.dataset.id;
      if (id) { window.location.assign("?pull=" + encodeURIComponent(id)); } else { document.getElementById("do-pull").click(); }
    }
    if (event.key === "Escape") {
      var back = document.getElementById("restore");
      hide();
      if (back) { back.click(); }
    }
  });
})();
