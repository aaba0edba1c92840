// Filters, sorting and links to open all.
(() => {
  const tools = document.getElementById("tools");
  const checks = [...document.querySelectorAll("details.check")];
  const follow = () => {
    let id = location.hash.slice(1);
    // An id can hold a percent sign that is no escape.
    try { id = decodeURIComponent(id); } catch { /* taken as it is */ }
    for (let node = document.getElementById(id); node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
  };
  addEventListener("hashchange", follow);
  follow();
  if (!tools || checks.length === 0) return;
  const families = [...document.querySelectorAll("section.family")];
  const none = document.getElementById("none");
  const order = new Map(checks.map((check, index) => [check, index]));
  const hidden = new Set();
  const add = (name, properties, text) => {
    const node = Object.assign(document.createElement(name), properties);
    if (text) node.textContent = text;
    tools.append(node);
    return node;
  };
  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const check of checks) {
      const text = check.querySelector("summary").textContent.toLowerCase();
      check.hidden = hidden.has(check.dataset.outcome)
        || (level.value !== "" && level.value !== check.dataset.level)
        || !words.every((word) => text.includes(word));
      shown += check.hidden ? 0 : 1;
    }
    for (const family of families) family.hidden = !family.querySelector("details.check:not([hidden])");
    none.hidden = shown > 0;
    count.textContent = `${shown} of ${checks.length}`;
  };
  const sorts = {
    "in order": (a, b) => order.get(a) - order.get(b),
    "worst first": (a, b) => a.dataset.rank - b.dataset.rank || order.get(a) - order.get(b),
    "by id": (a, b) => (a.id < b.id ? -1 : 1),
  };
  const arrange = () => {
    for (const family of families) {
      const own = [...family.querySelectorAll(":scope > details.check")];
      family.append(...own.sort(sorts[sort.value]));
    }
  };
  for (const outcome of new Set(checks.map((check) => check.dataset.outcome))) {
    const button = add("button", { type: "button", className: `o-${outcome}` }, outcome.replace("-", " "));
    button.setAttribute("aria-pressed", "true");
    button.addEventListener("click", () => {
      const off = !hidden.delete(outcome);
      if (off) hidden.add(outcome);
      button.setAttribute("aria-pressed", String(!off));
      apply();
    });
  }
  const choice = (label, options) => {
    const node = add("select");
    node.setAttribute("aria-label", label);
    for (const [value, text] of options) node.append(new Option(text, value));
    return node;
  };
  const levels = [...new Set(checks.map((check) => check.dataset.level))];
  const level = choice("level", [["", "all levels"], ...levels.map((name) => [name, name])]);
  const sort = choice("order", Object.keys(sorts).map((name) => [name, name]));
  const search = add("input", { type: "search", placeholder: "search" });
  search.setAttribute("aria-label", "search in checks");
  const all = add("button", { type: "button" }, "open all");
  const count = add("span", { className: "source" });
  count.setAttribute("role", "status");
  level.addEventListener("change", apply);
  sort.addEventListener("change", arrange);
  search.addEventListener("input", apply);
  all.addEventListener("click", () => {
    const open = all.textContent === "open all";
    for (const check of checks) if (!check.hidden) check.open = open;
    all.textContent = open ? "close all" : "open all";
  });
  tools.hidden = false;
  apply();
})();
