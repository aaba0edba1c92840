// Filters, sorting, links to open all, copy buttons.
(() => {
  const tools = document.getElementById("tools");
  const checks = [...document.querySelectorAll("details.check")];
  const idOf = (check) => check.querySelector(".id").textContent;
  const follow = () => {
    let id = location.hash.slice(1);
    // An id can hold a percent sign that is no escape.
    try { id = decodeURIComponent(id); } catch { /* taken as it is */ }
    const found = document.getElementById(id);
    for (let node = found; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    if (found && found.closest("details")) found.closest("details").scrollIntoView();
  };
  const printed = checks.filter((check) => !check.matches(".o-pass, .o-not-applicable"));
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = printed.filter((check) => !check.open);
    for (const check of opened) check.open = true;
  });
  addEventListener("afterprint", () => { for (const check of opened) check.open = false; });
  for (const command of document.querySelectorAll("pre.command")) {
    const copy = Object.assign(document.createElement("button"), { type: "button", className: "copy", textContent: "copy" });
    copy.setAttribute("aria-label", "copy the command");
    copy.addEventListener("click", async () => {
      getSelection().selectAllChildren(command);
      const done = await navigator.clipboard?.writeText(command.textContent).then(() => true, () => false);
      copy.textContent = done || document.execCommand("copy") ? "copied" : "select and copy";
    });
    command.previousElementSibling.append(" ", copy);
  }
  addEventListener("hashchange", follow);
  if (!tools || checks.length === 0) { follow(); return; }
  const families = [...document.querySelectorAll("section.family")];
  const none = document.getElementById("none");
  const order = new Map([...checks, ...families].map((node, index) => [node, index]));
  const texts = new Map(checks.map((check) => [check, check.textContent.toLowerCase()]));
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
      check.hidden = hidden.has(check.dataset.outcome)
        || (level.value !== "" && level.value !== check.dataset.level)
        || !words.every((word) => texts.get(check).includes(word));
      shown += check.hidden ? 0 : 1;
    }
    for (const family of families) family.hidden = !family.querySelector("details.check:not([hidden])");
    none.hidden = shown > 0;
    count.textContent = `${shown} of ${checks.length} checks`;
  };
  const worst = (family) => Math.min(...[...family.querySelectorAll("details.check")].map((check) => check.dataset.rank));
  const placed = (a, b) => order.get(a) - order.get(b);
  const sorts = {
    "in order": [placed, placed],
    "worst first": [(a, b) => a.dataset.rank - b.dataset.rank || placed(a, b), (a, b) => worst(a) - worst(b) || placed(a, b)],
    "by id": [(a, b) => (idOf(a) < idOf(b) ? -1 : 1), (a, b) => (a.id < b.id ? -1 : 1)],
  };
  const arrange = () => {
    const [inside, outside] = sorts[sort.value];
    let last = none;
    for (const family of [...families].sort(outside)) {
      family.append(...[...family.querySelectorAll(":scope > details.check")].sort(inside));
      last.after(family);
      last = family;
    }
  };
  for (const item of document.querySelectorAll(".counts li")) {
    const outcome = item.className.replace("o-", "");
    const button = add("button", { type: "button", className: item.className });
    button.append(...[...item.childNodes].map((node) => node.cloneNode(true)));
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
  search.setAttribute("aria-label", "search in checks and evidence");
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
  follow();
})();
