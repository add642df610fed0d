document.querySelectorAll("[data-lang]").forEach(function (button) {
  button.addEventListener("click", function () {
    document.documentElement.lang = button.dataset.lang;
    document.querySelectorAll("[data-lang]").forEach(function (other) {
      other.setAttribute("aria-pressed", String(other === button));
    });
  });
});
