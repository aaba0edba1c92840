// Which rows of a matrix are shown.
(() => {
  for (const [id, selector] of [["rows", "tr.row"], ["kills", "tr.kill"]]) {
    const tools = document.getElementById(id);
    if (!tools) continue;
    const rows = [...document.querySelectorAll(selector)];
    const none = document.getElementById("norow");
    const bodies = new Set(rows.map((row) => row.closest("tbody")));
    const texts = new Map(rows.map((row) => {
      const words = [...row.querySelectorAll("[aria-label]")].map((cell) => cell.getAttribute("aria-label"));
      return [row, `${row.textContent} ${words.join(" ")}`.toLowerCase()];
    }));
    const search = Object.assign(document.createElement("input"), { type: "search", placeholder: "search" });
    search.setAttribute("aria-label", "search in the rows");
    const count = Object.assign(document.createElement("span"), { className: "source" });
    count.setAttribute("role", "status");
    const filters = [
      ["only differences", (row) => "same" in row.dataset],
      ["only red", (row) => !("red" in row.dataset)],
      ["only wrong", (row) => !("wrong" in row.dataset)],
    ].filter(([, hides]) => rows.some(hides) && rows.some((row) => !hides(row)));
    const active = new Set();
    const apply = () => {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const row of rows) {
        row.hidden = [...active].some((hides) => hides(row)) || !words.every((word) => texts.get(row).includes(word));
        const fold = row.querySelector("details");
        if (fold && words.length > 0) fold.open = words.some((word) => fold.querySelector("ul").textContent.toLowerCase().includes(word));
      }
      for (const body of bodies) body.hidden = !body.querySelector(`${selector}:not([hidden])`);
      const shown = rows.filter((row) => !row.hidden).length;
      if (none) none.hidden = shown > 0;
      count.textContent = `${shown} of ${rows.length} rows`;
    };
    for (const [name, hides] of filters) {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: name });
      button.setAttribute("aria-pressed", "false");
      button.addEventListener("click", () => {
        const on = !active.delete(hides);
        if (on) active.add(hides);
        button.setAttribute("aria-pressed", String(on));
        apply();
      });
      tools.append(button);
    }
    search.addEventListener("input", apply);
    tools.append(search, count);
    tools.hidden = false;
    apply();
  }
})();
