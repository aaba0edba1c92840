// Zoom of the plots.
(() => {
  for (const figure of document.querySelectorAll("figure.plot")) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "zoom", textContent: "zoom" });
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", String(figure.classList.toggle("zoomed")));
    });
    figure.querySelector("figcaption").append(button);
  }
})();
