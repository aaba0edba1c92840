// What a person would find wrong on a page. The tests evaluate this in the page; each function of
// `probe` that finds something returns one line for each finding.
globalThis.probe = (() => {
  const HALF = 0.75; // of a pixel: how far a rounded layout may be off
  const seen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const style = (element) => getComputedStyle(element);
  const name = (element) => {
    const own = (node) => node.localName + (node.id ? `#${node.id.slice(0, 40)}` : "")
      + [...node.classList].map((it) => `.${it}`).join("");
    const path = [];
    for (let node = element; node && node !== document.body && path.length < 4; node = node.parentElement) path.unshift(own(node));
    return path.join(" ");
  };
  const brief = (text) => JSON.stringify(text.trim().replace(/\s+/g, " ").slice(0, 40));

  // What stands in closed details without an element of its own.
  const folded = ({ parentElement: it }) => it.localName === "details" && !it.open
    && getComputedStyle(it, "::details-content").contentVisibility === "hidden";

  const texts = () => {
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (!node.data.trim() || !seen(node.parentElement) || folded(node)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const boxes = [...range.getClientRects()].filter((box) => box.width > 1 && box.height > 1);
      if (boxes.length > 0) found.push({ node, element: node.parentElement, boxes });
    }
    return found;
  };

  // Colours as [red, green, blue, alpha], alpha from 0 to 1.
  const colour = (text) => {
    const numbers = (text.match(/-?[\d.]+(e-?\d+)?/g) ?? []).map(Number);
    if (text.startsWith("rgb")) return [...numbers.slice(0, 3), numbers[3] ?? 1];
    if (text.startsWith("color(srgb ")) return [...numbers.slice(0, 3).map((it) => it * 255), numbers[3] ?? 1];
    throw new Error(`a colour that the probe does not know: ${text}`);
  };
  const over = (top, below) => [0, 1, 2].map((at) => top[at] * top[3] + below[at] * (1 - top[3])).concat(1);
  const ground = (element) => {
    const layers = [];
    for (let node = element; node; node = node.parentElement) {
      if (style(node).backgroundImage !== "none") throw new Error(`a picture behind ${name(element)}`);
      layers.push(colour(style(node).backgroundColor));
      if (layers.at(-1)[3] === 1) break;
    }
    const canvas = matchMedia("(prefers-color-scheme: dark)").matches ? [18, 18, 18, 1] : [255, 255, 255, 1];
    return layers.reverse().reduce((below, top) => over(top, below), canvas);
  };
  const opacity = (element) => {
    let all = 1;
    for (let node = element; node; node = node.parentElement) all *= Number(style(node).opacity);
    return all;
  };
  const luminance = (rgb) => [0.2126, 0.7152, 0.0722].reduce((sum, weight, at) => {
    const part = rgb[at] / 255;
    return sum + weight * (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  }, 0);
  const ratio = (one, other) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const contrast = (paint, element) => {
    const below = ground(element);
    const top = colour(paint);
    return ratio(over([...top.slice(0, 3), top[3] * opacity(element)], below), below);
  };
  const too_low = (what, paint, element, least) => {
    const found = contrast(paint, element);
    return found < least ? [`contrast ${found.toFixed(2)} of ${what} in ${name(element)}`] : [];
  };

  return {
    // WCAG 2.2, 1.4.3 and 1.4.11: text, and drawings that carry a meaning.
    contrast() {
      const found = [];
      const judged = new Set();
      for (const { node, element } of texts()) {
        if (judged.has(element)) continue;
        judged.add(element);
        const { fontSize, fontWeight, fill, color } = style(element);
        const size = parseFloat(fontSize);
        const large = size >= 24 || (size >= 18.66 && Number(fontWeight) >= 700);
        const paint = element instanceof SVGElement ? fill : color;
        found.push(...too_low(brief(node.data), paint, element, large ? 3 : 4.5));
      }
      for (const input of document.querySelectorAll("input[placeholder]")) {
        if (seen(input)) found.push(...too_low("the placeholder", getComputedStyle(input, "::placeholder").color, input, 4.5));
      }
      for (const shape of document.querySelectorAll(".sign *, path.line, .timeline .m *")) {
        const { stroke, fill } = style(shape);
        const paint = stroke === "none" ? fill : stroke;
        if (seen(shape) && paint !== "none") found.push(...too_low("a drawing", paint, shape, 3));
      }
      return found;
    },

    // Text that is too small to be read, as it is drawn.
    size() {
      const found = [];
      for (const { node, element } of texts()) {
        const scale = element instanceof SVGGraphicsElement ? element.getScreenCTM().a : 1;
        const size = parseFloat(style(element).fontSize) * scale;
        if (size < 8.5) found.push(`${brief(node.data)} is ${size.toFixed(1)} px high in ${name(element)}`);
      }
      return found;
    },

    // Nothing wider than the window but what scrolls in a box of its own; no text outside its box.
    layout() {
      const root = document.documentElement;
      const found = [];
      if (root.scrollWidth > root.clientWidth) found.push(`the page is ${root.scrollWidth} px wide in ${root.clientWidth}`);
      for (const { node, element, boxes } of texts()) {
        const left = Math.min(...boxes.map((box) => box.left));
        const right = Math.max(...boxes.map((box) => box.right));
        for (let box = element; box && box !== root; box = box.parentElement) {
          const { display, overflowX, textOverflow, position } = style(box);
          if (overflowX === "auto" || overflowX === "scroll") break;
          if (display === "inline" || display === "contents" || (box instanceof SVGElement && box.localName !== "svg")) continue;
          const { left: from, right: to } = box.getBoundingClientRect();
          if (left >= from - HALF && right <= to + HALF) {
            // It stands where it was put, such as a link that comes into view with the focus.
            if (position === "absolute" || position === "fixed") break;
            continue;
          }
          // Cut with dots: the whole is seen when the check is opened.
          if (textOverflow === "ellipsis" && overflowX !== "visible" && matchMedia("screen").matches) break;
          found.push(`${brief(node.data)} leaves its box ${name(box)} by ${Math.max(from - left, right - to).toFixed(1)} px`);
          break;
        }
      }
      return found;
    },

    // What is cut off on paper, where nothing scrolls.
    cut() {
      const cut = (box) => seen(box) && style(box).overflowX !== "visible" && box.scrollWidth > box.clientWidth + 1;
      return [...document.querySelectorAll("body *")].filter((box) => !(box instanceof SVGElement) && cut(box))
        .map((box) => `${name(box)} shows ${box.clientWidth} px of ${box.scrollWidth}`);
    },

    // Names of axes, ticks and lanes do not lie over each other.
    drawings() {
      const found = [];
      for (const drawing of document.querySelectorAll("main svg")) {
        const labels = [...drawing.querySelectorAll("text")].filter(seen).map((it) => [it, it.getBoundingClientRect()]);
        labels.forEach(([one, a], at) => {
          for (const [other, b] of labels.slice(at + 1)) {
            const meet = a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1.5 && b.top < a.bottom - 1.5;
            if (meet) found.push(`${brief(one.textContent)} lies over ${brief(other.textContent)} in ${name(drawing)}`);
          }
        });
      }
      return found;
    },

    // What scrolls sideways can be reached and scrolled by keyboard, and says what it is.
    scrollers() {
      const scrolls = (box) => seen(box) && ["auto", "scroll"].includes(style(box).overflowX) && box.scrollWidth > box.clientWidth;
      const usable = (box) => box.tabIndex >= 0 && ["region", "group"].includes(box.getAttribute("role"))
        && (box.getAttribute("aria-label") || document.getElementById(box.getAttribute("aria-labelledby")));
      return [...document.querySelectorAll("main *")].filter((box) => scrolls(box) && !usable(box))
        .map((box) => `${name(box)} scrolls, but not by keyboard or without a name`);
    },

    // Links lead to something on the page or to a page of a standard.
    links() {
      const found = [];
      for (const link of document.querySelectorAll("[href], [src], [action], [data], [ping], form, iframe, object, embed, base, link")) {
        const target = link.getAttribute("href") ?? link.localName;
        const inside = target.startsWith("#") && document.getElementById(target.slice(1));
        if (!["a", "use"].includes(link.localName) || link.hasAttribute("ping") || !(inside || target.startsWith("https://"))) found.push(`${name(link)} leads to ${target.slice(0, 80)}`);
      }
      return found;
    },

    ids() {
      const known = new Set();
      const twice = [...document.querySelectorAll("[id]")].filter(({ id }) => known.has(id) || !known.add(id));
      return twice.map(({ id }) => `two elements are #${id.slice(0, 60)}`);
    },

    // Pieces of a line stand in the order in which they are written.
    order() {
      const found = [];
      const boxes = (node) => {
        const range = document.createRange();
        range.selectNode(node);
        return [...range.getClientRects()];
      };
      for (const parent of document.querySelectorAll("body, body *")) {
        if (parent instanceof SVGElement || !seen(parent)) continue;
        const pieces = [...parent.childNodes].filter((node) => node.textContent.trim()
          && (node.nodeType === Node.TEXT_NODE || style(node).display.startsWith("inline")));
        pieces.slice(1).forEach((piece, at) => {
          const [a, b] = [boxes(pieces[at]).at(-1), boxes(piece)[0]];
          const one_line = a && b && Math.abs(a.bottom - b.bottom) < 5;
          if (one_line && b.left < a.right - HALF) found.push(`${brief(piece.textContent)} stands before ${brief(pieces[at].textContent)} in ${name(parent)}`);
        });
      }
      return found;
    },

    all() {
      const kinds = ["contrast", "size", "layout", "drawings", "scrollers", "links", "ids", "order"];
      return kinds.flatMap((kind) => [...new Set(this[kind]())].map((finding) => `${kind}: ${finding}`));
    },

    // How often each kind of element and attribute is there.
    census() {
      const counts = {};
      const count = (key) => { counts[key] = (counts[key] ?? 0) + 1; };
      for (const element of document.querySelectorAll("*")) {
        count(element.localName);
        for (const attribute of element.attributes) count(`${element.localName}[${attribute.name}]`);
      }
      return counts;
    },

    // The middle of the first such element, in view; null where something else lies there.
    place(selector) {
      const element = document.querySelector(selector);
      if (!element || !seen(element)) return null;
      element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
      const { left, top, width, height } = element.getClientRects()[0];
      const at = [left + width / 2, top + height / 2];
      const hit = document.elementFromPoint(...at);
      return element.contains(hit) || hit?.closest("label")?.control === element ? at : null;
    },

    open_all() {
      for (const details of document.querySelectorAll("details")) details.open = true;
    },

    // Ids of the checks that are on view, in the order in which they stand.
    shown() {
      return [...document.querySelectorAll("details.check")].filter(seen).map((it) => it.querySelector(".id").textContent);
    },

    // All of the text of these checks.
    shown_text: () => [...document.querySelectorAll("details.check")].filter(seen).map((it) => it.textContent),

    visible: (selector) => [...document.querySelectorAll(selector)].filter(seen).length,

    text: () => texts().map(({ node }) => node.data.trim()),

    focusable() {
      const all = document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']");
      return [...all].filter((it) => seen(it) && !it.disabled).map(name);
    },

    // What has the focus, and whether a person sees it.
    focus() {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      const { outlineStyle, outlineWidth, outlineColor } = style(element);
      const ring = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && contrast(outlineColor, element.parentElement) >= 3;
      const boxes = [...element.getClientRects()];
      const inside = (x, y) => element.contains(document.elementFromPoint(x, y));
      const free = boxes.some(({ left, top, width, height }) => {
        const x = Math.min(Math.max(left + width / 2, 1), innerWidth - 1);
        return [0.1, 0.5, 0.9].some((at) => inside(x, top + height * at) || inside(left + 4, top + height * at));
      });
      return { name: name(element), ring, free };
    },
  };
})();
0;
