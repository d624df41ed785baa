// What the report's page does besides showing: light and dark, sorting and saving of tables, saving of figures.
"use strict";
{
  const root = document.documentElement;
  const make = (tag, text, parent) => {
    const element = document.createElement(tag);
    element.textContent = text;
    parent.append(element);
    return element;
  };
  const button = (text, label, parent, action) => {
    const element = make("button", text, parent);
    element.type = "button";
    element.setAttribute("aria-label", label);
    element.addEventListener("click", action);
    return element;
  };
  const save = (blob, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  const bytes = text => Uint8Array.from(atob(text), character => character.charCodeAt(0));
  const study = root.dataset.study;

  // Light and dark: as the browser is set, until a reader chooses.
  const isDark = () => root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  const tools = document.createElement("div");
  tools.className = "tools";
  document.querySelector("header").append(tools);
  const theme = button("", "Change between light and dark", tools, () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    show();
  });
  const show = () => {
    theme.textContent = isDark() ? "Light" : "Dark";
    document.dispatchEvent(new Event("theme"));
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
  show();

  // Tables: one heading per column, which is the lowest where headings span several rows.
  const headings = table => {
    const grid = [];
    [...table.tHead.rows].forEach((row, at) => {
      grid[at] ??= [];
      let column = 0;
      for (const cell of row.cells) {
        while (grid[at][column]) column += 1;
        for (let y = at; y < at + cell.rowSpan; y += 1)
          for (let x = column; x < column + cell.colSpan; x += 1) (grid[y] ??= [])[x] = cell;
        column += cell.colSpan;
      }
    });
    return grid;
  };
  const first = cell => cell.innerHTML.split("<br>")[0].replace(/<[^>]+>/g, "").trim();
  const plain = cell => {
    const holder = document.createElement("textarea");  // turns entities into characters
    holder.innerHTML = first(cell);
    return holder.value;
  };
  const value = cell => {
    const text = cell.dataset.value ?? plain(cell).replace("−", "-");
    return { text, number: parseFloat(text.replace(/^[<>≥≤ ]+/, "")) };
  };
  // Descending for numbers first; a third time, the order of the page. Families have one row of
  // one cell each, which only that order shows.
  const orders = new Map();
  const sort = (table, column, heading) => {
    if (!orders.has(table)) orders.set(table, [...table.tBodies].map(body => [body, [...body.rows]]));
    const before = heading.getAttribute("aria-sort");
    const every = orders.get(table);
    const rows = every.flatMap(([, own]) => own);
    const values = new Map(rows.filter(row => row.cells.length > 1).map(row => [row, value(row.cells[column])]));
    const numbers = [...values.values()].some(({ number }) => !isNaN(number));
    const [first, second] = numbers ? ["descending", "ascending"] : ["ascending", "descending"];
    const order = before === first ? second : before === second ? "" : first;
    table.querySelectorAll("[aria-sort]").forEach(other => other.removeAttribute("aria-sort"));
    if (!order) {
      every.forEach(([body, own]) => body.append(...own));
      rows.forEach(row => { row.hidden = false; });
      return;
    }
    heading.setAttribute("aria-sort", order);
    const sign = order === "ascending" ? 1 : -1;
    const sorted = [...values.keys()].sort((one, other) => {
      const [a, b] = [values.get(one), values.get(other)];
      if (isNaN(a.number) !== isNaN(b.number)) return isNaN(a.number) ? 1 : -1;  // no value: last
      return sign * (isNaN(a.number) ? a.text.localeCompare(b.text) : a.number - b.number);
    });
    rows.forEach(row => { row.hidden = !values.has(row); });
    every[0][0].append(...sorted);
  };
  const quoted = text => /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const asCsv = table => {
    const grid = headings(table);
    const rows = [...table.tBodies].flatMap(body => [...body.rows]).filter(row => row.cells.length > 1);
    const columns = grid[grid.length - 1].map((cell, x) => {
      const names = [...new Set(grid.map(row => row[x]))].map(plain);
      const ranges = rows.some(row => row.cells[x]?.dataset.lower);
      return { x, name: names.join(" ").trim(), ranges };
    });
    const header = columns.flatMap(({ name, ranges }) => ranges ? [name, `${name} lower`, `${name} upper`] : [name]);
    const lines = rows.map(row => columns.flatMap(({ x, ranges }) => {
      const cell = row.cells[x];
      if (!cell) return ranges ? ["", "", ""] : [""];
      const text = cell.dataset.value ?? plain(cell);
      const shown = text === "–" ? "" : text;
      return ranges ? [shown, cell.dataset.lower ?? "", cell.dataset.upper ?? ""] : [shown];
    }));
    return [header, ...lines].map(line => line.map(quoted).join(",")).join("\n") + "\n";
  };
  for (const table of document.querySelectorAll("table[data-name]")) {
    const grid = headings(table);
    const lowest = grid[grid.length - 1] ?? [];
    if ([...table.tBodies].some(body => body.rows.length > 1))
      lowest.forEach((heading, column) => {
        const contents = [...heading.childNodes];
        const sorter = button("", `Sort by ${plain(heading)}`, heading, () => sort(table, column, heading));
        sorter.prepend(...contents);
      });
    const place = document.createElement("div");
    place.className = "tools";
    table.closest(".scroll").after(place);
    button("Save as CSV", `Save the table ${table.dataset.name} as CSV`, place, () =>
      save(new Blob([asCsv(table)], { type: "text/csv" }), `${study}_${table.dataset.name}.csv`));
  }

  // Figures: the picture as it is, and the drawing, which is stored compressed.
  for (const figure of document.querySelectorAll("figure[data-name]")) {
    const image = figure.querySelector("img");
    const name = `${study}_${figure.dataset.name}`;
    const place = document.createElement("div");
    place.className = "tools";
    figure.append(place);
    button("Save as PNG", `Save the figure ${figure.dataset.name} as PNG`, place, () =>
      save(new Blob([bytes(image.src.split(",")[1])], { type: "image/png" }), `${name}.png`));
    if (image.dataset.svg)
      button("Save as SVG", `Save the figure ${figure.dataset.name} as SVG`, place, async () => {
        const packed = new Blob([bytes(image.dataset.svg)]).stream();
        const drawing = await new Response(packed.pipeThrough(new DecompressionStream("gzip"))).blob();
        save(new Blob([drawing], { type: "image/svg+xml" }), `${name}.svg`);
      });
  }

  for (const text of document.querySelectorAll("[data-copy]")) {
    const place = document.createElement("div");
    place.className = "tools";
    text.after(place);
    const copy = button("Copy", `Copy ${text.dataset.copy}`, place, async () => {
      await navigator.clipboard.writeText(text.innerText);
      copy.textContent = "Copied";
      setTimeout(() => { copy.textContent = "Copy"; }, 2000);
    });
  }
}
